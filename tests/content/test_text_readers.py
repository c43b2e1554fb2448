"""What every reader of texts keeps to. A new line of TEXT_READERS is tested here without another word."""

from functools import cache

import numpy as np
import pytest
import torch

from recsys_core.content.around import Around
from recsys_core.content.reader import Reader
from recsys_core.content.readers import TEXT_READERS
from recsys_core.errors import ContentError
from recsys_core.training.context import Cancelled
from tests.worlds import items_with_texts as content

every_reader = pytest.mark.parametrize("kind", TEXT_READERS, ids=lambda kind: kind.key)

SPACE = [
    "Astronauts stranded on a distant planet of the galaxy wait for a spaceship",
    "A crew of astronauts crosses the galaxy in a spaceship to find a distant planet",
    "On a distant planet, a spaceship lands and astronauts meet aliens of the galaxy",
]
COURT = [
    "A lawyer defends an innocent man at his trial before a jury and a stern judge",
    "The judge doubts the jury when a young lawyer finds a new witness of the trial",
    "A trial divides the town: the lawyer loses, the judge lies, the jury is bought",
]
STRANGE = [
    "",
    "   ",
    "七人の侍 黒澤明",
    "हिन्दी सिनेमा",
    "🎬🍿👩‍👩‍👧‍👦",
    "unpaired \ud800 surrogate",
    "\x00\x07 control",
    "a" * 5000,
    "word " * 200_000,
    "ﷺ" * 50,
    "e" + "\u0301" * 3000,
]


@cache
def fitted(kind: type[Reader]) -> Reader:
    return kind.fit(content(SPACE + COURT), Around())


def read(kind: type[Reader], texts: list[str]) -> np.ndarray:
    return fitted(kind).read(content(texts), Around()).values


@every_reader
def test_values_fit_the_network(kind: type[Reader]):
    reader = fitted(kind)
    values = read(kind, SPACE + COURT)
    made = reader.net(torch.Generator().manual_seed(1))(torch.from_numpy(values))
    assert made.shape == (6, reader.width)
    assert made.dtype == torch.float32
    assert torch.isfinite(made).all()


@every_reader
def test_whoever_reads_without_learning_has_nothing_to_train(kind: type[Reader]):
    net = fitted(kind).net(torch.Generator())
    assert bool(list(net.parameters())) == kind.learns


@every_reader
def test_the_same_item_gets_the_same_values_alone_or_among_others(kind: type[Reader]):
    texts = SPACE + COURT + STRANGE
    together = read(kind, texts)
    alone = np.concatenate([read(kind, [text]) for text in texts])
    assert alone == pytest.approx(together, abs=1e-5)


@every_reader
def test_nothing_is_known_of_empty_texts_and_any_other_is_read(kind: type[Reader]):
    made = fitted(kind).read(content(STRANGE), Around())
    assert np.isfinite(made.values).all()
    assert not made.known[:2].any()
    assert not made.values[:2].any()
    assert not made.broken


@every_reader
def test_no_items_and_no_texts_are_read(kind: type[Reader]):
    for texts in ([], ["", ""]):
        reader = kind.fit(content(texts), Around())
        made = reader.read(content(texts), Around())
        assert len(made.values) == len(made.known) == len(texts)
        assert not made.known.any()
        assert reader.net(torch.Generator())(torch.from_numpy(made.values)).shape == (len(texts), reader.width)


@every_reader
def test_texts_about_the_same_are_closer_than_others(kind: type[Reader]):
    if kind.learns:
        pytest.skip("knows nothing before it is trained")
    values = read(kind, SPACE + COURT)
    likeness = values @ values.T
    assert likeness[:3, :3].min() > likeness[:3, 3:].max()
    assert likeness[3:, 3:].min() > likeness[:3, 3:].max()
    assert np.linalg.norm(values, axis=1) == pytest.approx(np.ones(6), abs=1e-5)


@every_reader
def test_a_saved_reader_reads_as_before(kind: type[Reader]):
    again = kind.from_arrays(fitted(kind).arrays())
    texts = SPACE + COURT + STRANGE[:6]
    assert again.width == fitted(kind).width
    assert np.array_equal(again.read(content(texts), Around()).values, read(kind, texts))


@every_reader
def test_a_stop_is_heard(kind: type[Reader]):
    stopped = Around(cancel=lambda: True)
    with pytest.raises(Cancelled):
        kind.fit(content(SPACE), stopped).read(content(SPACE), stopped)


@pytest.mark.parametrize("kind", [kind for kind in TEXT_READERS if kind.key in {"static", "sentence"}])
def test_an_encoder_that_is_not_installed_is_named(kind: type[Reader], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("recsys_core.content.packages.find_spec", lambda package: None)
    with pytest.raises(ContentError, match="cannot be used: the file .* is not installed.*requirements-encoders"):
        kind.fit(content(SPACE), Around()).read(content(SPACE), Around())

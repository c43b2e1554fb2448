"""Phrases learned by a network."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from recsys_core.content.around import Around
from recsys_core.content.text_cnn import FIRST_WORD, MOST_IN_TEXT, UNKNOWN, TextCnn
from recsys_core.errors import ModelError
from tests.worlds import items_with_texts as content


def test_words_are_numbered_and_those_of_one_text_are_unknown():
    reader = TextCnn.fit(content(["cat dog cat", "dog mouse", "dog cat"]), Around())
    made = reader.read(content(["mouse cat", "bird", ""]), Around())
    numbers = {int(number) for number in made.values[0]} - {UNKNOWN, 0}
    assert made.values.shape == (3, 3)
    assert made.values[0, 0] == made.values[1, 0] == UNKNOWN
    assert min(numbers) >= FIRST_WORD
    assert made.known.tolist() == [True, False, False]


def test_only_the_beginning_of_long_texts_counts():
    texts = ["cat " * 5000, "cat dog"]
    assert TextCnn.fit(content(texts), Around()).read(content(texts), Around()).values.shape == (2, MOST_IN_TEXT)


@torch.no_grad()
def test_a_filter_answers_with_its_maximum_over_the_places_of_a_text():
    reader = TextCnn.fit(content(["a1 b1 c1 d1 e1 f1 g1"] * 2), Around())
    net = reader.net(torch.Generator().manual_seed(0))
    net.biases[0].fill_(0.5)  # would show behind the end of a text
    words = torch.from_numpy(reader.read(content(["c1 a1 g1 f1", "b1", ""]), Around()).values)
    table, made = net.embeddings, net(words)
    for row, length in enumerate([4, 1, 0]):
        text = torch.cat([table[words[row, :length].long()], torch.zeros(4, table.shape[1])])
        for size, filters, bias, some in zip((3, 4, 5), net.filters, net.biases, made[row].split(64), strict=True):
            answers = [F.relu((filters * text[at : at + size].T).sum(dim=(1, 2)) + bias) for at in range(length)]
            wanted = torch.stack(answers).amax(dim=0) if answers else torch.zeros(64)
            assert torch.allclose(some, wanted, atol=1e-6)


def test_it_learns_a_phrase_that_no_single_word_tells():
    rng = np.random.default_rng(8)
    fill = [f"word{n}" for n in range(20)]
    texts, answers = [], []
    for number in range(200):
        pair = ["not", "good"] if number % 2 else ["good", "not"]
        words = list(rng.choice(fill, 8))
        at = int(rng.integers(0, 8))
        texts.append(" ".join([*words[:at], *pair, *words[at:]]))
        answers.append(float(number % 2))
    reader = TextCnn.fit(content(texts), Around())
    values = torch.from_numpy(reader.read(content(texts), Around()).values)
    target, generator = torch.tensor(answers), torch.Generator().manual_seed(2)
    net = reader.net(generator)
    weight = torch.zeros(reader.width, requires_grad=True)
    optimiser = torch.optim.Adam([*net.parameters(), weight], lr=0.01)
    for _ in range(40):
        optimiser.zero_grad()
        F.binary_cross_entropy_with_logits(net(values[:100]) @ weight, target[:100]).backward()
        optimiser.step()
    right = ((net(values[100:]) @ weight > 0) == (target[100:] > 0.5)).float().mean()
    assert right > 0.95  # measured: 1.0; single words leave it at 0.5


def test_words_of_like_meaning_have_like_vectors_before_anything_is_learned():
    words = ["monster", "ghost", "soldier", "army", "kitten", "puppy", "rocket", "spaceship"]
    reader = TextCnn.fit(content([" ".join(words)] * 2), Around())
    table = reader.net(torch.Generator().manual_seed(0)).embeddings.detach()
    rows = F.normalize(table[torch.from_numpy(reader.read(content([" ".join(words)]), Around()).values[0]).long()])
    likeness = rows @ rows.T - 2 * torch.eye(len(words))
    assert likeness.argmax(1).tolist() == [1, 0, 3, 2, 5, 4, 7, 6]


def test_the_same_generator_gives_the_same_network():
    reader = TextCnn.fit(content(["a1 b1"] * 2), Around())
    one, other, third = (reader.net(torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(one.filters[0], other.filters[0])
    assert not torch.equal(one.filters[0], third.filters[0])


@pytest.mark.parametrize(
    "longest", [np.zeros(0, np.int32), np.array([0], np.int32), np.array([10**6], np.int32)], ids=str
)
def test_a_damaged_reader_is_refused(longest: np.ndarray):
    arrays = TextCnn.fit(content(["a1 b1"] * 2), Around()).arrays()
    with pytest.raises(ModelError, match="A length of the saved model is damaged"):
        TextCnn.from_arrays(arrays | {"longest": longest})

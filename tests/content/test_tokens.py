"""Words, whichever the script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.content.tokens import LONGEST, beginning, words_of
from recsys_core.content.vocabulary import Vocabulary
from recsys_core.errors import ModelError

SURROGATES = st.text(st.characters(categories=("L", "M", "N", "P", "S", "Z", "C", "Cs")))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Cat's  whiskers, 1999!", ["the", "cat", "whiskers", "1999"]),
        ("ＦＵＬＬ width ﬁne Straße", ["full", "width", "fine", "strasse"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("七人の侍", ["七人", "人の", "の侍"]),
        ("映画 film映", ["映画", "film", "映"]),
        ("ภาพยนตร์", ["ภา", "าพ", "พย", "ยน", "นต", "ตร", "ร์"]),
        ("Война и мир", ["война", "мир"]),
        ("🎬🍿 \ud800 ... \x00", []),
        ("", []),
    ],
)
def test_words_are_found(text: str, words: list[str]):
    assert words_of(text) == words


@given(SURROGATES)
def test_any_text_has_words_that_can_be_saved(text: str):
    words = words_of(text)
    assert all(word and "\n" not in word for word in words)
    vocabulary = Vocabulary.of([words], 1000)
    assert Vocabulary.from_array(vocabulary.array()) == vocabulary
    beginning(text).encode("utf-8")


def test_long_texts_are_cut():
    text = "word " * 250_000
    assert len(words_of(text)) == LONGEST / 5
    assert len(beginning(text)) == LONGEST


def test_the_words_of_most_texts_are_kept():
    texts = [["b", "b", "a"], ["b", "c"], ["c", "d"]]
    assert Vocabulary.of(texts, 3).words == ("b", "c", "a")


@pytest.mark.parametrize("content", [b"\xff", b"a\na"])
def test_damaged_words_are_refused(content: bytes):
    import numpy as np

    with pytest.raises(ModelError, match="words of the saved model cannot be read"):
        Vocabulary.from_array(np.frombuffer(content, dtype=np.uint8))

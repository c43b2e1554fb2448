"""Words of a text, in whichever script it is written."""

import re
import unicodedata
from functools import cache

LONGEST = 20_000  # letters of a text that count: books would take long and say little more

# Scripts that put no spaces between words: Thai, Lao, Myanmar, Khmer, kana, Chinese characters.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"


def beginning(text: str) -> str:
    """As much of a text as counts, without what no encoding can hold (unpaired surrogates)."""
    return text[:LONGEST].encode("utf-8", "replace").decode("utf-8")


def words_of(text: str) -> list[str]:
    """Words in their order, in small letters; in scripts without spaces, each two letters that follow each other.

    Such pairs find about as much as words from a dictionary (Foo and Li, Chinese Word Segmentation and Its Effect on
    Information Retrieval, IPM 2004).
    """
    word, unspaced = _patterns()
    found: list[str] = []
    for run in word.findall(unicodedata.normalize("NFKC", text[:LONGEST]).casefold()):
        if unspaced.search(run) is None:
            found.append(run)
            continue
        for part in unspaced.split(run):
            if unspaced.match(part):
                found += [part[at : at + 2] for at in range(max(1, len(part) - 1))]
            elif len(part) > 1:
                found.append(part)
    return found


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    r"""A word of two letters or more, and a run of a script without spaces.

    To Python's ``\w`` the vowel signs of many scripts, such as Devanagari, are no letters.
    """
    marks = "".join(chr(code) for code in range(0x300, 0xFFFF) if unicodedata.category(chr(code)) in {"Mn", "Mc"})
    return re.compile(rf"[^\W_][\w{marks}]+|[{_UNSPACED}]"), re.compile(f"([{_UNSPACED}]+)")

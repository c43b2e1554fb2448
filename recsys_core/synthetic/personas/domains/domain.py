"""What a domain is: the words and numbers that its items are invented from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Genre:
    """One kind of item.

    Attributes:
        adjectives, nouns: words of titles, apart by spaces; an underscore stands for a space inside a word.
        about: ends of sentences that say what an item of this kind is about.
        peak: the month (1 to 12) in which it is wanted most; None where all months are alike.
        price: how many times as much as elsewhere an item costs.
    """

    name: str
    adjectives: str
    nouns: str
    about: tuple[str, ...]
    peak: int | None = None
    price: float = 1.0


@dataclass(frozen=True)
class Amount:
    """A number that is known of each item: log-normal about its median, rounded to a multiple of a step.

    Attributes:
        name: of the attribute. spread: standard deviation of the logarithm. low: the least that there is.
    """

    name: str
    median: float
    spread: float
    step: float
    low: float


@dataclass(frozen=True)
class Domain:
    """What items there are, and how they are talked about.

    Attributes:
        key: what it is called in settings. item: what one is called, at the beginning of its id.
        genres: kinds of items. genres_each: with which probability an item has one, two, three of them.
        titles: patterns with the fields ``adj``, ``noun``, ``other`` (another noun) and ``maker``.
        texts: sentences with the fields ``tone``, ``about``, ``maker`` and ``trait``.
        adjectives: words that suit any genre. tones: words for texts.
        maker: name of the attribute for who made it. makers: names, the first ones with the most items.
        trait: name of an attribute of a few values. traits: these, the commonest first.
        price, size: numbers. The price counts in what people like.
        first_year: of the oldest items. pause: seconds between two lists that a person looks at, median.
    """

    key: str
    item: str
    genres: tuple[Genre, ...]
    genres_each: tuple[float, ...]
    titles: tuple[str, ...]
    texts: tuple[str, ...]
    adjectives: str
    tones: str
    maker: str
    makers: tuple[str, ...]
    trait: str
    traits: tuple[str, ...]
    price: Amount
    size: Amount
    first_year: int
    pause: float

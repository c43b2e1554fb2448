"""What somebody new said of items: stars, likes, or that they do not know them; and what of that is a history."""

from recsys_core.data.dataset import Dataset

LIKED, DISLIKED = 5, 1  # stars, of data without ratings

Answers = dict[int, int | None]  # item → stars, 1 to 5; None: it is not known to the person


def told_of(answers: Answers) -> list[tuple[int, int]]:
    """Items and stars of what the person knows."""
    return [(item, stars) for item, stars in answers.items() if stars is not None]


def history_of(answers: Answers, dataset: Dataset) -> list[tuple[int, float]]:
    """Items and values as the data set has them; of data without ratings, what is liked."""
    if dataset.scale is None:
        return [(item, 1.0) for item, stars in told_of(answers) if stars >= LIKED]
    return [(item, rating_of(stars, dataset.scale.low, dataset.scale.high)) for item, stars in told_of(answers)]


def rating_of(stars: int, low: float, high: float) -> float:
    """One to five stars on a data set's own scale."""
    value = high * stars / 5 if low >= 0 else low + (high - low) * (stars - 1) / 4
    return min(high, max(low, value))

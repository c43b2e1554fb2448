"""A data set in figures, and what they mean for training."""

from recsys_core.data.dataset import Dataset
from recsys_core.data.profiling.measures import FEW, Measures
from recsys_core.data.profiling.words import sentences, table
from recsys_core.types import Json


class Profile(Measures):
    """The figures of a data set, as sentences, as a table, and as plain data."""

    def sentences(self) -> list[str]:
        """At most six, on what the figures mean for training."""
        return sentences(self)

    def table(self) -> list[tuple[str, str]]:
        """All figures as label and text."""
        return table(self)

    def as_json(self) -> Json:
        """All figures as plain data: finite numbers, text, lists; shares are 0..1, times ISO 8601."""
        items, events = self.lorenz()
        levels, counts = self.values
        tops = None if self.value_tops is None else self.value_tops.tolist()
        return {
            "people": self.users,
            "items": self.items,
            "events": self.interactions,
            "density": self.density,
            "feedback": str(self.feedback),
            "scale": None if self.scale is None else vars(self.scale),
            "values": {"from": levels.tolist(), "to": tops, "counts": counts.tolist()},
            "raters": None if self.raters is None else vars(self.raters),
            "weight_of_heaviest_hundredth": self.heaviest,
            "first": None if self.first is None else self.first.isoformat(),
            "last": None if self.last is None else self.last.isoformat(),
            "per_person": vars(self.per_user),
            "per_item": vars(self.per_item),
            "few": FEW,
            "people_with_few_events": int((self.user_counts < FEW).sum()),
            "items_with_few_events": int((self.item_counts < FEW).sum()),
            "people_without_events": int((self.user_counts == 0).sum()),
            "items_without_events": int((self.item_counts == 0).sum()),
            "gini": self.gini,
            "share_of_top_tenth": self.top_tenth,
            "share_of_most_active_person": float(self.user_counts[0] / self.interactions),
            "share_of_most_popular_item": float(self.item_counts[0] / self.interactions),
            "lorenz": {"items": items.tolist(), "events": events.tolist()},
            "timeline": None if self.timeline is None else self.timeline.as_json(),
            "sentences": self.sentences(),
        }


def profile(dataset: Dataset) -> Profile:
    """The profile of a data set; a :class:`DataError` where it has no events."""
    return Profile.of(dataset)

"""Who did something, and when: the events of a data set, or the impressions of a log."""

from dataclasses import dataclass

import numpy as np

from recsys_core.data.dataset import Dataset
from recsys_core.data.impressions.log import Impressions
from recsys_core.errors import DataError
from recsys_core.types import Feedback, Int32, Int64


@dataclass(frozen=True)
class Events:
    """E events, at least one.

    Attributes:
        people: Int32[E], positions of people. times: Int64[E], unix seconds.
        n_people: declared; not all of them did something.
        noun: what an event is called.
    """

    people: Int32
    times: Int64
    n_people: int
    noun: str

    def counts(self) -> Int64:
        """Int64[U], events of each person."""
        return np.bincount(self.people, minlength=self.n_people)


def events_of(source: Dataset | Impressions) -> Events:
    """The events of a data set, or the impressions of a log.

    Raises:
        DataError: nobody knows who did them, or when.
    """
    if isinstance(source, Dataset):
        people, times, n_people = source.interactions.users, source.interactions.times, source.n_users
        noun = "rating" if source.feedback is Feedback.EXPLICIT else "event"
    else:
        if source.users is None:
            raise DataError(
                "This log does not say to whom anything was shown, so nobody knows who came back.",
                "Import it with a column of people, or choose a data set.",
                "no-people",
            )
        people, times, n_people, noun = source.users, source.times, len(source.user_ids), "impression"
    if times is None:
        raise DataError(
            "These data do not say when anything happened, so nobody knows who came back.",
            "Import them with a column of times.",
            "no-times",
        )
    if not len(times):
        raise DataError("There are no events.", "Import a file with at least one row.", "no-events")
    return Events(people, times, n_people, noun)

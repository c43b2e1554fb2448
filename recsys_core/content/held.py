"""How much is known about the items of a data set, and which switches of a model find nothing to read in it."""

from dataclasses import dataclass
from typing import Any, Self

from pydantic import BaseModel

from recsys_core.content.coverage import reasons
from recsys_core.content.leaking_columns import leaking_columns
from recsys_core.data.dataset import Dataset
from recsys_core.data.findings import counted


@dataclass(frozen=True)
class Held:
    """Counts of items, but for the columns.

    Attributes:
        items: all of them.
        titles, texts, pictures, genres, years: items with one.
        attributes: columns beyond these that models may read.
        leaking: columns that they leave out, and why: they tell popularity or what others thought.
        people: columns about people that models may read.
        leaking_people: those that they leave out, and why.
    """

    items: int
    titles: int
    texts: int
    pictures: int
    genres: int
    years: int
    attributes: tuple[str, ...]
    leaking: dict[str, str]
    people: tuple[str, ...]
    leaking_people: dict[str, str]

    @classmethod
    def by(cls, dataset: Dataset) -> Self:
        """A data set."""
        table, events = dataset.item_table, dataset.interactions
        leaking = leaking_columns(table[dataset.item_attributes], events.item_counts())
        about_people = leaking_columns(dataset.user_table[dataset.user_attributes], events.user_counts())
        pictures = 0 if dataset.image_folder is None else int((table["image"] != "").sum())
        return cls(
            len(table),
            int((table["title"] != "").sum()),
            int((table["text"] != "").sum()),
            pictures,
            int(table["genres"].map(bool).sum()),
            int(table["year"].notna().sum()),
            tuple(name for name in dataset.item_attributes if name not in leaking),
            leaking,
            tuple(name for name in dataset.user_attributes if name not in about_people),
            about_people,
        )

    def sentence(self) -> str:
        """What models that read content find here."""
        counts = {"a text": self.texts, "a picture": self.pictures, "genres": self.genres, "a year": self.years}
        there = [
            f"{'all' if number == self.items else format(number, ',')} have {what}"
            for what, number in counts.items()
            if number
        ]
        missing = [what.removeprefix("a ") for what, number in counts.items() if not number]
        lack = f" There are no {_in_words(missing)}." if missing else ""
        if not there and not self.titles:
            return f"Nothing is known about the {counted(self.items, 'item')} but who met them."
        if not there:
            head = "Items have titles alone."
        elif all(number == self.items for number in counts.values()):
            head = f"All {counted(self.items, 'item')} have a text, a picture, genres and a year."
        else:
            head = f"Of {counted(self.items, 'item')}, {', '.join(there)}."
        left = f" Models leave out: {reasons(self.leaking)}." if self.leaking else ""
        return f"{head}{lack}{left}"


def _in_words(missing: list[str]) -> str:
    plural = [name if name.endswith("s") else f"{name}s" for name in missing]
    return plural[0] if len(plural) == 1 else f"{', '.join(plural[:-1])} or {plural[-1]}"


def unfed(config: BaseModel, held: Held) -> list[str]:
    """A sentence for each switch of a model that finds little or nothing to read in the data, or leaves out what is
    there; none for other models.

    Args:
        config: of any model; one that reads content has the switches text, pictures, attributes or people.
        held: by the data set.
    """
    found = []
    if _is_on(config, "text") and not held.texts:
        found.append(
            "This data set has no texts: the model reads titles alone."
            if held.titles
            else "This data set has no texts and no titles, so there is nothing to read: set text to none."
        )
    if _is_on(config, "pictures") and not held.pictures:
        found.append("This data set has no pictures, so there is nothing to look at: set pictures to none.")
    if _is_on(config, "attributes") and not (held.genres or held.years or held.attributes):
        found.append("This data set has no genres, years or other attributes of items to look at.")
    if _is_on(config, "people") and not held.people:
        found.append("Nothing is known of the people of this data set but what they met.")
    if _is_on(config, "attributes") and held.leaking:
        found.append(f"Left out, as a new item cannot have it yet: {reasons(held.leaking)}.")
    if _is_on(config, "people") and held.leaking_people:
        found.append(f"Left out of what is known of people: {reasons(held.leaking_people)}.")
    return found


def _is_on(config: BaseModel, switch: str) -> bool:
    value: Any = getattr(config, switch, None)
    return value not in (None, False, "none")

"""A report made: sections one after the other, and who is told how far it is."""

from collections.abc import Callable
from datetime import date

from recsys_core.comparing import verdict
from recsys_core.errors import StudioError
from recsys_core.report.blocks import Head, Note, Section
from recsys_core.report.facts import Facts
from recsys_core.report.sections import SECTIONS

KIND = "Report of a comparison"

Tell = Callable[[float, str], None]  # the share that is done, and what is being done


def sections_of(facts: Facts, tell: Tell = lambda share, words: None) -> tuple[Section, ...]:
    """All sections. One that cannot be made says why, and the others are made all the same."""
    made = []
    for place, part in enumerate(SECTIONS):
        tell(place / len(SECTIONS), part.title)
        try:
            blocks = tuple(part.blocks(facts))
        except StudioError as error:
            blocks = (Note(f"This section could not be made. {error}"),)
        made.append(Section(part.key, part.title, blocks))
    return tuple(made)


def head_of(facts: Facts) -> Head:
    """What stands on top: the verdict, in the words of Compare."""
    return Head(
        KIND,
        f"Recommendations for {facts.data_name}",
        day=in_words(date.today()),
        lead=tuple(verdict.sentences(facts.comparison)),
    )


def in_words(day: date) -> str:
    """A day as a person says it."""
    return f"{day.day} {day:%B %Y}"

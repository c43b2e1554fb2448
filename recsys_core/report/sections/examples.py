"""What the best model shows to a few people, and why."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recsys_core.data.dataset import Dataset
from recsys_core.data.findings import counted
from recsys_core.errors import DataError
from recsys_core.explain.explainers import explain, find_explainer
from recsys_core.explain.person import ask, rank_and_rank_without, stand_in
from recsys_core.explain.sample import question_about_first
from recsys_core.explain.sentence import in_a_row, sentence
from recsys_core.models import Ability
from recsys_core.recommending import recommend_to_user
from recsys_core.report.blocks import Block, Heading, Item, Note, Paragraph, table_of
from recsys_core.report.facts import Facts
from recsys_core.report.pictures import thumbnail
from recsys_core.runs.run_files import LoadedRun
from recsys_core.types import Int64

SHOWN, EXPLAINED = 5, 3  # items of a list; a reason takes up to a second or two
MET = 5  # things that a person did last
LINEAR, ONE_BY_ONE = "linear-history", "leave-one-out-history"


@dataclass(frozen=True)
class Example:
    """A person who stands for others, and in which way."""

    user: int
    events: int
    which: str


# By how many of all judged people have as many known events or fewer.
CHOSEN = (("in the middle", 0.5), ("a busy one", 0.95), ("a quiet one", 0.05))


def examples(facts: Facts) -> Iterator[Block]:
    """The section."""
    run, noun = facts.opened, facts.noun
    chosen = people(run)
    if not chosen:
        yield Paragraph("Nothing is known of the people who are judged, so all of them are shown the same list.")
        return
    yield Paragraph(
        f"What {facts.leader} shows to {counted(len(chosen), 'person')}. They were not picked by hand: of the "
        f"{len(run.split.test.warm_users):,} people who are judged, in the order of how many {noun}s are known of "
        "them, one stands in the middle, one after 95 % and one after 5 % of them."
    )
    for one in chosen:
        yield Heading(f"Person {run.split.dataset.person(one.user)}, {one.which}: {one.events:,} known {noun}s")
        yield from _example(facts, one.user)
    yield Note(_about_reasons(facts, chosen[0].user))


def people(run: LoadedRun) -> list[Example]:
    """Who stands for others, each once; fewer where there are fewer."""
    known, judged = run.split.test.known.lengths(), run.split.test.warm_users
    order: Int64 = judged[np.argsort(known[judged], kind="stable")]
    found: dict[int, Example] = {}
    for which, share in CHOSEN if len(order) else ():
        user = int(order[min(len(order) - 1, int(share * len(order)))])
        found.setdefault(user, Example(user, int(known[user]), which))
    return list(found.values())


def _example(facts: Facts, user: int) -> Iterator[Block]:
    """What a person did last, and the list with its reasons."""
    run = facts.opened
    dataset, split = run.split.dataset, run.split
    known = split.test.known.take(np.array([user]))
    last = [_known(dataset, int(item), float(value)) for item, value in zip(known.items, known.values, strict=True)]
    yield Paragraph(f"Known, the last of it: {in_a_row(last[-MET:][::-1])}.")
    relevant = split.test.relevant
    found = set(relevant.items[relevant.users == user].tolist())
    rows = [
        {
            "Recommended": item_of(dataset, item, _reason(run, user, item) if place < EXPLAINED else ""),
            "Met later": "yes" if item in found else "no",
        }
        for place, (item, _) in enumerate(recommend_to_user(run.model, split, user, SHOWN))
    ]
    yield table_of(
        f"The first {len(rows)} of the list; {counted(len(found), 'held-out item')} to be found in all of it", rows
    )


def _known(dataset: Dataset, item: int, value: float) -> str:
    return dataset.title(item) if dataset.scale is None else f"{dataset.title(item)} ({value:g})"


def item_of(dataset: Dataset, item: int, words: str) -> Item:
    """An item for a cell: title, year and genres, what is said of it, picture."""
    title, year = dataset.title(item), str(dataset.year(item) or "")
    genres = ", ".join(dataset.genres(item)[:3])
    detail = " · ".join(part for part in ("" if year in title else year, genres) if part)
    return Item(title, detail, words, thumbnail(dataset, item))


def _reason(run: LoadedRun, user: int, item: int) -> str:
    """Why, in a sentence; "" for a model that cannot be asked about a part of a history."""
    if Ability.HISTORY not in run.model.abilities:
        return ""
    question = ask(run.split, user, item)
    try:
        *_, found = explain(_method(run), run.model, run.split.dataset, question)
    except DataError as error:  # nothing that could be a reason
        return str(error)
    return sentence(found, *rank_and_rank_without(run.model, run.split.dataset, question, found))


def _method(run: LoadedRun) -> str:
    return LINEAR if run.model.is_linear else ONE_BY_ONE


def _about_reasons(facts: Facts, user: int) -> str:
    """By which method, and how well what is explained stands for what is shown."""
    run = facts.opened
    if Ability.HISTORY not in run.model.abilities:
        return (
            f"{facts.leader} only knows the people it met in training, so it cannot be asked what it would say without "
            "a part of a history: there are no reasons."
        )
    method = find_explainer(_method(run))[0].about
    words = f"Reasons of the first {EXPLAINED} by {method.title}: {method.idea[:1].lower()}{method.idea[1:]}"
    question = question_about_first(run.model, run.split, user)
    if question is None:
        return words
    beside = stand_in(run.model, run.split, user, question)
    if beside.common == beside.first:
        return words
    return (
        f"{words} They are about somebody with the same history, which has {beside.common} of its first "
        f"{beside.first} in common with the list of the first person here: this model keeps more of a person than that."
    )

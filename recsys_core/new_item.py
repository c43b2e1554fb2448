"""Who would like an item that nobody has met, and what it is like: by a trained model as it is, without retraining."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, issparse
from scipy.special import stdtrit
from scipy.stats import rankdata

from recsys_core.comparing.cutting import OTHERS, UNKNOWN, Cut
from recsys_core.comparing.slices import cuts
from recsys_core.content.around import AROUND, Around
from recsys_core.content.items import ItemContent, Picture
from recsys_core.content.static_text import StaticText
from recsys_core.data.dataset import Dataset
from recsys_core.data.findings import counted
from recsys_core.data.side.clean_text import LONGEST_TEXT, LONGEST_TITLE, clean
from recsys_core.data.side.picture_files import LARGEST_PICTURE
from recsys_core.data.side.pictures import redraw
from recsys_core.errors import AbilityError, ContentError, DataError, ModelError
from recsys_core.models.base import Ability, Recommender
from recsys_core.recommending import Shown, scores_of_people
from recsys_core.splitting import Split
from recsys_core.statistics.estimates import Estimate
from recsys_core.types import Bool, Float32, Float64, Int32, Int64

TOP = 10  # places of a list that a person surely sees
CHUNK = 1_000_000  # scores held at once: so few stay in the cache of a processor
FEWEST = 20  # people in an audience
LEVEL = 0.95
LEANING = "leaning"  # the key of the cut by genre
LEANS = 2.0  # standard errors from which on somebody leans to a genre
MEANING = "meaning"  # of words, by static embeddings
HARDLY = 0.03  # of the share of people whom it suits less: groups that differ by less are named together
NAMED = 3  # of them, at most
ALIKE = 0.05  # less is no likeness that anybody would see
KIN = 40  # items, at most, by which it is told whom a new one suits; of small catalogues a tenth
KIN_MET = 5  # people who met each of them, at least


def described(dataset: Dataset, known: Mapping[str, Any], picture: bytes | None = None) -> ItemContent:
    """One new item, cleaned and drawn anew as those of an imported file are.

    Args:
        dataset: whose columns it has.
        known: by column; empty texts, and what is None, are unknown.
        picture: the content of a picture file.

    Raises:
        DataError: the picture is too large, or none that can be read.
    """
    told = {name: _clean(name, value) for name, value in known.items() if value is not None}
    return ItemContent.new_item(dataset, told, None if picture is None else _drawn(picture))


def _clean(column: str, value: Any) -> Any:
    if column == "genres":
        return tuple(dict.fromkeys(genre for one in value if (genre := clean(one, LONGEST_TITLE))))
    longest = LONGEST_TITLE if column == "title" else LONGEST_TEXT
    return clean(value, longest) if isinstance(value, str) else value


def _drawn(content: bytes) -> Picture:
    if len(content) > LARGEST_PICTURE:
        raise DataError(
            f"The picture has {len(content) / 1e6:,.0f} MB; at most {LARGEST_PICTURE / 1e6:.0f} MB are read.",
            "Shrink it.",
            "picture-too-large",
        )
    try:
        return redraw(content)[0]
    except DataError as error:
        raise DataError(f"The picture {error.message}.", error.fix, error.code) from error


@dataclass(frozen=True)
class Catalogue:
    """What is read of all items of a data set, by a model and, of texts, by what words mean: worked out once, compared
    with each new item.

    Attributes:
        rows: kind of reading → Float32 (I, w), dense or csr, of length 1, or 0 where nothing is known.
        middles: kind → Float32 (w,), the mean over items that was taken off first; none of sparse rows.
    """

    rows: Mapping[str, Float32 | csr_array]
    middles: Mapping[str, Float32]

    @classmethod
    def of(cls, model: Recommender, dataset: Dataset, around: Around = AROUND) -> Self:
        """Read the whole catalogue.

        Raises:
            AbilityError: the model cannot read items that it never met.
        """
        read = _read(model, ItemContent.of(dataset), around)
        middles = {kind: _middle(rows) for kind, rows in read.items() if not issparse(rows)}
        return cls({kind: _units(rows, middles.get(kind)) for kind, rows in read.items()}, middles)

    def likeness(self, model: Recommender, item: ItemContent) -> Float32:
        """Float32[I], −1 to 1: how alike a new item and each of the catalogue are described.

        The mean, over the kinds of reading that found something, of the cosines around the middle of the
        catalogue. The year of the new item is left out: few items share it, so it would outweigh all else.
        """
        timeless = replace(item, table=item.table.assign(year=pd.array([pd.NA] * len(item), dtype="Int32")))
        total, kinds = np.zeros(self._n_items, dtype=np.float32), 0
        for kind, rows in _read(model, timeless, AROUND).items():
            one = _units(rows, self.middles.get(kind))
            if abs(one).sum():
                found = self.rows[kind] @ one.T
                total += (found.toarray() if issparse(found) else found)[:, 0]
                kinds += 1
        return (total / max(1, kinds)).astype(np.float32)

    @property
    def _n_items(self) -> int:
        return int(next(iter(self.rows.values())).shape[0])


def _read(model: Recommender, content: ItemContent, around: Around) -> dict[str, Float32 | csr_array]:
    """What the model reads and, beside its reading of texts, what their words mean: a short synopsis shares hardly any
    of its words with others of its kind."""
    read = dict(model.readings(content, around))
    if Ability.TEXT in model.abilities:
        with suppress(ContentError):  # the encoder is not installed: then without it
            read[MEANING] = StaticText.fit(content, around).read(content, around).values
    return read


def _middle(rows: Float32) -> Float32:
    known = rows.any(axis=1)
    mean: Float32 = rows[known].mean(axis=0) if known.any() else np.zeros(rows.shape[1], dtype=np.float32)
    return mean


def _units(rows: Any, middle: Float32 | None) -> Any:
    """Rows of length 1 around a middle; what is 0 stays 0. Sparse rows have that length already."""
    if middle is None:
        return rows
    moved = (rows - middle) * rows.any(axis=1, keepdims=True)
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.divide(moved, lengths, out=np.zeros_like(moved), where=lengths > 0)


@dataclass(frozen=True)
class Places:
    """Where a new item would stand for each person, and whom it suits.

    Attributes:
        users: Int64[n], everybody of whom something is known and whom the model can answer for.
        places: Float64[n], in the list of what a person has not met: 1 for the first; among equal scores the middle.
        lengths: Int64[n], items in the list of each person, the new one counted.
        above: Float64[n], the share of all other items, met or not, that it stands above: 1 for the first, 0 for the
            last.
        ahead: Float64[n], the share of the other people whom it suits less: 1 for the person whom it suits best, one
            half for all where nothing tells people apart. See :func:`suits`.
        kin: Int64[K], the items by which that is told: those that it is most like.
    """

    users: Int64
    places: Float64
    lengths: Int64
    above: Float64
    ahead: Float64
    kin: Int64

    @property
    def in_top(self) -> Bool:
        """Bool[n], whether it is among the ten items that a person is shown first."""
        return self.places <= TOP

    @property
    def by_chance(self) -> float:
        """The share of people in whose first ten an item would be that is put into lists at random."""
        return float(np.minimum(1.0, TOP / self.lengths).mean())

    def best(self, count: int) -> Int64:
        """The rows of the people whom it suits best, best first."""
        return np.lexsort((self.users, -self.above, -self.ahead))[:count]


def where_it_stands(model: Recommender, split: Split, item: ItemContent, catalogue: Catalogue | None = None) -> Places:
    """Where one new item would stand for everybody, and whom it suits.

    Args:
        catalogue: that of the model and the data set, where it was read already.

    Raises:
        AbilityError: the model cannot read items that it never met, or knows none of the people.
        ModelError: a score is not a number.
    """
    holdout, n_items = split.test, split.dataset.n_items
    lengths = holdout.known.lengths()
    users = np.flatnonzero(lengths)
    if Ability.HISTORY not in model.abilities:
        users = np.setdiff1d(users, holdout.strangers)
    if not len(users):
        raise AbilityError(
            f"{model.title} only knows the people it met in training, and of those nothing is known here.",
            "Choose a split per person.",
            "only-strangers",
        )
    catalogue = catalogue or Catalogue.of(model, split.dataset)
    kin = _kin(catalogue.likeness(model, item), split)
    trained = np.flatnonzero(split.train.interactions.item_counts())
    ahead, known_ahead, of_kin, above_usual = [], [], [], []
    own = _score(model, split, users.astype(np.int32), item)  # at once: its content is read but once
    for chunk in np.array_split(np.arange(len(users)), -(-len(users) * n_items // CHUNK)):
        people, new = users[chunk].astype(np.int32), own[chunk]
        scores = scores_of_people(model, holdout, people)
        known = holdout.known.take(people)
        rows = known.people()
        _require_numbers(scores, new)
        higher, level = (
            np.count_nonzero(scores > new[:, None], axis=1),
            np.count_nonzero(scores == new[:, None], axis=1),
        )
        ahead.append(higher + level / 2)
        met, beside = scores[rows, known.items], new[rows]
        known_ahead.append(np.bincount(rows, (met > beside) + (met == beside) / 2, len(people)))
        of_kin.append(np.bincount(rows, np.isin(known.items, kin), len(people)))
        usual = scores[:, trained]
        above_usual.append((scores[:, kin] - usual.mean(axis=1, keepdims=True)) / _no_zeros(usual.std(axis=1)[:, None]))
    others = np.concatenate(ahead)
    places = 1.0 + others - np.concatenate(known_ahead)
    fit = suits(np.concatenate(of_kin), lengths[users], np.concatenate(above_usual))
    ranks = (rankdata(fit) - 1) / (len(users) - 1) if len(users) > 1 else np.full(1, 0.5)
    return Places(users, places, n_items - lengths[users] + 1, 1.0 - others / n_items, ranks, kin)


def _kin(alike: Float32, split: Split) -> Int64:
    """The items by which it is told whom a new one suits, those most like it; none where it is like nothing."""
    counts = split.train.interactions.item_counts()
    eligible = split.dataset.item_ids.hash_order
    eligible = eligible[counts[eligible] >= min(KIN_MET, counts.max(initial=0))]
    nearest = eligible[np.argsort(-alike[eligible], kind="stable")][: max(1, min(KIN, len(eligible) // 10))]
    return nearest[alike[nearest] > ALIKE].astype(np.int64)


def suits(of_kin: Float64, lengths: Int64, above_usual: Float32) -> Float64:
    """Float64[n], whom something new suits more, by the items that it is most like: the mean of two things in standard
    deviations over people.

    The score of the new item itself does not tell: scores of things that few people meet rise and fall with how much
    a person meets at all, and with a liking for what is new, far more than with what the thing is about.

    Args:
        of_kin: (n,), how many of these items each person met. Told beyond what so many events make likely, in standard
            errors (binomial).
        lengths: (n,), events of each person.
        above_usual: (n, K), how far each of these items stands above a person's usual score, in standard deviations of
            the person's scores. Told beyond what people give it on average, in standard deviations over people, and
            averaged over the items.
    """
    share = of_kin.sum() / lengths.sum()
    met = (of_kin - lengths * share) / _no_zeros(np.sqrt(lengths * share * (1 - share)))
    stands = (above_usual - above_usual.mean(axis=0)) / _no_zeros(above_usual.std(axis=0))
    parts = [met, stands.mean(axis=1) if stands.shape[1] else np.zeros(len(met))]
    return np.mean([part / _no_zeros(part.std()) for part in parts], axis=0)


def _no_zeros(values: Any) -> Any:
    """To divide by: 1 in place of 0."""
    return np.where(values > 0, values, 1)


def _require_numbers(*scores: Float32) -> None:
    if any(np.isnan(one).any() for one in scores):
        raise ModelError(
            "The model gave a score that is not a number.", "Train it again with a lower learning rate.", "nan-score"
        )


def _score(model: Recommender, split: Split, users: Int32, item: ItemContent) -> Float32:
    """Float32[B] of the new item, for people met in training and for strangers by what is known of them."""
    strange = np.isin(users, split.test.strangers)
    scores = np.empty(len(users), dtype=np.float32)
    if not strange.all():
        scores[~strange] = model.score_content(users[~strange], item)[:, 0]
    if strange.any():
        scores[strange] = model.score_content(split.test.known.take(users[strange]), item)[:, 0]
    return scores


@dataclass(frozen=True)
class Audience:
    """People who have something in common, and whether the item is for them.

    Attributes:
        key: of the way people were grouped.
        cut: what they have in common, such as "Favourite genre".
        name: such as "Horror".
        people: how many they are.
        ahead: the mean share of the other people whom the new item suits less than them.
        others: the same for everybody else.
        top: share of them who would see it among their first ten.
        lead: how far ``ahead`` of them is over that of everybody else, in standard errors; infinite where nobody
            differs within the two groups.
        is_certain: whether so many audiences show a lead, or a lag, as large by chance in fewer than 5 of 100 cases
            (Welch's test of ranks, Zimmerman and Zumbo, Canadian Journal of Experimental Psychology 47, 1993, with
            Bonferroni's correction).
    """

    key: str
    cut: str
    name: str
    people: int
    ahead: float
    others: float
    top: float
    lead: float
    is_certain: bool


@dataclass(frozen=True)
class Grouping:
    """Groups of people who have something in common; somebody may be in several of them, or in none.

    Attributes:
        key: short and always the same. title: what they have in common.
        names: of the groups.
        members: Bool[groups, n], who is in which.
        meaning: how they were grouped, in a sentence; "" where the title says it.
    """

    key: str
    title: str
    names: tuple[str, ...]
    members: Bool
    meaning: str = ""

    @classmethod
    def of(cls, cut: Cut) -> Self:
        """Its slices, but for the people of whom nothing is known and those of rare values."""
        kept = [slice_ for slice_, name in enumerate(cut.names) if name not in (UNKNOWN, OTHERS)]
        members = cut.of == np.array(kept, dtype=np.int64)[:, None]
        return cls(cut.key, cut.title, tuple(cut.names[slice_] for slice_ in kept), members, cut.meaning)


def groups(split: Split, users: Int64) -> list[Grouping]:
    """Ways to group these people: by the genres they lean to, and by what is known of them beside."""
    leaning = _leaning(split, users)
    attributes = [Grouping.of(cut) for cut in cuts(split, users, FEWEST) if cut.key.startswith("attribute-")]
    return ([] if leaning is None else [leaning]) + attributes


def _leaning(split: Split, users: Int64) -> Grouping | None:
    """Genres that a person met more often than people do, in standard errors of their share (binomial).

    The genre that most people met most is the same for nearly all of them, so it tells nobody apart. Nor would one
    genre a person do: who leans to horror mostly leans to thrillers as well, and would be missing from one of the two.
    """
    known = split.test.known.take(users)
    lists = split.dataset.item_table["genres"]
    names, column = np.unique(np.array([name for one in lists for name in one], dtype=object), return_inverse=True)
    rows = np.repeat(np.arange(len(lists)), lists.map(len))
    genres = csr_array((np.ones(len(rows)), (rows, column)), shape=(len(lists), len(names)))
    met = csr_array((np.ones(len(known.items)), known.items, known.indptr), shape=(len(known), len(lists)))
    counts, n = (met @ genres).toarray(), known.lengths()[:, None]
    shares = counts.sum(axis=0) / n.sum()
    errors = np.sqrt(n * shares * (1 - shares))
    lead = np.divide(counts - n * shares, errors, out=np.zeros(counts.shape), where=errors > 0)
    members = (lead >= LEANS).T
    present = np.flatnonzero(members.any(axis=1))
    if not len(present):
        return None
    return Grouping(
        LEANING,
        "Favourite genre",
        tuple(names[present].tolist()),
        members[present],
        "A favourite genre is one that a person met clearly more often than people do on average (by two standard "
        "errors); somebody may have several, or none.",
    )


def audiences(places: Places, by: Sequence[Grouping], fewest: int = FEWEST) -> list[Audience]:
    """All groups of the people, those with the surest lead first.

    Args:
        places: of the people who were grouped.
        by: ways to group them, of the same people in the same order.
        fewest: people in a group, and outside of it.
    """
    ahead, in_top, n = places.ahead, places.in_top, len(places.users)
    named = [
        (grouping, name, inside)
        for grouping in by
        for name, inside in zip(grouping.names, grouping.members, strict=True)
        if fewest <= inside.sum() <= n - fewest
    ]
    chance = (1 - LEVEL) / 2 / max(1, len(named))  # Bonferroni
    found = []
    for grouping, name, inside in named:
        mine, rest = ahead[inside], ahead[~inside]
        lead, freedom = _lead(mine, rest)
        found.append(
            Audience(
                grouping.key,
                grouping.title,
                name,
                len(mine),
                float(mine.mean()),
                float(rest.mean()),
                float(in_top[inside].mean()),
                lead,
                bool(abs(lead) > stdtrit(freedom, 1 - chance)),
            )
        )
    return sorted(found, key=lambda one: -one.lead)


def _lead(mine: Float64, rest: Float64) -> tuple[float, float]:
    """The difference of two means in standard errors, and the degrees of freedom of these."""
    gap = float(mine.mean() - rest.mean())
    errors = np.array([side.var(ddof=1) / len(side) for side in (mine, rest)])  # squared
    if not errors.any():
        return (float(np.copysign(np.inf, gap)) if gap else 0.0), 1.0
    freedom = errors.sum() ** 2 / (errors**2 / [len(mine) - 1, len(rest) - 1]).sum()
    return gap / float(np.sqrt(errors.sum())), float(freedom)


def by_group(places: Places, grouping: Grouping, fewest: int = FEWEST) -> list[Estimate | None]:
    """The mean share of the other people whom the new item suits less, for each group.

    With Student's 95 % interval over people; None for a group of fewer people.
    """
    return [_mean(places.ahead[inside]) if inside.sum() >= fewest else None for inside in grouping.members]


def _mean(values: Float64) -> Estimate:
    mean, n = float(values.mean()), len(values)
    reach = float(stdtrit(n - 1, (1 + LEVEL) / 2) * values.std(ddof=1) / np.sqrt(n))
    return Estimate(mean, mean - reach, mean + reach)


def headline(found: Sequence[Audience]) -> tuple[Audience | None, Audience | None]:
    """Whom the item suits best, and whom least, of the groups that surely differ; None where none does.

    Tastes come before what else is known of people: they say what it is about the item that people like.
    """
    certain = [one for one in found if one.is_certain]
    tastes = [one for one in certain if one.key == LEANING]
    pool = tastes if any(one.lead > 0 for one in tastes) else certain
    ranked = sorted(pool, key=lambda one: -one.ahead)
    best = next((one for one in ranked if one.lead > 0), None)
    worst = next((one for one in reversed(ranked) if one.lead < 0), None)
    return best, worst


def finding(found: Sequence[Audience]) -> str:
    """Whom the item suits best, and whom least, as a sentence; no more than is certain.

    Up to three tastes are named where they hardly differ: then which of them comes first says little.
    """
    best, worst = headline(found)
    if best is None:
        return (
            "No group of people stands out: from what the model reads, it suits all kinds of people about equally."
            if found
            else "There are too few people, or too little is known of them, to tell groups apart."
        )
    end = f" Least for {_who(worst)}: {percent(worst.ahead)}." if worst is not None else ""
    near = [one for one in found if one.is_certain and one.key == best.key and best.ahead - one.ahead <= HARDLY]
    first, *more = sorted(near, key=lambda one: -one.ahead)[:NAMED]
    if more:
        *between, last = [f"“{one.name}” ({one.people:,})" for one in more]
        names = " and ".join([", ".join([_who(first), *between]), last])
        return (
            f"Most of all for {names}: it suits each of them better than {percent(more[-1].ahead)} of all people "
            f"or more on average.{end}"
        )
    return (
        f"Most of all for {_who(best)}: it suits them better than {percent(best.ahead)} of all people on average, "
        f"everybody else better than {percent(best.others)}.{end}"
    )


def how_people_are_ranked(places: Places) -> str:
    """By what it is told whom the item suits, as sentences."""
    if not len(places.kin):
        return "The model found nothing in the description by which it could tell people apart."
    return (
        f"People are ranked by the {counted(len(places.kin), 'item')} that it is most like: how many of them they met, "
        "beyond what the number of their events explains, and how much higher the model puts these than for other "
        "people. Its year does not count here: else whoever meets new things would come first, whatever they are about."
    )


def _who(one: Audience) -> str:
    return f"“{one.cut}: {one.name}” ({one.people:,} people)"


def percent(share: float) -> str:
    """A share as people read it; a small one with a digit behind the point."""
    return f"{100 * share:.1f} %" if 0 < share < 0.0995 else f"{100 * share:.0f} %"


def most_alike(catalogue: Catalogue, model: Recommender, split: Split, item: ItemContent, k: int) -> Shown:
    """The k items that are described most alike, most alike first, of the half that more people met.

    What few people met tells few people what the new one is like.
    """
    alike, counts = catalogue.likeness(model, item), split.train.interactions.item_counts()
    order = split.dataset.item_ids.hash_order
    order = order[counts[order] >= np.median(counts[counts > 0])]
    nearest = order[np.argsort(-alike[order], kind="stable")][:k]
    return [(int(near), float(alike[near])) for near in nearest if alike[near] > ALIKE]

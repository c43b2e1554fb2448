"""What a model's recommendations rest on in general: explanations of many people's first item, taken together.

As in the summary and dependence plots of Lundberg et al., From Local Explanations to Global Understanding with
Explainable AI for Trees, Nature Machine Intelligence 2020.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from recsys_core.data.dataset import Dataset
from recsys_core.explain.explainers import OTHERS, explain
from recsys_core.explain.explanation import Kind
from recsys_core.explain.players import Players
from recsys_core.explain.sample import ALL_APART, methods_offered, question_about_first, sample_budget
from recsys_core.explain.sentence import in_a_row
from recsys_core.models.base import Recommender
from recsys_core.splitting import Split
from recsys_core.statistics.bootstrap import bootstrap
from recsys_core.statistics.estimates import Estimate, PerUser, as_it_is

TOGETHER = "others together"
MOST_VALUES = 60  # of a text attribute that is worth taking parts together by
MOST_INTERVALS = 30
LEAST_SHARE = {False: 0.1, True: 0.25}  # of the strongest group that is worth naming, of items more
FEWEST_POINTS = 4  # of a person, for a rank correlation


@dataclass(frozen=True)
class Property:
    """A number that is known of a part.

    Attributes:
        key: the column of the points. title: for an axis.
        more: what a higher one is, as read after "what ".
        is_ratio: values are compared by their ratio.
    """

    key: str
    title: str
    more: str
    is_ratio: bool = False


PROPERTIES = (
    Property("rating", "rating that the person gave", "was rated higher"),
    Property("popularity", "people who met the item", "is met by more people", is_ratio=True),
    Property("year", "year of the item", "is newer"),
    Property("place", "place in the history, 0 the oldest, 1 the latest", "was met later"),
)


def explain_first(
    model: Recommender, split: Split, user: int, players: Players, budget: int | None = None, seed: int = 0
) -> pd.DataFrame:
    """Why the first item of a person's list is there: a row for each part, SHAP values, in closed form where there is
    one; no rows where nothing can be a reason.

    Args:
        players: of a kind that the model offers; see :func:`recsys_core.explain.sample.kinds_offered`.
        budget: coalitions that are asked about; None: what there is time for.

    Returns:
        The columns user, explained (the item), part (position of an item, −1 where it is none), name, value, and those
        of ``PROPERTIES``, NaN where unknown.
    """
    question = question_about_first(model, split, user)
    if question is None:
        return _points(split.dataset, [])
    cast = players.cast(model, split.dataset, question)
    if not cast.game.n:
        return _points(split.dataset, [])
    is_closed = any(explainer.about.key == "linear" for explainer in methods_offered(model, players))
    method = f"{'linear' if is_closed else 'shap'}-{players.key}"
    budget = budget or (ALL_APART if is_closed else sample_budget(cast.game))
    *_, found = explain(method, model, split.dataset, question, budget, seed)
    of_history = players.key is Kind.HISTORY
    positions = split.dataset.item_ids.positions if of_history else {}
    place = {int(item): at for at, item in enumerate(question.history.items)}
    last = max(1, len(place) - 1)
    has_order = question.history.has_order
    rows = []
    for part in found.parts:
        item = positions.get(part.key, -1) if part.key != OTHERS else -1
        at = place.get(item)
        rated = split.dataset.scale is not None and at is not None
        rows.append(
            (
                user,
                question.item,
                item,
                TOGETHER if part.key == OTHERS else part.title if of_history else part.key.partition(":")[0],
                part.value,
                float(question.history.values[at]) if rated and at is not None else np.nan,
                at / last if at is not None and has_order else np.nan,
            )
        )
    return _points(split.dataset, rows)


def _points(dataset: Dataset, rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["user", "explained", "part", "name", "value", "rating", "place"])
    about = np.where(frame["part"] >= 0, frame["part"], frame["explained"]).astype(np.int64)
    frame["popularity"] = dataset.interactions.item_counts()[about].astype(np.float64)
    frame["year"] = dataset.item_table["year"].iloc[about].to_numpy(dtype=np.float64, na_value=np.nan)
    together = frame["name"] == TOGETHER
    frame.loc[together, ["popularity", "year"]] = np.nan
    return frame


def ways_to_group(dataset: Dataset, kind: Kind) -> dict[str, str]:
    """What parts can be taken together by: key → title in the plural."""
    if kind is not Kind.HISTORY:
        return {"name": "attributes"}
    table = dataset.item_table
    ways = {"name": "items"}
    if table["genres"].map(len).any():
        ways["genres"] = "genres"
    if table["year"].notna().any():
        ways["decade"] = "decades"
    for name in dataset.item_attributes:
        if pd.api.types.is_object_dtype(table[name]) and 1 < table[name].nunique() <= MOST_VALUES:
            ways[name] = name
    return ways


def grouped_points(points: pd.DataFrame, dataset: Dataset, by: str) -> pd.DataFrame:
    """The points with a column ``group``; one of several genres comes once for each, and ``share`` says how much of it
    counts there, so that nothing counts twice.

    Args:
        by: a key of :func:`ways_to_group`.
    """
    if by == "name":
        return points.assign(group=points["name"], share=1.0)
    table, parts = dataset.item_table, points["part"].to_numpy()
    known = np.where(parts >= 0, parts, 0)
    if by == "genres":
        groups = pd.Series([table["genres"].iat[part] or ("no genre",) for part in known], dtype=object)
    elif by == "decade":
        years = table["year"].iloc[known]
        groups = pd.Series(
            [("no year",) if year is pd.NA else (f"{year // 10 * 10}s",) for year in years], dtype=object
        )
    else:
        groups = pd.Series([(value or "unknown",) for value in table[by].iloc[known]], dtype=object)
    groups[parts < 0] = pd.Series([(TOGETHER,)] * int((parts < 0).sum()), index=groups.index[parts < 0], dtype=object)
    groups.index = points.index
    return points.assign(group=groups, share=1 / groups.map(len)).explode("group")


@dataclass(frozen=True)
class Weight:
    """What a group of parts weighs in the explanations of a sample.

    Attributes:
        strength: mean over all people of |Σ of the group's contributions|, in units of the explained value.
        mean: the same with its sign.
        share: of the strengths of all groups.
        of_parts: the group's share of all parts: what it would weigh if all parts weighed the same.
        people: how many have it among their parts.
    """

    group: str
    strength: Estimate
    mean: float
    share: float
    of_parts: float
    people: int


def weights(grouped: pd.DataFrame, people: Sequence[int], seed: int = 0) -> list[Weight]:
    """What each group weighs, the strongest first; the parts that were too weak to be told apart are left out.

    Args:
        grouped: of :func:`grouped_points`.
        people: who was asked, those without a point as well.
    """
    told = grouped[grouped["group"] != TOGETHER]
    if not len(told):
        return []
    sums = (told["value"] * told["share"]).groupby([told["user"], told["group"]]).sum().unstack().fillna(0.0)
    sums = sums.reindex(index=list(people), fill_value=0.0)
    strengths = sums.abs().mean().sort_values(ascending=False, kind="stable")
    total = float(strengths.sum()) or 1.0
    shares = (told.groupby("group")["share"].sum() / told["share"].sum()).to_dict()
    having = told.groupby("group")["user"].nunique().to_dict()
    who, ones = np.array(people, dtype=np.int64), np.ones(len(people))
    figures = {
        str(group): PerUser(who, sums[group].abs().to_numpy(dtype=np.float64), ones, as_it_is)
        for group in strengths.index[:MOST_INTERVALS]
    }
    intervals = bootstrap(figures, seed)
    return [
        Weight(
            str(group),
            Estimate(float(strength), *intervals.get(str(group), (None, None))),
            float(sums[group].mean()),
            float(strength) / total,
            float(shares[group]),
            int(having[group]),
        )
        for group, strength in strengths.items()
    ]


@dataclass(frozen=True)
class Dependence:
    """Whether parts of which a property is higher contribute more.

    Attributes:
        correlation: Spearman's ρ within a person's parts, its mean over people; none where nobody has enough parts.
        people: those who have.
    """

    correlation: Estimate | None
    people: int

    @property
    def is_sure(self) -> bool:
        """Whether the interval lies on one side of zero."""
        found = self.correlation
        return found is not None and found.low is not None and found.high is not None and found.low * found.high > 0


def dependence(points: pd.DataFrame, prop: Property, seed: int = 0) -> Dependence:
    """Within people, so that who has strong contributions at all makes no difference."""
    users, found = [], []
    for user, own in points[["user", "value", prop.key]].dropna().groupby("user"):
        if len(own) >= FEWEST_POINTS and own["value"].nunique() > 1 and own[prop.key].nunique() > 1:
            users.append(user)
            found.append(float(spearmanr(own["value"], own[prop.key]).statistic))
    if not found:
        return Dependence(None, 0)
    values = np.array(found)
    judged = PerUser(np.array(users, dtype=np.int64), values, np.ones(len(values)), as_it_is)
    low, high = bootstrap({"rho": judged}, seed)["rho"]
    return Dependence(Estimate(float(values.mean()), low, high), len(values))


def finding(title: str, weighed: Sequence[Weight], noun: str) -> str:
    """What the recommendations of a model rest on, in a sentence.

    Args:
        title: of the model.
        noun: what groups are, in the plural.
    """
    if not weighed or not weighed[0].strength.value:
        return f"Nothing that was asked about makes a difference to {title}: it recommends the same to everybody."
    first, *more = weighed
    if first.share < LEAST_SHARE[noun == "items"]:
        return (
            f"Recommendations of {title} rest on many {noun}: the strongest, {first.group}, carries "
            f"{_percent(first.share)} of what contributes."
        )
    named = [first] + [one for one in more[:2] if one.share >= first.share / 2]
    carried, expected = sum(one.share for one in named), sum(one.of_parts for one in named)
    if abs(carried - expected) < 0.05:
        beside = "about what their number alone would give"
    else:
        beside = f"{'more' if carried > expected else 'less'} than their {_percent(expected)} of all parts"
    words = in_a_row([one.group for one in named])
    return f"Recommendations of {title} rest mostly on {words}: {_percent(carried)} of what contributes, {beside}."


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def dependence_finding(found: Dependence, prop: Property) -> str:
    """Whether a property of the parts matters, in a sentence."""
    rho = found.correlation
    if rho is None:
        return f"Too little is known to say whether what {prop.more} contributes more."
    if rho.low is None:
        return f"What {prop.more} contributes {'more' if rho.value > 0 else 'less'}, as far as so few people show."
    numbers = f"(mean rank correlation {rho.value:.2f}, 95 % interval {rho.low:.2f} to {rho.high:.2f})"
    numbers = numbers.replace("-", "−")
    if not found.is_sure:
        return f"Whether what {prop.more} contributes more cannot be told {numbers}."
    return f"What {prop.more} contributes {'more' if rho.value > 0 else 'less'} {numbers}."

"""Which column of a side file says what: told by names, by values, and by the ids that the ratings know."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from recsys_core.data import column_names
from recsys_core.data.dataset import ITEM_COLUMNS, Ids
from recsys_core.data.findings import listing
from recsys_core.data.reading.raw_table import RawTable
from recsys_core.data.reading.text_table import MOST_COLUMNS
from recsys_core.data.side.attributes import attribute_names
from recsys_core.data.side.values import SURE_VALUES, VALUES, filled, is_plain_year, is_prose, is_title, variety
from recsys_core.errors import DataError

SAMPLE_ROWS = 10_000
SAMPLE_IDS = 1_000
_GENRES = (
    "unknown|Action|Adventure|Animation|Children's|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir|Horror|Musical|"
    "Mystery|Romance|Sci-Fi|Thriller|War|Western"
)
MOVIELENS_GENRES = tuple(_GENRES.split("|"))  # in the order of the flags in u.item
_FLAG_LABELS = {re.sub(r"\W", "", label).lower(): label for label in (*MOVIELENS_GENRES, "Children", "IMAX")}
_MOVIELENS_PEOPLE = {
    "column 3": ("age", "gender", "occupation", "zip"),  # u.user
    "column 2": ("gender", "age", "occupation", "zip"),  # users.dat
}
_WORDS = {  # of names, the likeliest first
    "title": ("title", "name"),
    "genres": ("genre", "genres", "categories", "category", "tags", "class"),
    "year": ("year", "released", "release", "premiered", "aired", "published", "publication"),
    "text": ("overview", "description", "synopsis", "plot", "summary", "abstract"),
    "image": ("image", "picture", "poster", "cover", "img", "thumbnail", "thumb", "photo"),
}
_OF_SOMEBODY_ELSE = frozenset(
    [
        "author",
        "director",
        "user",
        "file",
        "genre",
        "category",
        "brand",
        "publisher",
        "country",
        "city",
        "type",
        "short",
    ]
)


@dataclass(frozen=True)
class ItemColumns:
    """The columns of an item file by their meaning, None where there is none.

    Attributes:
        flags: columns of 0 and 1 that stand for a genre each, and these genres.
        attributes: all other columns, and what the attributes are called.
    """

    id: str
    title: str | None
    genres: str | None
    year: str | None
    text: str | None
    image: str | None
    flags: Mapping[str, str]
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class PeopleColumns:
    """The columns of a people file by their meaning: ``name`` is None where there is none."""

    id: str
    name: str | None
    attributes: Mapping[str, str]


def guess_item_columns(
    table: RawTable, ids: Ids | None = None, roles: Mapping[str, str | None] | None = None
) -> ItemColumns:
    """The meaning of each column of an item file.

    Args:
        ids: of the ratings: the id column is told best by how many of them it holds.
        roles: what is settled already, "id", "title", "genres", "year", "text" or "image" -> a column by name or by
            position (the first is "1"), or None for "there is no such column".

    Raises:
        DataError: a chosen column does not exist, or no column holds ids.
    """
    found = _chosen(table, roles, ("id", *ITEM_COLUMNS))
    labels = _item_labels(table)
    sample = _sample(table)
    identifier = found.pop("id", None) or _id_column("item", table, sample, labels, ids)
    flags = {} if found.get("genres") else _genre_flags(sample, labels, {identifier, *found.values()})
    if flags:
        found["genres"] = None
    for guess in (_by_name, _by_values):
        for role in ITEM_COLUMNS:
            used = {identifier, *flags, *found.values()}
            free = sample[[name for name in table.columns if name not in used]]
            if role not in found and (name := guess(role, free, labels, _has_header(table))):
                found[role] = name
    roles = {role: found.get(role) for role in ITEM_COLUMNS}
    used = {identifier, *flags, *roles.values()}
    if roles["year"] is not None and not is_plain_year(sample[roles["year"]]):
        used.remove(roles["year"])  # a date says more than its year
    rest = {name: labels[name] for name in table.columns if name not in used}
    return ItemColumns(id=identifier, **roles, flags=flags, attributes=attribute_names(rest, (*ITEM_COLUMNS, "id")))


def guess_people_columns(
    table: RawTable, ids: Ids | None = None, roles: Mapping[str, str | None] | None = None
) -> PeopleColumns:
    """The meaning of each column of a people file; as :func:`guess_item_columns`, of the roles "id" and "name"."""
    found = _chosen(table, roles, ("id", "name"))
    labels = _people_labels(table)
    sample = _sample(table)
    identifier = found.pop("id", None) or _id_column("user", table, sample, labels, ids)
    if "name" not in found:
        named = [name for name in table.columns if name != identifier and column_names.fit("name", labels[name])]
        found["name"] = next(iter(named), None)
    used = {identifier, found["name"]}
    rest = {name: labels[name] for name in table.columns if name not in used}
    return PeopleColumns(identifier, found["name"], attribute_names(rest, ("name", "id")))


def _chosen(table: RawTable, roles: Mapping[str, str | None] | None, known: tuple[str, ...]) -> dict[str, str | None]:
    if len(table.columns) > MOST_COLUMNS:
        raise DataError(
            f"{table.name} has {len(table.columns):,} columns; a file about items or people has a few.",
            "Leave out the columns that nobody needs.",
            "too-many-columns",
        )
    chosen = dict(roles or {})
    if unknown := [role for role in chosen if role not in known]:
        raise DataError(
            f"{listing(unknown)} is nothing that a column of {table.name} can be chosen for; known are "
            f"{listing(list(known))}.",
            "Choose columns for these only.",
            "unknown-role",
        )
    return {role: _named(table, name) for role, name in chosen.items()}


def _named(table: RawTable, name: str | None) -> str | None:
    return None if name is None else table.find_column(name)


def _sample(table: RawTable) -> pd.DataFrame:
    return table.frame.head(SAMPLE_ROWS).apply(lambda column: column.str.strip())


def _has_header(table: RawTable) -> bool:
    return table.dialect is None or table.dialect.header


def _item_labels(table: RawTable) -> dict[str, str]:
    """What to call each column: its name, but in MovieLens' u.item, which has no header."""
    labels = {name: name for name in table.columns}
    if not _has_header(table) and len(labels) == 5 + len(MOVIELENS_GENRES):
        speaking = ("item_id", "title", "release_date", "video_release_date", "imdb_url")
        labels = dict(zip(table.columns, (*speaking, *MOVIELENS_GENRES), strict=True))
    return labels


def _people_labels(table: RawTable) -> dict[str, str]:
    """What to call each column: its name, but in MovieLens' u.user and users.dat, which have no header."""
    labels = {name: name for name in table.columns}
    if _has_header(table) or len(labels) != 5:
        return labels
    for column, speaking in _MOVIELENS_PEOPLE.items():
        if table.frame[column].str.strip().isin(["M", "F"]).all():
            return dict(zip(table.columns, ("user_id", *speaking), strict=True))
    return labels


def _id_column(role: str, table: RawTable, sample: pd.DataFrame, labels: Mapping[str, str], ids: Ids | None) -> str:
    """The column whose name fits and which holds most of the ids that are known."""
    known = [] if ids is None else list(ids.values[:: max(1, len(ids) // SAMPLE_IDS)])

    def fit(name: str) -> int:
        words = column_names.tokens(labels[name])
        return 3 if words == ["id"] else column_names.fit(role, labels[name])

    def overlap(name: str) -> float:
        texts = filled(sample[name])
        if column_names.describes(labels[name]) or texts.empty or texts.str.len().mean() > 64:
            return 0.0
        if not known or variety(texts) < 0.05:
            return 0.0
        column = table.frame[name].str.strip()
        return variety(texts) * column[column.isin(known)].nunique() / len(known)

    overlaps = {name: overlap(name) for name in table.columns}
    best = max(table.columns, key=lambda name: overlaps[name] + 0.05 * fit(name))
    if overlaps[best] >= 0.1 or fit(best) >= 2:
        return best
    if not _has_header(table):
        return table.columns[0]
    raise DataError(
        f"{table.name} has no column with {role} ids; its columns are {listing(table.columns)}.",
        f"Choose the column with the ids, or call it {role}_id.",
        "no-id-column",
    )


def _by_name(role: str, free: pd.DataFrame, labels: Mapping[str, str], _: bool) -> str | None:
    """The column whose name fits best; its values must speak for it where the name is not the very one."""

    def fit(name: str) -> int:
        words = column_names.tokens(labels[name])
        loose = words if role in ("year", "image") else words[-1:]
        of_itself = not _OF_SOMEBODY_ELSE.intersection(words[:-1])
        return column_names.fit(role, labels[name]) or int(of_itself and bool(set(_WORDS[role]).intersection(loose)))

    def rank(name: str) -> tuple[bool, bool, int, int]:
        places = [_WORDS[role].index(word) for word in column_names.tokens(labels[name]) if word in _WORDS[role]]
        texts = filled(free[name])
        return len(texts) > 0, VALUES[role](texts), fit(name), -min(places, default=len(_WORDS[role]))

    its_very_name = 3
    named = [name for name in map(str, free.columns) if fit(name)]
    fitting = [name for name in named if fit(name) == its_very_name or VALUES[role](filled(free[name]))]
    return max(fitting, key=rank, default=None)


def _by_values(role: str, free: pd.DataFrame, _: Mapping[str, str], has_header: bool) -> str | None:
    """The column whose values look like it, in files without a header; a text or a lone column also in others."""
    candidates = {str(name): texts for name in free if len(texts := filled(free[name]))}
    if role == "text":
        prose = {name: float(texts.str.len().mean()) for name, texts in candidates.items() if is_prose(texts)}
        return max(prose, key=lambda name: prose[name], default=None)
    if role == "title" and (not has_header or len(free.columns) == 1):
        titles = {name: variety(texts) for name, texts in candidates.items() if is_title(texts)}
        return max(titles, key=lambda name: titles[name], default=None)
    if has_header:
        return None
    return next((name for name, texts in candidates.items() if SURE_VALUES[role](texts)), None)


def _genre_flags(sample: pd.DataFrame, labels: Mapping[str, str], used: set[str | None]) -> dict[str, str]:
    """The columns of flags and their genres; a column or two of them may be anything."""
    free = [name for name in labels if name not in used and _flag_label(labels[name])]
    flags = {name: _flag_label(labels[name]) for name in free if sample[name].isin(["0", "1"]).all()}
    return flags if len(flags) >= 3 else {}


def _flag_label(name: str) -> str:
    """The genre that a column of flags stands for, or "": one that MovieLens knows, or what follows ``genre_``."""
    prefixed = re.fullmatch(r"(?i)genres?[ _.:-]+(.+)", name)
    label = prefixed[1] if prefixed else name
    known = _FLAG_LABELS.get(re.sub(r"\W", "", label.lower()), "")
    return known or (label.replace("_", " ") if prefixed else "")

"""What figures rest on, and what in it makes them incomparable."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from recsys_core.comparing.titles import learned_from_generated
from recsys_core.data.findings import counted
from recsys_core.splitting import find_splitter
from recsys_core.types import Json

ABSENT = "not noted"
OF_THE_SPLIT = ("data set", "split", "relevant")  # two recipes can come to the same events


@dataclass(frozen=True)
class Mismatch:
    """Something in which two passports differ, in words."""

    what: str
    mine: str
    theirs: str

    def __str__(self) -> str:
        return f"{self.what} ({self.mine} against {self.theirs})"


def mismatches(mine: Json, theirs: Json) -> list[Mismatch]:
    """Why figures of two passports cannot be set against each other; empty where they can.

    List lengths are none of it: a figure such as NDCG@10 is the same whichever other lengths were measured.
    """
    same_events = mine["split"]["fingerprint"] == theirs["split"]["fingerprint"]
    found = [
        Mismatch(what, one, other)
        for (what, one), other in zip(_ground(mine).items(), _ground(theirs).values(), strict=True)
        if one != other and not (same_events and what in OF_THE_SPLIT)
    ]
    if same_events or found:
        return found
    recipes = mine["split"]["recipe"], theirs["split"]["recipe"]
    found = [
        Mismatch(name.replace("_", " "), str(recipes[0].get(name)), str(recipes[1].get(name)))
        for name in recipes[0] | recipes[1]
        if recipes[0].get(name) != recipes[1].get(name)
    ]
    marks = (passport["split"]["fingerprint"][:6] for passport in (mine, theirs))
    return found or [Mismatch("held-out events", *marks)]


def _ground(passport: Json) -> dict[str, str]:
    """What two results must share."""
    dataset, threshold = passport["dataset"], passport["split"]["recipe"].get("threshold")
    return {
        "data set": f"{dataset['name']}, {dataset['fingerprint'][:6]}",
        "split": split_in_words(passport),
        "relevant": "every held-out item" if threshold is None else f"held-out items rated {threshold:g} or more",
        "candidates": str(passport.get("candidates", ABSENT)),
    }


def split_in_words(passport: Json) -> str:
    """The recipe of a split, without what does not bear on it: "over time, seed 0"."""
    recipe = passport["split"]["recipe"]
    splitter = find_splitter(recipe["key"])
    part = f", {splitter.part} {recipe['fold']} of {recipe['folds']}" if splitter.part else ""
    return f"{splitter.title.lower()}{part}, seed {recipe['seed']}"


def tuning_of(passport: Json) -> str:
    """The budget that chose the settings, in words."""
    tuning = passport.get("tuning")
    return "settings as given" if tuning is None else f"tuned in {counted(tuning['trials'], 'trial')}"


def to_mention(passports: Mapping[str, Json]) -> list[str]:
    """Sentences about what does not forbid a comparison but belongs beside it.

    Args:
        passports: title → passport, of comparable runs.
    """
    found = []
    budgets = _by(tuning_of(passport) for passport in passports.values())
    if len(budgets) > 1:
        each = "; ".join(
            f"{title}: {tuning_of(passport)}" for title, passport in passports.items() if "tuning" in passport
        )
        found.append(f"The tuning budgets are unequal. {each}; the others: settings as given.")
        if all("tuning" in passport for passport in passports.values()):
            found[-1] = f"The tuning budgets are unequal. {each}."
    beside = [title for title, passport in passports.items() if learned_from_generated(passport)]
    if beside and len(beside) < len(passports):
        found.append(
            f"Learned from generated people beside the real ones: {', '.join(beside)}. All are judged by the same real "
            "people."
        )
    for name, of in (("versions of Foretaste", _version), ("devices", _device)):
        kinds = _by(of(passport) for passport in passports.values())
        if len(kinds) > 1:
            found.append(f"The runs come from different {name}: {', '.join(kinds)}.")
    return found


def summary(passports: Iterable[Json], seeds: Iterable[int]) -> dict[str, str]:
    """The passport of comparable runs: what they share, and the range of the rest."""
    passports = list(passports)
    first = passports[0]
    return {
        **_ground(first),
        "split fingerprint": first["split"]["fingerprint"][:12],
        "events": " · ".join(
            f"{first['split'][name]:,} {word}"
            for name, word in (("train", "training"), ("valid", "validation"), ("test", "test"))
            if name in first["split"]
        ),
        "training seeds": ", ".join(map(str, sorted(set(seeds)))),
        "tuning": "; ".join(_by(tuning_of(passport) for passport in passports)),
        "devices": ", ".join(_by(_device(passport) for passport in passports)),
        "versions": ", ".join(_by(_version(passport) for passport in passports)),
    }


def _version(passport: Json) -> str:
    return str(passport.get("versions", {}).get("foretaste", ABSENT))


def _device(passport: Json) -> str:
    return str(passport.get("device", ABSENT))


def _by(values: Iterable[Any]) -> list[str]:
    """Each value once, in the order of its first."""
    return list(dict.fromkeys(values))

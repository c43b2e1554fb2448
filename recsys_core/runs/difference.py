"""In what two runs differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recsys_core.blending.verdict import in_a_row
from recsys_core.metrics import metric_label
from recsys_core.runs.cards import RunCard

SAID_ELSEWHERE = {"dataset", "model", "settings", "split", "seed", "metric", "device", "executor", "verdict"}
ABSENT = "–"


@dataclass(frozen=True)
class Difference:
    """Something in which two runs differ, in words."""

    part: str
    what: str
    left: str
    right: str


def differences(left: RunCard, right: RunCard) -> list[Difference]:
    """What a person chose, then where it ran; settings that only one of two different models has are left out."""
    mine, theirs = dict(_traits(left)), dict(_traits(right))
    same_model = left.model == right.model
    found = []
    for part, what in mine | theirs:
        pair = mine.get((part, what)), theirs.get((part, what))
        if pair[0] == pair[1] or (part == "Settings" and not same_model and None in pair):
            continue
        found.append(Difference(part, what, *(ABSENT if one is None else one for one in pair)))
    return found


def in_words(found: list[Difference]) -> str:
    """One sentence that says it all, or names what differs."""
    if not found:
        return "Nothing differs: same model, settings, data, split, seed and machine."
    if len(found) == 1:
        (one,) = found
        return f"Nothing differs but the {one.what}: {one.left} and {one.right}."
    return f"{len(found)} things differ: {in_a_row([one.what for one in found])}."


def _traits(run: RunCard) -> Iterator[tuple[tuple[str, str], str]]:
    """(part, what) → its value in words."""
    passport = run.about["passport"]
    yield ("Model", "model"), run.title
    for name, value in passport["config"].items():
        yield ("Settings", name.replace("_", " ")), _words(value)
    if passport.get("stopping_metric"):
        yield ("Settings", "best epoch by"), metric_label(passport["stopping_metric"])
    for name, value in run.about["spec"].items():
        if name not in SAID_ELSEWHERE and value is not None:
            yield ("Settings", name.replace("_", " ")), _words(value)
    yield ("Settings", "seed"), str(passport["seed"])
    yield ("Data", "data set"), f"{passport['dataset']['name']} ({passport['dataset']['fingerprint'][:6]})"
    for name, value in passport["split"]["recipe"].items():
        yield ("Split", "split" if name == "key" else f"{name.replace('_', ' ')} of the split"), _words(value)
    for name in ("device", "threads"):
        yield ("Machine", name), _words(passport.get(name))
    for name, value in passport.get("machine", {}).items():
        yield ("Machine", name), _words(value)
    for name, value in passport.get("versions", {}).items():
        yield ("Versions", f"version of {name}"), _words(value)


def _words(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(_words, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(part)}" for name, part in value.items())
    return str(value)

"""Titles that tell runs apart."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from recsys_core.data.made import Made
from recsys_core.metrics import metric_label
from recsys_core.training.warm_start import Part
from recsys_core.types import Json


def settings(about: Json) -> dict[str, Any]:
    """All that a person chose for a run, the seed included; of a blend what was learned for it."""
    passport = about["passport"]
    if about["model"] == "blend":
        weights = [
            " / ".join(f"{round(weight, 2):g}" for weight in group["weights"]) for group in passport["config"]["groups"]
        ]
        return {"weights": "; ".join(weights), "seed": passport["seed"]}
    chosen = passport["config"] | {"seed": passport["seed"]}
    if transfer := passport.get("transfer"):
        source = {"source": transfer["run"].rpartition("-")[2]}  # names of data sets are words from outside
        plan = transfer["plan"] | {"carry": ", ".join(transfer["plan"]["carry"])}
        rates = plan.pop("rates")
        paces = {f"rate of {part}": rates.get(part, 1.0) for part in Part}
        chosen = transfer["config"] | plan | paces | source | {"seed": passport["seed"]}
    stopping = passport.get("stopping_metric")
    return chosen if stopping is None else chosen | {"best epoch by": metric_label(stopping)}


def settings_but_seed(about: Json) -> dict[str, Any]:
    """The same without the seed, for runs of several seeds that stand side by side as one."""
    return {name: value for name, value in settings(about).items() if name != "seed"}


def learned_from_generated(passport: Json) -> bool:
    """Whether generated people stood beside the real ones that a run learned from."""
    made = passport["dataset"].get("made")
    return made is not None and Made.from_json(made).is_augmented


def in_words(name: str, value: Any) -> str:
    """A setting: "embedding size 16", "pictures none", "attributes off"."""
    said = {True: "on", False: "off"}[value] if isinstance(value, bool) else value
    return f"{name.replace('_', ' ')} {said}"


def titles(abouts: Mapping[str, Json], chosen: Callable[[Json], dict[str, Any]] = settings) -> dict[str, str]:
    """Run id → a title that no other run has: runs of one model by the settings in which they differ, else by their id.

    Of many such settings two are named, first those whose value the fewest of these runs share.

    Args:
        abouts: run id → its card.
        chosen: the settings that may tell runs apart.
    """
    found = {}
    of_title: dict[str, list[dict[str, Any]]] = {}
    told = {run: chosen(about) for run, about in abouts.items()}
    for run, about in abouts.items():
        of_title.setdefault(about["title"], []).append(told[run])
    for run, about in abouts.items():
        twins = of_title[about["title"]]
        sharing = {name: sum(twin.get(name, value) == value for twin in twins) for name, value in told[run].items()}
        differing = [
            in_words(name, told[run][name])
            for name in sorted(sharing, key=sharing.__getitem__)
            if sharing[name] < len(twins)
        ]
        made = [word for key, word in (("tuning", "tuned"), ("fine_tune", "fine-tuned")) if key in about["passport"]]
        if learned_from_generated(about["passport"]):
            made.insert(0, "with generated people")
        mark = ", ".join([*made, *differing][:2])
        found[run] = f"{about['title']}, {mark}" if len(twins) > 1 and mark else about["title"]
    often = Counter(found.values())
    return {run: title if often[title] == 1 else f"{title}, {run.rpartition('-')[2]}" for run, title in found.items()}

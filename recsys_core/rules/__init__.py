"""Business rules: what is done to a person's best items before they are shown. A new rule is a file and a line here."""

import numpy as np

from recsys_core.errors import ConfigError
from recsys_core.rules.base import DEPTH, Rule
from recsys_core.rules.boost import Boost
from recsys_core.rules.diversify import Diversify
from recsys_core.rules.exclude import Exclude
from recsys_core.rules.facts import Facts
from recsys_core.rules.new_items import NewItems
from recsys_core.types import Int32, Json

__all__ = ["DEPTH", "RULES", "Boost", "Diversify", "Exclude", "Facts", "NewItems", "Rule", "apply_rules", "find_rule"]

RULES: tuple[type[Rule], ...] = (Exclude, Boost, Diversify, NewItems)


def find_rule(key: str) -> type[Rule]:
    """The rule with this key.

    Raises:
        ConfigError: names the rules there are.
    """
    for rule in RULES:
        if rule.key == key:
            return rule
    raise ConfigError(
        f"There is no rule called {key!r}.", f"Choose one of: {', '.join(rule.key for rule in RULES)}.", "unknown-rule"
    )


def rule_from_json(spec: Json) -> Rule:
    """What :meth:`Rule.as_json` wrote.

    Raises:
        ConfigError: there is no such rule, or a setting of it cannot be.
    """
    return find_rule(spec["rule"]).parse(spec["settings"])


def apply_rules(rules: list[Rule], candidates: Int32, facts: Facts, k: int) -> Int32:
    """Int32[n, k], the lists that people see: one rule after the other, so the last has the last word.

    Args:
        rules: in their order; none leaves the lists as the model made them.
        candidates: Int32[n, N], each person's best items, best first; −1 where there are no more.
        facts: about the items.
        k: list length; −1 where the candidates do not suffice.

    Raises:
        ConfigError: a rule asks for what the data do not tell.
    """
    for rule in rules:
        candidates = rule.apply(candidates, facts, k)
    shown = candidates[:, :k]
    return np.pad(shown, ((0, 0), (0, k - shown.shape[1])), constant_values=-1)

"""What is still good of a table while it is checked, and what was found on the way."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recsys_core.data.findings import MOST_EXAMPLES, Finding, Fix, Level, counted, quote
from recsys_core.data.reading.raw_table import RawTable, rejects
from recsys_core.errors import DataError
from recsys_core.types import Bool, Int64, Json

MOST_REJECTS = 100_000  # rows that are listed one by one; all of them are counted


@dataclass
class Sieve:
    """The rows of a table that are still good, and the findings so far.

    ``decided`` holds fields of the recipe that were guessed, so that the next file is read in the same way.
    """

    table: RawTable
    good: Bool = field(init=False)
    findings: list[Finding] = field(init=False)
    decided: Json = field(init=False, default_factory=dict)
    _faults: list[tuple[int, str, str]] = field(init=False, default_factory=list)
    _left_out: list[tuple[Int64, str]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.good = np.ones(len(self.table), dtype=bool)
        self.findings = list(self.table.findings)
        rejected = self.table.rejected
        if len(rejected):
            shown = [f"line {line} {reason}" for line, reason, _ in rejected.head(5).itertuples(index=False)]
            texts = [f"line {line}: {quote(text)}" for line, _, text in rejected.head(5).itertuples(index=False)]
            message = f"{counted(len(rejected), 'row')} could not be read: {', '.join(shown[:2])}."
            self.warn("unreadable-rows", message, len(rejected), examples=texts)

    @property
    def rejected(self) -> int:
        """How many rows are out so far, unreadable ones included."""
        return len(self.table.rejected) + len(self.good) - int(np.count_nonzero(self.good))

    def say(
        self,
        level: Level,
        code: str,
        message: str,
        rows: int = 0,
        *fixes: Fix,
        examples: list[str] | tuple[str, ...] = (),
    ) -> None:
        self.findings.append(Finding(level, code, message, rows, tuple(examples[:MOST_EXAMPLES]), fixes))

    def warn(self, code: str, message: str, rows: int, *fixes: Fix, examples: list[str] | tuple[str, ...] = ()) -> None:
        """Say that rows were left out."""
        self.say("warning", code, message + " They were left out.", rows, *fixes, examples=examples)

    def fault(self, position: int, column: str, what: str) -> str:
        """Where and what is wrong, by an example."""
        value = quote(self.table.value(column, position))
        return f"{self.table.name} {self.table.place(position)}, column {quote(column)}: {value} {what}."

    def examples(self, bad: Bool, column: str) -> list[str]:
        """Up to five of the good rows among these: where they are, and what stands in a column."""
        rows = np.flatnonzero(bad & self.good)[:MOST_EXAMPLES].tolist()
        return [f"{self.table.place(row)}: {quote(self.table.value(column, row))}" for row in rows]

    def reject(self, bad: Bool, column: str, code: str, what: str, fix: str, *fixes: Fix) -> None:
        """Leave out rows whose value in a column is no good, unless they are out already.

        Args:
            bad: Bool[N], of all rows of the table.
            what: is wrong, after the value: "is not a number".
            fix: what to do if it happened to most rows.
        """
        examples = self.examples(bad, column)
        positions = self._leave_out(bad, what)
        if not len(positions):
            return
        self._faults.append((len(positions), self.fault(int(positions[0]), column, what), fix))
        examples = [
            f"{self.table.place(row)}: {quote(self.table.value(column, row))}" for row in positions[:5].tolist()
        ]
        such = "such as " if len(positions) > 1 else ""
        message = f"{counted(len(positions), 'row')}, column {quote(column)}: the value {what} ({such}{examples[0]})."
        self.warn(code, message, len(positions), *fixes, examples=examples)

    def leave_out(self, bad: Bool, reason: str, code: str, say: Callable[[int], str], *fixes: Fix) -> None:
        """Leave out rows as was asked for; ``say`` gets how many."""
        positions = self._leave_out(bad, reason)
        if len(positions):
            self.say("note", code, say(len(positions)), len(positions), *fixes)

    def _leave_out(self, bad: Bool, reason: str) -> Int64:
        positions = np.flatnonzero(bad & self.good)
        if len(positions):
            self.good[positions] = False
            self._left_out.append((positions, reason))
        return positions

    def refuse_if_mostly_bad(self) -> None:
        """A :class:`DataError` if more than half of the rows are out because of their values."""
        bad = len(self.table.rejected) + sum(rows for rows, _, _ in self._faults)
        if bad * 2 <= self.table.rows or not self._faults:
            return
        _, message, fix = max(self._faults)
        raise DataError(
            f"{message} In all, {bad:,} of {self.table.rows:,} rows cannot be used.", fix, "mostly-unusable"
        )

    def rejects(self) -> pd.DataFrame:
        """The rows that are out, as ``RawTable.rejected`` holds them, at most 100,000."""
        parts, space = [self.table.rejected.head(MOST_REJECTS)], MOST_REJECTS - len(self.table.rejected)
        for positions, reason in self._left_out:
            shown = positions[: max(0, space)]
            space -= len(shown)
            if len(shown):
                cells = self.table.content.take(shown).to_pydict().values()
                lines = shown + 1 if self.table.lines is None else self.table.lines[shown]
                texts = map(",".join, zip(*cells, strict=True))
                parts.append(rejects(lines, [reason] * len(shown), texts))
        return pd.concat(parts, ignore_index=True).sort_values("line", kind="stable", ignore_index=True)

"""What verbs print for people."""

from datetime import datetime
from typing import Any

from recsys_core.types import Json

Rows = list[dict[str, Any]]

_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def table(rows: Rows) -> str:
    """Columns padded to their widest cell; control characters of uploaded text are shown as escapes."""
    if not rows:
        return "Nothing here yet."
    cells = [list(rows[0])] + [["" if value is None else plain(value) for value in row.values()] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )


def plain(value: Any) -> str:
    """Any value on one line, without what could steer a terminal."""
    text = f"{value:.4f}" if isinstance(value, float) else str(value)
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def metrics_table(run: Json) -> str:
    """What a run measured, with intervals."""
    rows = [
        {
            "metric": name,
            "value": f"{estimate['value']:.4f}",
            "95 % interval": "" if estimate["low"] is None else f"{estimate['low']:.4f} to {estimate['high']:.4f}",
        }
        for name, estimate in run["metrics"].items()
    ]
    return table(rows)


def size(number: int) -> str:
    """Bytes as people read them: ``1.3 GB``."""
    unit, name = next((pair for pair in _UNITS if number >= pair[0]), _UNITS[-1])
    return f"{number / unit:,.1f} {name}"


def moment(seconds: float) -> str:
    """A moment in local time, to the minute."""
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}"

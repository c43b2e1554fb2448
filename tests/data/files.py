"""Files for the import tests: small ones written on the spot, and the real ones beside the project."""

from pathlib import Path

import pytest

REAL = Path(__file__).resolve().parents[3] / "shared" / "data"
ROWS = [(f"u{n % 5}", f"i{n % 7}", str(1 + n // 2 % 5), str(978_300_000 + n)) for n in range(35)]
HEADER = ("user_id", "item_id", "rating", "timestamp")


def real(name: str) -> Path:
    """A real file, or a skip that says why."""
    path = REAL / name
    if not path.is_file():
        pytest.skip(f"the development data set {name} is not beside this checkout")
    return path


def text_of(rows: list[tuple[str, ...]] = ROWS, delimiter: str = ",", header: tuple[str, ...] | None = HEADER) -> str:
    lines = [header, *rows] if header else rows
    return "".join(delimiter.join(line) + "\n" for line in lines)


def write(folder: Path, content: str | bytes, name: str = "ratings.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path

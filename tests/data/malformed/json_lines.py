"""JSON lines: odd lines, odd values, and other JSON."""

import codecs
import json
from typing import Any

from tests.data.files import HEADER, ROWS
from tests.data.malformed.case import WHERE, N, accepts, either, in_file, joined, near, refuses, whole, without

jsonl_accepts, jsonl_either, jsonl_refuses = in_file("ratings.jsonl")
OBJECTS: list[dict[str, Any]] = [dict(zip(HEADER, (u, i, int(r), int(t)), strict=True)) for u, i, r, t in ROWS]


def objects(position: int | None = None, line: str = "", **values: Any) -> str:
    """JSON lines, one of them with other values or written by hand."""
    written = [json.dumps(one) for one in OBJECTS]
    if position is not None:
        written[position] = line or json.dumps({**OBJECTS[position], **values})
    return joined(written)


def bad_line(name: str, line: str) -> None:
    """A line that is no event costs one row, or refuses the file by its line."""
    for where, position in WHERE.items():
        jsonl_either(
            f"jsonl with {name} {where}",
            objects(position, line),
            without(position),
            rows=N,
            noted=near(position),
            words=near(position),
        )


jsonl_accepts("jsonl of numbers", objects())
accepts("jsonl named json", objects(), file="ratings.json")
accepts("jsonl named ndjson with CRLF", objects().replace("\n", "\r\n"), file="ratings.ndjson")
jsonl_accepts("jsonl behind a mark", codecs.BOM_UTF8 + objects().encode())
jsonl_accepts("jsonl with blank lines", objects().replace("\n", "\n\n"))
jsonl_accepts("jsonl without a final line end", objects().rstrip("\n"))
jsonl_accepts("jsonl with keys in another order", joined(json.dumps(dict(reversed(one.items()))) for one in OBJECTS))
jsonl_accepts("jsonl with a key more in one line", objects(17, comment="fine"))
jsonl_accepts("jsonl with escapes", objects().replace("u0", "\\u00750"))
jsonl_accepts(
    "jsonl with huge whole ids",
    joined(json.dumps({**one, "user_id": 2**63 + n % 5}) for n, one in enumerate(OBJECTS)),
    [(str(2**63 + n % 5), *row[1:]) for n, row in enumerate(ROWS)],
)
jsonl_accepts(
    "jsonl with ids beyond 2^53 beside a null",
    joined(json.dumps({**one, "user_id": 2**53 + n % 5 if n else None}) for n, one in enumerate(OBJECTS)),
    [(str(2**53 + n % 5), *row[1:]) for n, row in enumerate(ROWS)][1:],
    rows=N,
    noted=near(0),
)
jsonl_accepts(
    "jsonl with numbers and texts as ids",
    joined(json.dumps({**one, "user_id": n % 5 if n % 2 else f"u{n % 5}"}) for n, one in enumerate(OBJECTS)),
    [(str(n % 5) if n % 2 else f"u{n % 5}", *row[1:]) for n, row in enumerate(ROWS)],
)
jsonl_accepts(
    "jsonl with leading zeros",
    joined(json.dumps({**one, "user_id": f"00{n % 5}"}) for n, one in enumerate(OBJECTS)),
    [(f"00{n % 5}", *row[1:]) for n, row in enumerate(ROWS)],
)
jsonl_accepts(
    "jsonl with nested extras", joined(json.dumps({**one, "device": {"os": "x", "tags": [1, 2]}}) for one in OBJECTS)
)
jsonl_accepts("jsonl with a null user", objects(17, user_id=None), without(17), rows=N, noted=(near(17), "user_id"))
jsonl_accepts("jsonl with a null rating", objects(17, rating=None), without(17), rows=N, noted=(near(17), "rating"))
jsonl_accepts(
    "jsonl with a rating in words", objects(17, rating="five"), without(17), rows=N, noted=(near(17), "rating")
)
bad_line("a cut line", '{"user_id": "u1", "item')
bad_line("a line that is no JSON", "hello world")
bad_line("a CSV line", "u1,i1,5,978300000")
bad_line("a list", '["u1", "i1", 5, 978300000]')
bad_line("a number", "42")
bad_line("a null", "null")
bad_line("an empty object", "{}")
bad_line("NaN as a rating", '{"user_id": "u1", "item_id": "i1", "rating": NaN, "timestamp": 978300000}')
bad_line("no item", '{"user_id": "u1", "rating": 5, "timestamp": 978300000}')
bad_line("10,000 open brackets", '{"user_id": ' + "[" * 10_000)
jsonl_either(
    "jsonl with a user that is an object",
    objects(17, user_id={"a": 1}),
    None,
    rows=N,
    kept=(N, N - 1),
    words=near(17),
)
jsonl_either(
    "jsonl with a lone surrogate", objects(17, user_id="\ud800"), None, rows=N, kept=(N, N - 1), words=near(17)
)
jsonl_either("jsonl with a NUL escape", objects(17, user_id="a\0b"), None, rows=N, kept=(N, N - 1), words=near(17))
jsonl_either(
    "jsonl with a key twice",
    objects(17, '{"user_id": "x", "user_id": "u2", "item_id": "i3", "rating": 3, "timestamp": 978300017}'),
    None,
    rows=N,
    kept=(N, N - 1),
    words=near(17),
)
jsonl_either(
    "jsonl with yes and no",
    joined(json.dumps({**one, "rating": one["rating"] > 2}) for one in OBJECTS),
    whole(2, lambda row: str(int(int(row[2]) > 2))),
    words="rating",
)
either("JSON list of objects", json.dumps(OBJECTS), file="ratings.json", words="JSON")
either("JSON list of objects, laid out", json.dumps(OBJECTS, indent=2), file="ratings.json", words="JSON")
refuses("JSON of 100,000 open brackets", b"[" * 100_000, "JSON|column|text", file="ratings.json")
refuses("JSON of 100,000 open objects", b'{"a":' * 100_000, "JSON|column|text", file="ratings.json")
jsonl_refuses(
    "jsonl with one line of 5 MB",
    lambda: b'{"user_id": "' + b"x" * 5_000_000 + b'"}\n',
    "line 1|row 1|long|small|column|item",
)
jsonl_refuses(
    "jsonl of other things", joined(json.dumps({"colour": "red", "n": n}) for n in range(30)), "user|item|colour"
)

"""Parquet: types, nulls, and damaged or hostile files."""

import io
import pickle
import struct
from pathlib import Path
from typing import Any

from tests.data.files import HEADER, ROWS
from tests.data.malformed.case import CATALOGUE, Case, N, in_file, near, untimed
from tests.data.malformed.formats import as_parquet, parquet, typed_parquet

parquet_accepts, parquet_either, parquet_refuses = in_file("ratings.parquet")
NUMBERED = [(u[1], i[1], r, t) for u, i, r, t in ROWS]


def inflated_parquet() -> bytes:
    """A small file whose footer promises four quadrillion rows."""
    import pyarrow as pa

    rows = 1_234_567
    constant = {name: pa.DictionaryArray.from_arrays(pa.array(bytes(rows), pa.int8()), [name]) for name in HEADER}
    if not isinstance(constant["rating"], pa.Array):
        raise TypeError
    made = parquet(constant)
    length = struct.unpack("<L", made[-8:-4])[0]
    footer = made[-8 - length : -8].replace(_varint(rows), _varint(4 * 10**15))
    return made[: -8 - length] + footer + struct.pack("<L", len(footer)) + b"PAR1"


def _varint(number: int) -> bytes:
    """A Thrift compact integer: zigzag, seven bits a byte."""
    rest, digits = number << 1, bytearray()
    while rest > 0x7F:
        digits.append(rest & 0x7F | 0x80)
        rest >>= 7
    return bytes([*digits, rest])


class Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def trapped_parquet(path: Path) -> None:
    """A Parquet file with a pickled extension type, which leaves a file behind if it is ever loaded."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    metadata = {
        "ARROW:extension:name": "arrow.py_extension_type",
        "ARROW:extension:metadata": pickle.dumps(Trap(path.parent / "trapped"), protocol=0),
    }
    fields = [pa.field(name, pa.string(), metadata=metadata if name == "user_id" else None) for name in HEADER]
    columns = [list(column) for column in zip(*ROWS, strict=True)]
    pq.write_table(pa.table(columns, schema=pa.schema(fields)), path)


def parquet_twice() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    target = io.BytesIO()
    columns = [list(column) for column in zip(*ROWS, strict=True)]
    pq.write_table(
        pa.Table.from_arrays([pa.array(column) for column in [*columns, columns[2]]], [*HEADER, "rating"]), target
    )
    return target.getvalue()


parquet_accepts("parquet of numbers", typed_parquet, NUMBERED)
parquet_accepts(
    "parquet with small integers",
    lambda: typed_parquet(rating=lambda pa: pa.array([int(row[2]) for row in ROWS], pa.int8())),
    NUMBERED,
)
parquet_accepts(
    "parquet with large integers as ids",
    lambda: typed_parquet(user_id=lambda pa: pa.array([2**63 + int(row[0][1]) for row in ROWS], pa.uint64())),
    [(str(2**63 + int(u)), i, r, t) for u, i, r, t in NUMBERED],
)
parquet_accepts(
    "parquet with integers beyond 2^53 beside a null",
    lambda: typed_parquet(
        user_id=lambda pa: pa.array([2**53 + int(row[0][1]) if n else None for n, row in enumerate(ROWS)])
    ),
    [(str(2**53 + int(u)), i, r, t) for u, i, r, t in NUMBERED[1:]],
    rows=N,
    noted=(near(0), "user_id"),
)
parquet_accepts(
    "parquet with a null user",
    lambda: typed_parquet(
        user_id=lambda pa: pa.array([int(u) if n != 17 else None for n, (u, *_) in enumerate(NUMBERED)])
    ),
    NUMBERED[:17] + NUMBERED[18:],
    rows=N,
    noted=(near(17), "user_id"),
)
parquet_accepts(
    "parquet with a NaN user",
    lambda: typed_parquet(
        user_id=lambda pa: pa.array([float(u) if n != 17 else float("nan") for n, (u, *_) in enumerate(NUMBERED)])
    ),
    None,
    rows=N,
    kept=(N, N - 1),
    noted=r"user_id",
)
parquet_accepts(
    "parquet with a null rating",
    lambda: typed_parquet(
        rating=lambda pa: pa.array([float(r) if n != 17 else None for n, (*_, r, _) in enumerate(NUMBERED)])
    ),
    NUMBERED[:17] + NUMBERED[18:],
    rows=N,
    noted=(near(17), "rating"),
)
parquet_accepts(
    "parquet with a NaN rating",
    lambda: typed_parquet(
        rating=lambda pa: pa.array([float(r) if n != 17 else float("nan") for n, (*_, r, _) in enumerate(NUMBERED)])
    ),
    NUMBERED[:17] + NUMBERED[18:],
    rows=N,
    noted=(near(17), "rating"),
)
parquet_accepts(
    "parquet with decimals",
    lambda: typed_parquet(rating=lambda pa: pa.array([float(r) for *_, r, _ in NUMBERED]).cast(pa.decimal128(9, 2))),
    NUMBERED,
)
parquet_accepts(
    "parquet with dictionaries",
    lambda: typed_parquet(item_id=lambda pa: pa.array([row[1] for row in ROWS]).dictionary_encode()),
    [(u[1], i, r, t) for u, i, r, t in ROWS],
)
parquet_accepts(
    "parquet with large text",
    lambda: typed_parquet(item_id=lambda pa: pa.array([row[1] for row in ROWS], pa.large_string())),
    [(u[1], i, r, t) for u, i, r, t in ROWS],
)
parquet_either(
    "parquet with bytes as ids",
    lambda: typed_parquet(item_id=lambda pa: pa.array([row[1].encode() for row in ROWS])),
    [(u[1], i, r, t) for u, i, r, t in ROWS],
    words="item_id",
)
parquet_either(
    "parquet with bytes that are no text",
    lambda: typed_parquet(item_id=lambda pa: pa.array([row[1].encode() + b"\xff\xfe" for row in ROWS])),
    None,
    rows=N,
    kept=N,
    words="item_id|column",
)
parquet_accepts(
    "parquet with times without zone",
    lambda: typed_parquet(timestamp=lambda pa: pa.array([int(row[3]) * 10**9 for row in ROWS], pa.timestamp("ns"))),
    NUMBERED,
)
parquet_accepts(
    "parquet with dates",
    lambda: typed_parquet(timestamp=lambda pa: pa.array([11_322 + n for n in range(N)], pa.date32())),
    [(*row[:3], str((11_322 + n) * 86400)) for n, row in enumerate(NUMBERED)],
)
parquet_accepts(
    "parquet with times of nobody", lambda: typed_parquet(timestamp=lambda pa: pa.nulls(N)), untimed(NUMBERED)
)
parquet_accepts(
    "parquet with whole numbers as floats in ids",
    lambda: typed_parquet(user_id=lambda pa: pa.array([float(u) for u, *_ in NUMBERED])),
    None,
    rows=N,
    kept=N,
)
parquet_either(
    "parquet with thumbs",
    lambda: typed_parquet(rating=lambda pa: pa.array([int(r) > 2 for *_, r, _ in NUMBERED])),
    [(u, i, str(int(int(r) > 2)), t) for u, i, r, t in NUMBERED],
    words="rating",
)
parquet_accepts(
    "parquet with a list beside",
    lambda: typed_parquet(tags=lambda pa: pa.array([["a", "b"]] * N)),
    NUMBERED,
    expects="either",
    words="tags",
)
parquet_refuses(
    "parquet with lists as items", lambda: typed_parquet(item_id=lambda pa: pa.array([[1, 2]] * N)), "item_id"
)
parquet_refuses(
    "parquet with structs as users", lambda: typed_parquet(user_id=lambda pa: pa.array([{"a": 1}] * N)), "user_id"
)
parquet_accepts(
    "parquet with a pandas index", lambda: typed_parquet(__index_level_0__=lambda pa: pa.array(range(N))), NUMBERED
)
parquet_refuses("parquet without columns", lambda: parquet({}), "column|empty|no ")
parquet_refuses("parquet with one column", lambda: parquet({"user_id": ["a"] * 20}), "column")
parquet_refuses("parquet with a column twice", parquet_twice, "rating")
parquet_refuses("parquet of quadrillions of rows", inflated_parquet, "rows|large|damaged")
for share in (0.05, 0.5, 0.97):
    parquet_refuses(
        f"parquet cut at {share:.0%}",
        lambda share=share: (made := as_parquet(ROWS * 30))[: int(len(made) * share)],
        "Parquet|damaged|cut|incomplete",
    )
parquet_refuses(
    "parquet whose middle is missing",
    lambda: (made := as_parquet(ROWS * 30))[:40] + made[-2000:],
    "Parquet|damaged|cut",
)
parquet_refuses(
    "parquet with damaged pages",
    lambda: (made := as_parquet(ROWS * 30))[:8] + bytes(400) + made[408:],
    "Parquet|damaged",
)
parquet_refuses("parquet signature only", b"PAR1", "Parquet|damaged|cut")
parquet_refuses("parquet of two signatures", b"PAR1PAR1", "Parquet|damaged|cut")
parquet_refuses(
    "parquet with a footer longer than itself", b"PAR1" + bytes(50) + b"\xff\xff\xff\x7fPAR1", "Parquet|damaged|cut"
)
parquet_refuses(
    "encrypted parquet", lambda: b"PARE" + as_parquet(ROWS)[4:-4] + b"PARE", "Parquet|encrypt|binary|NUL|damaged"
)
CATALOGUE.append(
    Case("parquet with a pickled type", "ratings.parquet", trapped_parquet, "either", (N,), (N,), tuple(ROWS))
)

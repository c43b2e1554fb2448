"""A catalogue of malformed and odd uploads, each with what must become of it: every module lists its cases."""

from tests.data.malformed import (
    archives,
    basics,
    dialects,
    encodings,
    ids,
    item_files,
    json_lines,
    other_files,
    parquet_files,
    ratings,
    shapes,
    times,
    workbooks,
)
from tests.data.malformed.case import CATALOGUE, Case

__all__ = [
    "CATALOGUE",
    "Case",
    "archives",
    "basics",
    "dialects",
    "encodings",
    "ids",
    "item_files",
    "json_lines",
    "other_files",
    "parquet_files",
    "ratings",
    "shapes",
    "times",
    "workbooks",
]

"""Where data come from: the server's disk, the web, or a database. All end as one local file for the usual reader."""

from recsys_core.data.sources.fetching import fetch, fetch_picture
from recsys_core.data.sources.server import Entry, data_root, listing
from recsys_core.data.sources.source import ServerFile, Source, SqlQuery, Upload, WebFile, parse_source
from recsys_core.data.sources.sql import connections

__all__ = [
    "Entry",
    "ServerFile",
    "Source",
    "SqlQuery",
    "Upload",
    "WebFile",
    "connections",
    "data_root",
    "fetch",
    "fetch_picture",
    "listing",
    "parse_source",
]

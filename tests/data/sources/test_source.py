"""Sources as plain data: what is kept, what is refused, what is said of them."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.data.sources import ServerFile, SqlQuery, Upload, WebFile, fetch, parse_source
from recsys_core.errors import DataError

SOURCES = (
    ServerFile(path="2024/may.csv"),
    WebFile(url="https://example.org/may.csv?key=hush"),
    SqlQuery(connection="shop", query="SELECT 1"),
    Upload(file="may.csv"),
)


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_survives_the_recipe(source):
    assert parse_source(json.loads(json.dumps(source.model_dump()))) == source


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_is_described_without_keys(source):
    words = source.describe()
    assert words.endswith(".")
    assert "hush" not in words


def test_the_plain_form_is_the_one_that_is_promised():
    assert [source.model_dump() for source in SOURCES] == [
        {"kind": "server", "path": "2024/may.csv"},
        {"kind": "web", "url": "https://example.org/may.csv?key=hush"},
        {"kind": "sql", "connection": "shop", "query": "SELECT 1"},
        {"kind": "upload", "file": "may.csv"},
    ]


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"kind": "carrier-pigeon"},
        {"kind": "web"},
        {"kind": "web", "url": 7},
        {"kind": "web", "url": "https://example.org/x", "password": "hush"},
        {"kind": "sql", "connection": {"hush": "hush"}, "query": "SELECT 1"},
    ],
)
def test_what_is_no_source_gets_a_sentence_that_shows_no_value(plain: dict[str, object]):
    with pytest.raises(DataError) as caught:
        parse_source(plain)
    assert caught.value.code == "bad-source"
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://user:hush@example.org/x",
        "https://hush@example.org/x",
        "https://:hush@example.org/x",
        "https://user:hush@[::1]/x",
        "https://user:hush@example.org:bad/x",
        "ftp://user:hush@example.org/x",
        "postgresql://user:hush@example.org/x",
        "https:user:hush@example.org/x",
        "https://user:hush@/x",
        "https://exa mple.org/?hush",
        "https://example.org/\u202ehush",
        "https://example.org/hush\r\nHost: inside",
        "https://example.org/hush\tx",
        "https://example.org\\@hush/",
        "https://[fe80::1%25eth0]/hush",
        "https://exam%70le.org/hush",
        "https://.hush/",
        "https://a..b/hush",
        "https://" + "a" * 64 + ".org/hush",
        "https://example.org:0/hush",
        "https://example.org:99999/hush",
        "//example.org/hush",
        "hush",
        "",
        "https://example.org/" + "hush" * 1000,
    ],
)
def test_an_address_that_cannot_be_used_is_refused_and_never_shown(url: str):
    for make in (lambda: WebFile(url=url), lambda: parse_source({"kind": "web", "url": url})):
        with pytest.raises(DataError) as caught:
            make()
        assert "hush" not in str(caught.value)
        assert "hush" not in repr(caught.value.__cause__)


def test_a_foreign_host_is_an_address():
    assert WebFile(url=" https://b\u00fccher.example/m\u00e4rz.csv ").url == "https://b\u00fccher.example/m\u00e4rz.csv"


def test_a_database_address_is_no_connection_name():
    with pytest.raises(DataError) as caught:
        SqlQuery(connection="postgresql://user:hush@db/shop", query="SELECT 1")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("query", ["", " \n", "SELECT 1\0", "x" * 20_001])
def test_a_query_is_short_and_there(query: str):
    with pytest.raises(DataError, match="1 to 20,000 characters"):
        SqlQuery(connection="shop", query=query)


def test_an_upload_says_that_it_cannot_be_fetched_again(tmp_path: Path):
    with pytest.raises(DataError, match="uploaded by hand") as caught:
        fetch(Upload(file="../../etc/passwd"), tmp_path)
    assert caught.value.code == "upload-only"


@given(st.dictionaries(st.sampled_from(["kind", "path", "url", "query", "connection", "file"]), st.text(max_size=40)))
def test_any_plain_data_is_a_source_or_a_sentence(plain: dict[str, str]):
    try:
        source = parse_source(plain)
    except DataError:
        return
    assert source.describe().isprintable()

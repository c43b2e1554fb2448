"""Pictures by name, by id and by address, from good sources and bad ones."""

import io
import os
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recsys_core.data.findings import Finding
from recsys_core.data.side import picture_files, pictures
from recsys_core.data.side.pictures import (
    LONGEST_SIDE,
    Pictures,
    pictures_from_addresses,
    pictures_from_files,
    redraw,
)
from recsys_core.errors import DataError
from tests.data.files import REAL


def drawn(size: tuple[int, int] = (30, 40), kind: str = "PNG", mode: str = "RGB", colour: int = 90, **how) -> bytes:
    content = io.BytesIO()
    Image.new(mode, size, colour if mode in "LP" else (colour,) * len(mode)).save(content, kind, **how)
    return content.getvalue()


def words(*values: str) -> np.ndarray:
    return np.array(values, dtype=object)


def folder_of(root: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def zip_of(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def by_code(made: Pictures) -> dict[str, Finding]:
    return {finding.code: finding for finding in made.findings}


def assert_ours(made: Pictures, into: Path) -> None:
    """Every name is a file of our own, and nothing else lies there."""
    assert {path.name for path in into.iterdir()} == {name for name in made.names if name}
    for path in into.iterdir():
        assert path.suffix in (".jpg", ".webp")
        with Image.open(path) as image:
            image.load()
            assert max(image.size) <= LONGEST_SIDE


# Drawn anew


@pytest.mark.parametrize("kind", pictures.FORMATS)
def test_every_format_becomes_a_jpeg(kind: str) -> None:
    content, suffix = redraw(drawn(kind=kind))
    assert suffix == ".jpg"
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.size) == ("JPEG", (30, 40))
        assert all(abs(value - 90) <= 2 for value in image.getpixel((5, 5)))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_pictures_stay_transparent(mode: str) -> None:
    content, suffix = redraw(drawn(mode=mode))
    assert suffix == ".webp"
    with Image.open(io.BytesIO(content)) as image:
        assert image.mode == "RGBA"


@pytest.mark.parametrize("size", [(2000, 1000), (1000, 2000), (5000, 2)])
def test_large_pictures_are_shrunk(size: tuple[int, int]) -> None:
    with Image.open(io.BytesIO(redraw(drawn(size))[0])) as image:
        assert max(image.size) == LONGEST_SIDE
        assert image.size[0] / size[0] == pytest.approx(LONGEST_SIDE / max(size))


def test_pictures_stand_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    with Image.open(io.BytesIO(redraw(drawn((30, 40), "JPEG", exif=exif))[0])) as image:
        assert image.size == (40, 30)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_nothing_rides_along(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET place"
    how = {} if kind == "GIF" else {"exif": exif, "icc_profile": b"SECRET profile"}
    if kind in ("JPEG", "GIF"):
        how["comment"] = b"SECRET comment"
    original = drawn(kind=kind, **how) + b"<script>SECRET</script>"
    assert b"SECRET" in original
    content, _ = redraw(original)
    assert b"SECRET" not in content
    with Image.open(io.BytesIO(content)) as image:
        assert not image.getexif()
        assert "icc_profile" not in image.info


def test_the_first_frame_of_a_moving_picture() -> None:
    content = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(content, "GIF", save_all=True, append_images=frames[1:])
    with Image.open(io.BytesIO(redraw(content.getvalue())[0])) as image:
        red, _, blue = image.getpixel((4, 4))
        assert red > 200 > 50 > blue


def png_header(width: int, height: int) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    about = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", about) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        b"<svg onload='alert(1)'/>",
        b"%PDF-1.4",
        b"\x89PNG\r\n\x1a\n" + b"x" * 50,
        drawn()[:-30],
        drawn((200, 200), "JPEG")[:300],
        drawn(kind="TIFF"),
        png_header(8000, 8000),
        png_header(60_000, 60_000),
        png_header(0, 5),
    ],
)
def test_broken_huge_and_foreign_ones_are_refused(content: bytes) -> None:
    with pytest.raises(DataError) as error:
        redraw(content)
    assert error.value.code in ("not-a-picture", "picture-too-large")


def test_pictures_of_too_many_pixels_are_refused_before_they_are_unpacked() -> None:
    with pytest.raises(DataError, match="8000 × 6000 pixels") as error:
        redraw(drawn((8000, 6000), mode="L"))
    assert error.value.code == "picture-too-large"


# From folders and zips


@pytest.mark.parametrize("packed", [False, True])
def test_by_name_else_by_id(tmp_path: Path, packed: bool) -> None:
    files = {"posters/a.png": drawn(colour=1), "posters/7.JPG": drawn(kind="JPEG", colour=250), "deep/B.webp": drawn()}
    source = zip_of(tmp_path / "p.zip", files) if packed else folder_of(tmp_path / "p", files)
    keys, references = words("x", "7", "y", "z"), words("posters/a.png", "", "b.webp", "missing.png")
    made = pictures_from_files(keys, references, source, tmp_path / "into")
    assert [name != "" for name in made.names] == [True, True, True, False]
    assert len(set(made.names)) == 4
    assert_ours(made, tmp_path / "into")
    assert {code: finding.rows for code, finding in by_code(made).items()} == {
        "picture-not-found": 1,
        "item-without-picture": 1,
    }
    assert '"missing.png"' in by_code(made)["picture-not-found"].message


def test_one_picture_may_serve_many_items(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "p", {"a.png": drawn(), "same.png": drawn()})
    made = pictures_from_files(words("1", "2", "3"), words("a.png", "a.png", "same.png"), source, tmp_path / "into")
    assert len(set(made.names)) == 1
    assert_ours(made, tmp_path / "into")


def test_broken_and_spare_ones_are_counted_with_an_example(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "p", {"1.jpg": drawn(), "2.jpg": b"oops", "9.jpg": drawn(), "notes.txt": b"hello"})
    made = pictures_from_files(words("1", "2"), words("", ""), source, tmp_path / "into")
    assert {code: (finding.level, finding.rows) for code, finding in by_code(made).items()} == {
        "pictures-broken": ("warning", 1),
        "pictures-without-item": ("note", 1),
        "item-without-picture": ("note", 1),
    }
    assert '"2.jpg" (is no picture that can be read)' in by_code(made)["pictures-broken"].message
    assert_ours(made, tmp_path / "into")


@pytest.mark.parametrize("name", ["../1.png", "a/../../1.png", "/1.png", "C:\\1.png", "a\u202e/1.png"])
def test_names_that_lead_outside_are_refused(tmp_path: Path, name: str) -> None:
    made = pictures_from_files(words("1"), words(name), zip_of(tmp_path / "p.zip", {name: drawn()}), tmp_path / "into")
    assert made.names.tolist() == [""]
    assert by_code(made)["pictures-refused"].rows == 1
    assert list((tmp_path / "into").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["into", "p.zip"]


@pytest.mark.parametrize(("name", "shown"), [("xyz", b"\0yz"), ("abc", b"./.")])
def test_members_without_a_name_are_refused(tmp_path: Path, name: str, shown: bytes) -> None:
    source = zip_of(tmp_path / "p.zip", {name: drawn(), "1.png": drawn()})
    content = source.read_bytes()
    for at in (content.index(name.encode()), content.rindex(name.encode())):  # a name ends at a NUL
        content = content[:at] + shown + content[at + len(shown) :]
    source.write_bytes(content)
    made = pictures_from_files(words("1"), words("."), source, tmp_path / "into")
    assert by_code(made)["pictures-refused"].rows == 1


def test_links_are_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(drawn())
    folder = folder_of(tmp_path / "p", {"2.png": drawn()})
    (folder / "1.png").symlink_to(tmp_path / "secret.png")
    (folder / "elsewhere").symlink_to(tmp_path)
    made = pictures_from_files(words("1", "2", "secret"), words("", "", ""), folder, tmp_path / "into")
    assert [name != "" for name in made.names] == [False, True, False]
    assert "1.png" in by_code(made)["pictures-refused"].message

    link = zipfile.ZipInfo("1.png")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr(link, "../secret.png")
    made = pictures_from_files(words("1"), words(""), tmp_path / "p.zip", tmp_path / "into2")
    assert "is a link" in by_code(made)["pictures-refused"].message


def test_a_pipe_does_not_hold_everything_up(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "p", {"2.png": drawn()})
    os.mkfifo(folder / "1.png")
    made = pictures_from_files(words("1", "2"), words("", ""), folder, tmp_path / "into")
    assert [name != "" for name in made.names] == [False, True]


def test_bombs_locked_and_nested_members_are_left_alone(tmp_path: Path) -> None:
    inner = zip_of(tmp_path / "inner.zip", {"3.png": drawn()}).read_bytes()
    path = zip_of(tmp_path / "p.zip", {"1.png": b"\0" * 5_000_000, "2.png": drawn(), "inner.zip": inner})
    made = pictures_from_files(words("1", "2", "3"), words("", "", ""), path, tmp_path / "into")
    assert [name != "" for name in made.names] == [False, True, False]
    assert "swells" in by_code(made)["pictures-refused"].message

    content = bytearray(zip_of(tmp_path / "locked.zip", {"1.png": drawn()}).read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # says that it is encrypted
    (tmp_path / "locked.zip").write_bytes(content)
    made = pictures_from_files(words("1"), words(""), tmp_path / "locked.zip", tmp_path / "into2")
    assert "is encrypted" in by_code(made)["pictures-refused"].message


def test_a_member_whose_size_is_a_lie_is_broken(tmp_path: Path) -> None:
    content = bytearray(zip_of(tmp_path / "p.zip", {"1.png": drawn((300, 300)), "2.png": drawn()}).read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 10)
    (tmp_path / "p.zip").write_bytes(content)
    made = pictures_from_files(words("1", "2"), words("", ""), tmp_path / "p.zip", tmp_path / "into")
    assert [name != "" for name in made.names] == [False, True]
    assert by_code(made)["pictures-broken"].rows == 1


def test_limits_on_count_size_and_sum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = folder_of(tmp_path / "p", {f"{n}.bmp": drawn((50, 50), "BMP", colour=n) for n in range(4)})
    size = (source / "0.bmp").stat().st_size
    keys, references = words("0", "1", "2", "3"), words("", "", "", "")
    monkeypatch.setattr(pictures, "MOST_BYTES", 2 * size + 20)
    made = pictures_from_files(keys, references, source, tmp_path / "a")
    assert by_code(made)["pictures-too-large"].rows == 2
    monkeypatch.setattr(picture_files, "LARGEST_PICTURE", 10)
    made = pictures_from_files(keys, references, source, tmp_path / "b")
    assert by_code(made)["pictures-refused"].rows == 4
    monkeypatch.setattr(picture_files, "MOST_FILES", 3)
    for place in (source, zip_of(tmp_path / "p.zip", {f"{n}.png": drawn() for n in range(4)})):
        with pytest.raises(DataError, match="more than 3 files"):
            pictures_from_files(keys, references, place, tmp_path / "c")


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + b"\xff" * 18])
def test_a_source_that_is_no_zip(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "p.zip"
    path.write_bytes(content)
    with pytest.raises(DataError, match="neither a folder nor a zip") as error:
        pictures_from_files(words("1"), words(""), path, tmp_path / "into")
    assert error.value.fix


def test_an_endless_list_of_members_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = zip_of(tmp_path / "p.zip", {f"{n}.png": b"" for n in range(2000)})
    monkeypatch.setattr(picture_files, "_LARGEST_DIRECTORY", 70_000)
    with pytest.raises(DataError, match="list of members is too long"):
        pictures_from_files(words("1"), words(""), source, tmp_path / "into")


def test_a_full_disk_is_not_blamed_on_the_source(tmp_path: Path) -> None:
    (tmp_path / "into").write_bytes(b"in the way")
    source = zip_of(tmp_path / "p.zip", {"1.png": drawn()})
    with pytest.raises(FileExistsError):
        pictures_from_files(words("1"), words(""), source, tmp_path / "into")


# From addresses


class Web:
    """Addresses that answer, and who asked."""

    def __init__(self, answers: dict[str, bytes | Exception]) -> None:
        self.answers, self.asked = answers, []

    def __call__(self, address: str, path: Path) -> None:
        self.asked.append(address)
        answer = self.answers[address]
        if isinstance(answer, Exception):
            path.write_bytes(b"half")
            raise answer
        path.write_bytes(answer)


def test_addresses_are_fetched_once_and_errors_are_counted(tmp_path: Path) -> None:
    web = Web(
        {
            "https://a/1.jpg": drawn(),
            "https://a/2.jpg": DataError("a sends more than 20 MB.", "x", "y"),
            "https://a/3.jpg": OSError("no route"),
            "https://a/4.jpg": b"<html>",
        }
    )
    references = words(
        "https://a/1.jpg", "['https://a/1.jpg', 'https://a/9.jpg']", *list(web.answers)[1:], "file:///x", ""
    )
    keys = words(*"abcdefg")
    made = pictures_from_addresses(keys, references, web, tmp_path / "cache", tmp_path / "into")
    assert [name != "" for name in made.names] == [True, True, False, False, False, False, False]
    assert sorted(web.asked) == sorted(web.answers)
    assert {code: finding.rows for code, finding in by_code(made).items()} == {
        "pictures-not-fetched": 2,
        "pictures-broken": 1,
        "item-without-picture": 5,
    }
    assert "a sends more than 20 MB" in by_code(made)["pictures-not-fetched"].message
    assert_ours(made, tmp_path / "into")
    assert len(list((tmp_path / "cache").iterdir())) == 2  # nothing half fetched

    web.asked.clear()
    again = pictures_from_addresses(keys, references, web, tmp_path / "cache", tmp_path / "into2")
    assert again.names.tolist() == made.names.tolist()
    assert sorted(web.asked) == ["https://a/2.jpg", "https://a/3.jpg"]


def test_at_most_so_many_addresses_at_a_time(tmp_path: Path) -> None:
    web = Web({f"https://a/{n}.png": drawn(colour=40 * n) for n in range(5)})
    keys, references = words(*"abcde"), words(*web.answers)
    made = pictures_from_addresses(keys, references, web, tmp_path / "cache", tmp_path / "into", most=3)
    assert [name != "" for name in made.names] == [True] * 3 + [False] * 2
    assert by_code(made)["pictures-beyond-limit"].rows == 2
    made = pictures_from_addresses(keys, references, web, tmp_path / "cache", tmp_path / "into", most=3)
    assert (made.names != "").all()
    assert len(web.asked) == 5


@pytest.mark.realdata
def test_posters_of_ml_100k(tmp_path: Path) -> None:
    source = REAL / "ml-100k-posters" / "posters"
    if not source.is_dir():
        pytest.skip("the posters are not beside this checkout")
    keys = words(*map(str, range(1, 1683)))
    made = pictures_from_files(keys, np.full(1682, "", dtype=object), source, tmp_path / "into")
    assert (made.names != "").sum() == 1663
    assert {code: finding.rows for code, finding in by_code(made).items()} == {"item-without-picture": 19}
    assert_ours(made, tmp_path / "into")

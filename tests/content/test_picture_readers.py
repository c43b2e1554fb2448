"""Readers of pictures: one contract, an independent reference, and pictures that have to be learned apart."""

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from recsys_core.content import efficientnet_net
from recsys_core.content.around import Around
from recsys_core.content.efficientnet import FrozenPictures, LastBlockPictures
from recsys_core.content.items import ItemContent, Picture
from recsys_core.content.packages import file_of
from recsys_core.content.picture_cnn import PictureCNN
from recsys_core.content.reader import Reader
from recsys_core.content.readers import PICTURE_READERS
from recsys_core.data.dataset import blank_item_table
from recsys_core.errors import ContentError
from tests.content.pictures import drawn

every_reader = pytest.mark.parametrize("reader", PICTURE_READERS, ids=lambda reader: reader.key)
COLOURS = [(250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 0), (0, 0, 0)]
PICTURES: list[Picture] = [*(drawn((40, 60), colour, "JPEG") for colour in COLOURS), None, b"broken"]


def content(pictures: list[Picture]) -> ItemContent:
    return ItemContent(blank_item_table(len(pictures)), tuple(pictures))


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def given(reader: Reader, pictures: list[Picture], around: Around | None = None) -> torch.Tensor:
    """What its network gives."""
    values = torch.from_numpy(reader.read(content(pictures), around or Around()).values)
    with torch.no_grad():
        made: torch.Tensor = reader.net(torch.Generator().manual_seed(0))(values)
    return made


def test_keys_and_titles_are_different():
    assert len({reader.key for reader in PICTURE_READERS}) == len({reader.title for reader in PICTURE_READERS})
    assert {"cnn", "frozen", "last-block"} <= {reader.key for reader in PICTURE_READERS}


@every_reader
def test_pictures_become_as_many_numbers_as_it_says_and_broken_ones_none(reader: type[Reader]):
    fitted = reader.fit(content(PICTURES), Around())
    read = fitted.read(content(PICTURES), Around())
    assert read.known.tolist() == [True] * 5 + [False] * 2
    assert len(read.broken) == 1
    assert not read.values[5:].any()
    made = given(fitted, PICTURES)
    assert (made.shape, made.dtype) == ((7, fitted.width), torch.float32)
    assert made.isfinite().all()
    assert len(np.unique(made[:5].numpy().round(4), axis=0)) == 5


@every_reader
def test_the_same_picture_gives_the_same_numbers_alone_among_others_and_from_the_cache(
    reader: type[Reader], tmp_path: Path
):
    fitted = reader.fit(content(PICTURES), Around())
    together = fitted.read(content(PICTURES), Around(cache=tmp_path)).values
    alone = [fitted.read(content([picture]), Around()).values for picture in PICTURES]
    cached = fitted.read(content(PICTURES[::-1]), Around(cache=tmp_path)).values[::-1]
    assert np.array_equal(together, np.concatenate(alone))
    assert np.array_equal(together, cached)


@every_reader
def test_no_items_are_no_rows(reader: type[Reader]):
    fitted = reader.fit(content([]), Around())
    assert len(fitted.read(content([]), Around()).values) == 0


@every_reader
def test_a_saved_reader_reads_as_before(reader: type[Reader]):
    fitted = reader.fit(content(PICTURES), Around())
    again = reader.from_arrays(fitted.arrays())
    assert again.width == fitted.width
    assert torch.equal(given(again, PICTURES), given(fitted, PICTURES))


@every_reader
def test_only_who_learns_has_something_to_learn(reader: type[Reader]):
    network = reader.fit(content(PICTURES), Around()).net(torch.Generator())
    assert bool(list(network.parameters())) == reader.learns
    assert all(parameter.requires_grad for parameter in network.parameters())


@pytest.mark.parametrize("side", [64, 96, 130])
def test_the_network_is_that_of_the_package_its_weights_were_made_for(side: int):
    reference = pytest.importorskip("efficientnet_lite_pytorch")
    weights = efficientnet_net.weights()
    theirs = reference.EfficientNet.from_name("efficientnet-lite0", image_size=side).eval()
    theirs.load_state_dict(weights)
    pixels = torch.randint(0, 256, (3, 3, side, side), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
    with torch.no_grad():
        wanted = theirs.extract_features((pixels.float() - 127) / 128).mean((2, 3))
        ours = efficientnet_net.LastBlock(weights)(efficientnet_net.Trunk(weights)(pixels))
    assert ours.shape == (3, efficientnet_net.WIDTH)
    torch.testing.assert_close(ours, wanted, rtol=1e-3, atol=1e-4)


def test_the_whole_network_is_its_trunk_and_its_last_block():
    reader = LastBlockPictures()
    pixels = np.random.default_rng(0).integers(0, 256, (2, 3, 64, 64), dtype=np.uint8)
    weights = efficientnet_net.weights()
    with torch.no_grad():
        middle = efficientnet_net.Trunk(weights)(torch.from_numpy(pixels))
        whole = reader.net(torch.Generator())(middle.half())
        exact = efficientnet_net.LastBlock(weights)(middle)
    assert middle.shape == (2, efficientnet_net.CHANNELS, 2, 2)
    torch.testing.assert_close(whole, exact, rtol=0.02, atol=0.02)


def test_frozen_numbers_are_those_of_the_network_at_its_own_size():
    picture = drawn((224, 224), (120, 60, 200))
    pixels = torch.tensor([120, 60, 200], dtype=torch.uint8)[None, :, None, None].expand(1, 3, 224, 224)
    weights = efficientnet_net.weights()
    with torch.no_grad():
        wanted = efficientnet_net.LastBlock(weights)(efficientnet_net.Trunk(weights)(pixels))
    values = FrozenPictures().read(content([picture]), Around()).values
    torch.testing.assert_close(torch.from_numpy(values), wanted, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("reader", [PictureCNN, LastBlockPictures], ids=lambda reader: reader.key)
def test_networks_learn_to_tell_stripes_that_lie_from_stripes_that_stand(reader: type[Reader]):
    """Both have the same colours in the same shares, so only where they are tells them apart."""
    generator = np.random.default_rng(0)
    pictures = []
    for number in range(60):
        stripes = np.repeat((np.arange(64) // generator.integers(3, 9) % 2)[:, None], 64, axis=1)
        pixels = (stripes.T if number % 2 else stripes)[:, :, None] * generator.integers(100, 256, 3)
        pictures.append(_encoded(pixels.astype(np.uint8)))
    values = torch.from_numpy(reader.fit(content(pictures), Around()).read(content(pictures), Around()).values)
    labels = torch.arange(60) % 2
    torch.manual_seed(0)
    network = nn.Sequential(reader().net(torch.Generator().manual_seed(0)), nn.Linear(reader.width, 2))
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3)
    for _ in range(25):
        loss = nn.functional.cross_entropy(network(values[:40]), labels[:40])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        right = (network(values[40:]).argmax(1) == labels[40:]).float().mean()
    assert right >= 0.9


def _encoded(pixels: np.ndarray) -> bytes:
    made = io.BytesIO()
    Image.fromarray(pixels).save(made, "PNG")
    return made.getvalue()


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no weights", None])
def test_weights_that_are_missing_or_damaged_are_told_with_what_to_do(
    damage: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "weights.pth"
    if damage is not None:
        path.write_bytes(damage)
        monkeypatch.setattr(efficientnet_net, "file_of", lambda *_: path)
    else:
        monkeypatch.setattr(efficientnet_net, "file_of", lambda _, name, title: file_of("no_such_package", name, title))
    efficientnet_net.weights.cache_clear()
    with pytest.raises(ContentError, match="EfficientNet-Lite0 cannot be used") as error:
        efficientnet_net.weights()
    assert "requirements-encoders.txt" in error.value.fix

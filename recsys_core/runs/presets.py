"""Settings of models that people saved under a name, to start from again and to pass on."""

import hashlib
import json
import logging
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from recsys_core.errors import ConfigError, StoreError, StudioError
from recsys_core.models import find_model
from recsys_core.runs.files import write_whole

log = logging.getLogger(__name__)

LONGEST_NAME = 40
LARGEST_FILE = 100_000  # bytes
RESERVED = {"quick", "balanced", "paper", "own"}  # what comes with the models, and what forms call one's own


class Preset(BaseModel):
    """A preset as its file holds it."""

    model_config = ConfigDict(extra="forbid")

    model: str
    name: str
    settings: dict[str, Any]


def fitting_name(text: str) -> str:
    """What of a text can be the name of a preset."""
    return "".join(sign for sign in text if sign.isprintable())[:LONGEST_NAME]


class Presets:
    """The saved presets of a workspace, one small JSON file each.

    Args:
        root: of the workspace.
    """

    def __init__(self, root: Path) -> None:
        self._folder = root / "presets"

    def save(self, model: str, name: str, settings: dict[str, Any]) -> str:
        """Keep settings under a name; what had that name before is replaced. Gives the name as it is kept.

        Raises:
            ConfigError: there is no such model, it does not allow the settings, or the name is none.
            StoreError: the disk is full or cannot be written to.
        """
        preset = _checked(Preset(model=model, name=name, settings=settings))
        path = self._path(preset.model, preset.name)
        try:
            self._folder.mkdir(exist_ok=True)
            write_whole(path, _text(preset))
        except OSError as error:
            raise StoreError(
                f"The preset was not saved: {error.strerror}.",
                "Free some space, or check that the workspace folder may be written to, and try again.",
                "cannot-write",
            ) from error
        return preset.name

    def all(self, model: str) -> dict[str, dict[str, Any]]:
        """The saved presets of a model, by name in the order of the alphabet; unreadable ones are left out."""
        found = {}
        for path in self._folder.glob("*.json"):
            try:
                preset = _read(path.read_bytes())
            except (OSError, StudioError):
                log.warning("The preset %s cannot be read; it is left alone", path.name, exc_info=True)
                continue
            if preset.model == model:
                found[preset.name] = preset.settings
        return dict(sorted(found.items()))

    def find(self, model: str, name: str) -> dict[str, Any]:
        """The settings of a preset, one that comes with the model or a saved one.

        Raises:
            ConfigError: names the presets there are.
        """
        known = find_model(model).Config.presets() | self.all(model)
        if name not in known:
            raise ConfigError(
                f"The model {model!r} has no preset called {name!r}.",
                f"Choose one of: {', '.join(known)}.",
                "unknown-preset",
            )
        return dict(known[name])

    def delete(self, model: str, name: str) -> None:
        """Forget a preset; nothing happens where there is none."""
        self._path(model, name).unlink(missing_ok=True)

    def export(self, model: str, name: str) -> str:
        """A saved preset as the text of a JSON file: ``{"model", "name", "settings"}``.

        Raises:
            ConfigError: there is none.
        """
        return _text(Preset(model=model, name=name, settings=self.find(model, name)))

    def take_in(self, content: bytes) -> Preset:
        """Save the preset that somebody passed on as a file.

        Raises:
            ConfigError: the file is no preset, or none of a model that is known here.
        """
        preset = _read(content)
        self.save(preset.model, preset.name, preset.settings)
        return preset

    def _path(self, model: str, name: str) -> Path:
        both = f"{model}\0{name}".encode("utf-8", "surrogatepass")
        return self._folder / f"{hashlib.sha256(both).hexdigest()[:16]}.json"


def _text(preset: Preset) -> str:
    return json.dumps(preset.model_dump(), indent=2, ensure_ascii=False) + "\n"


def _read(content: bytes) -> Preset:
    if len(content) > LARGEST_FILE:
        raise ConfigError(
            f"The file has {len(content):,} bytes; a preset has a few hundred.", "Choose another file.", "bad-preset"
        )
    try:
        return _checked(Preset.model_validate_json(content))
    except ValidationError as error:
        fault = error.errors()[0]
        where = f" at {fault['loc'][0]!r}" if fault["loc"] else ""
        raise ConfigError(
            f"The file is no preset{where}: {fault['msg'][0].lower()}{fault['msg'][1:]}.",
            'A preset is JSON such as {"model": "mf", "name": "Mine", "settings": {"epochs": 10}}.',
            "bad-preset",
        ) from None


def _checked(preset: Preset) -> Preset:
    """The preset with a tidy name and all settings of its model, if the model allows them."""
    config = find_model(preset.model).Config.parse(preset.settings)
    name = " ".join(preset.name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ConfigError(
            f"A preset's name has 1 to {LONGEST_NAME} printable characters; this one has {len(name)}.",
            "Choose another name.",
            "bad-name",
        )
    if name.lower() in RESERVED:
        raise ConfigError(f"The name {name!r} belongs to the models themselves.", "Choose another name.", "bad-name")
    return Preset(model=preset.model, name=name, settings=config.model_dump(mode="json"))

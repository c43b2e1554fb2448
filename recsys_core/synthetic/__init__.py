"""Generated people: made, judged, added to real ones. A new generator is one file and one line of ``GENERATORS``."""

from recsys_core.errors import ConfigError
from recsys_core.synthetic.base import Generator, GeneratorInfo, Knobs, Produces
from recsys_core.synthetic.gan import HistoryGAN
from recsys_core.synthetic.personas.generator import Personas
from recsys_core.synthetic.probabilistic import Probabilistic
from recsys_core.synthetic.vae import VAESampler

__all__ = ["GENERATORS", "Generator", "GeneratorInfo", "Knobs", "Produces", "find_generator"]

GENERATORS: tuple[type[Generator], ...] = (Probabilistic, VAESampler, HistoryGAN, Personas)


def find_generator(key: str) -> type[Generator]:
    """The generator with this key.

    Raises:
        ConfigError: names those that there are.
    """
    for generator in GENERATORS:
        if generator.info.key == key:
            return generator
    keys = ", ".join(generator.info.key for generator in GENERATORS)
    raise ConfigError(f"There is no generator called {key!r}.", f"Choose one of: {keys}.", "unknown-generator")

"""Domains that personas can live in. A new one is one file and one line of ``DOMAINS``."""

from recsys_core.synthetic.personas.domains.books import BOOKS
from recsys_core.synthetic.personas.domains.domain import Amount, Domain, Genre
from recsys_core.synthetic.personas.domains.films import FILMS
from recsys_core.synthetic.personas.domains.music import MUSIC
from recsys_core.synthetic.personas.domains.shop import SHOP

__all__ = ["DOMAINS", "Amount", "Domain", "Genre"]

DOMAINS: dict[str, Domain] = {domain.key: domain for domain in (FILMS, BOOKS, SHOP, MUSIC)}

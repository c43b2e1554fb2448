"""People who are made up: kinds of them live in a domain, are shown lists, click, and rate."""

from collections.abc import Iterator
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from recsys_core.data.dataset import Dataset, Scale
from recsys_core.data.findings import Finding
from recsys_core.errors import ConfigError
from recsys_core.models.base import Config
from recsys_core.synthetic.base import Batch, Generator, GeneratorInfo, Knobs, Population, Produces, Showings
from recsys_core.synthetic.personas.clicks import ClickModel, examination, season_table
from recsys_core.synthetic.personas.domains import DOMAINS
from recsys_core.synthetic.personas.foretold import foretold
from recsys_core.synthetic.personas.items import make_catalogue
from recsys_core.synthetic.personas.kinds import Crowd, Ways, draw_crowd, draw_leanings
from recsys_core.synthetic.personas.showing import make_policy
from recsys_core.synthetic.personas.visits import DAY, Visits, draw_visits, make_calendar
from recsys_core.training.context import FitContext
from recsys_core.types import Bool, Feedback, Int32

ITEMS = 1000  # where no number is asked for
MOST_PEOPLE_AT_ONCE = 4096
MOST_SHOWN_AT_ONCE = 500_000  # impressions of a batch, about; each takes some hundred bytes while it is made
READING = 4.0  # seconds that people spend on a slot before they go on
INVENTED = Finding(
    "note",
    "invented-people",
    "These people follow settings, not data: how a model does on them says nothing about real people.",
)


class PersonasConfig(Config):
    domain: Literal["films", "books", "shop", "music"] = Field(
        "films", description="What the items are: their titles, genres, prices and other attributes are invented."
    )
    feedback: Literal["ratings", "clicks"] = Field(
        "ratings", description="What an event tells: ratings from 1 to 5 after a click, or only that somebody clicked."
    )
    newcomers: float = Field(0.2, ge=0, le=1, description="Weight of people who join late, do little, and follow hits.")
    fans: float = Field(0.25, ge=0, le=1, description="Weight of people who live for one genre or two.")
    explorers: float = Field(0.2, ge=0, le=1, description="Weight of people who like all genres, popular or not.")
    bargain_hunters: float = Field(0.2, ge=0, le=1, description="Weight of people who click what is cheap.")
    bingers: float = Field(0.15, ge=0, le=1, description="Weight of people who come on few days, and then for hours.")
    drift: float = Field(
        0.3, ge=0, le=1, description="Share of a person's taste that has become another one by the end of the log."
    )
    season: float = Field(
        1.0,
        ge=0,
        le=3,
        description="How strongly some genres come back every year: 0, not; 1, their odds are 2.7 times as high at "
        "their peak.",
    )
    days: int = Field(365, ge=7, le=3650, description="Days that the log spans: a year shows each season once.")
    start_year: int = Field(2024, ge=1990, le=2100, description="The log begins on the first of January of this year.")
    sessions_per_week: float = Field(
        2.0,
        ge=0.1,
        le=20,
        description="How often people come in weeks in which they are active, on average over people.",
        json_schema_extra={"scale": "log"},
    )
    exposure_bias: float = Field(
        1.0,
        ge=0,
        le=2,
        description="How strongly lists favour popular items: 0, all are shown alike; 1, in proportion to popularity.",
    )
    personal: float = Field(
        0.4,
        ge=0,
        le=1,
        description="Share of the lists that goes to the genre which somebody likes best: 0, all are shown the same.",
    )
    position_bias: float = Field(
        1.0,
        ge=0,
        le=3,
        description="How fast attention falls along a list: slot k is looked at with probability 1 / k to this power.",
    )
    slots: int = Field(
        10,
        ge=1,
        le=50,
        description="Items in a list; fewer where there are fewer items.",
        json_schema_extra={"advanced": True},
    )
    chance: float = Field(
        0.2,
        ge=0.01,
        le=1,
        description="Share of the lists that is chance, so that every item has a known probability above 0: more of it "
        "makes estimates from the log surer.",
        json_schema_extra={"advanced": True},
    )
    click_rate: float = Field(
        0.15,
        ge=0.01,
        le=0.9,
        description="Probability that an item of mean popularity is clicked by somebody who looks at it and to whom it "
        "is neither much nor little.",
        json_schema_extra={"advanced": True},
    )
    taste_noise: float = Field(
        0.05,
        ge=0,
        le=1,
        description="Share of each taste that is even over all genres: 1, genres tell nothing.",
        json_schema_extra={"advanced": True},
    )
    hours: Literal["evenings", "working hours", "round the clock"] = Field(
        "evenings",
        description="When people come, on their own clocks.",
        json_schema_extra={"advanced": True},
    )
    time_zones: Literal["one", "a continent", "the world"] = Field(
        "a continent",
        description="How far apart the clocks of the regions are in which people live.",
        json_schema_extra={"advanced": True},
    )

    @property
    def weights(self) -> tuple[float, ...]:
        """Of the kinds, in the order of ``KINDS``."""
        return self.newcomers, self.fans, self.explorers, self.bargain_hunters, self.bingers

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not sum(self.weights):
            raise ConfigError(
                "The weights of all kinds of people are 0, so there is nobody.",
                "Give at least one kind a weight above 0.",
                "nobody",
            )
        return self


class PersonaPopulation(Population):
    """People, the catalogue that they live with, and the truth about what attracts them.

    Density counts in sessions: since nobody meets an item twice, events grow less than sessions where items are few.

    Attributes:
        config: settings. catalogue: the items. policy: what is shown. clicks: what is clicked.
    """

    def __init__(self, config: PersonasConfig, knobs: Knobs, seed: int) -> None:
        domain, rng = DOMAINS[config.domain], np.random.default_rng([seed, 0])
        n_items = ITEMS if knobs.items is None else knobs.items
        self.config, self._seed, self._people = config, seed, knobs.people
        self.catalogue = make_catalogue(domain, n_items, knobs.skew, config.start_year, rng)
        self.item_ids, self.item_table = self.catalogue.ids, self.catalogue.table
        self.feedback = Feedback.EXPLICIT if config.feedback == "ratings" else Feedback.IMPLICIT
        self.scale = Scale(1.0, 5.0, 1.0) if self.feedback is Feedback.EXPLICIT else None
        self.policy = make_policy(
            self.catalogue.popularity,
            self.catalogue.genres,
            config.slots,
            config.exposure_bias,
            config.personal,
            config.chance,
            rng,
        )
        self.clicks = ClickModel(
            examination(self.policy.slots, config.position_bias),
            config.click_rate / (1 - config.click_rate),
            config.drift,
            knobs.noise,
            season_table(domain, config.days, config.season),
            config.days,
            np.log(self.catalogue.popularity).astype(np.float32),
            self.catalogue,
        )
        self._calendar = make_calendar(config.start_year, config.days, config.hours, domain.pause, config.season, rng)
        self._ways = Ways(
            np.array(config.weights) / sum(config.weights),
            len(domain.genres),
            config.taste_noise,
            config.days,
            config.sessions_per_week * knobs.density,
            config.time_zones,
            draw_leanings(len(domain.genres), rng),
        )
        sample = draw_crowd(self._ways, MOST_PEOPLE_AT_ONCE, np.random.default_rng([seed, 0, 1]))
        shown = float(np.mean(sample.sessions * sample.lists)) * self.policy.slots
        self._at_once = int(np.clip(MOST_SHOWN_AT_ONCE / shown, 1, MOST_PEOPLE_AT_ONCE))
        if self._people <= self._at_once:
            sample = self.crowd(0)[0]
        each = foretold(sample, self.policy, self.clicks, np.random.default_rng([seed, 0, 2]))
        self.expected_events = round(float(each.mean()) * self._people)
        self.expected_showings = round(shown * self._people)

    def batches(self) -> Iterator[Batch]:
        for number, first in enumerate(range(0, self._people, self._at_once)):
            crowd, rng = self.crowd(number)
            yield self._simulated(crowd, first, rng)

    def crowd(self, number: int) -> tuple[Crowd, np.random.Generator]:
        """The people of a batch, 0 for the first, and the generator that goes on to draw what they do."""
        rng = np.random.default_rng([self._seed, 1 + number])
        return draw_crowd(self._ways, min(self._at_once, self._people - number * self._at_once), rng), rng

    def _simulated(self, crowd: Crowd, first: int, rng: np.random.Generator) -> Batch:
        """What people do who stand behind the ``first`` ones."""
        visits = draw_visits(crowd, self._calendar, rng)
        shown = self.policy.draw(crowd.favourites[visits.users], rng)
        lists, slots = np.nonzero(rng.random(shown.shape) < self.clicks.examination)
        users, items, days = visits.users[lists], shown[lists, slots], visits.days[lists]
        match = self.clicks.match(crowd, users, items, days)
        clicked = rng.random(len(users)) < self.clicks.attraction_of(match, crowd, users, items, days)
        clicks = np.zeros(shown.shape, dtype=bool)
        clicks[lists[clicked], slots[clicked]] = True
        new = np.flatnonzero(clicked)
        pairs = users[new].astype(np.int64) * len(self.catalogue) + items[new]
        new = new[np.sort(np.unique(pairs, return_index=True)[1])]  # what was met before is no event
        users, items = users[new], items[new]
        values = np.ones(len(new), dtype=np.float32)
        if self.feedback is Feedback.EXPLICIT:
            values = self.clicks.ratings(match[new], crowd, users, items, rng)
        seconds = READING * (slots[new] + rng.exponential(1.0, len(new)))
        return Batch(
            crowd.profiles.assign(joined=self._joined(crowd, visits)),
            users + np.int32(first),
            items,
            values,
            visits.times[lists[new]] + seconds.astype(np.int64),
            self._showings(crowd, visits, shown, clicks, first),
        )

    def _joined(self, crowd: Crowd, visits: Visits) -> np.ndarray:
        """datetime64[s] (n,), midnights: before the log, or of the first visit."""
        visit = visits.times[np.searchsorted(visits.users, np.arange(len(crowd)))]
        seconds = np.where(crowd.since, self._calendar.start - DAY * crowd.since.astype(np.int64), visit // DAY * DAY)
        return seconds.astype("datetime64[s]")

    def _showings(self, crowd: Crowd, visits: Visits, shown: Int32, clicks: Bool, first: int) -> Showings:
        slots = shown.shape[1]
        return Showings(
            np.repeat(visits.users + np.int32(first), slots),
            shown.ravel(),
            np.tile(np.arange(1, slots + 1, dtype=np.int16), len(shown)),
            clicks.ravel(),
            self.policy.propensities[crowd.favourites[visits.users][:, None], shown].ravel(),
            np.repeat(visits.times, slots),
        )


class Personas(Generator):
    """Nothing is learned: what people do follows from the settings alone, and the truth behind it is known."""

    info = GeneratorInfo(
        key="personas",
        title="Personas",
        idea="People of several kinds live in an invented domain, are shown lists, click, and rate; needs no data.",
        paper="Craswell, Zoeter, Taylor, Ramsey, An experimental comparison of click position-bias models, WSDM 2008; "
        "Schnabel, Swaminathan, Singh, Chandak, Joachims, Recommendations as treatments, ICML 2016",
        produces=frozenset(Produces),
        learns=False,
    )
    Config = PersonasConfig

    def __init__(self, config: PersonasConfig | None = None) -> None:
        super().__init__(config)
        self.findings = (INVENTED,)

    def fit(self, real: Dataset | None, context: FitContext | None = None) -> Self:
        return self

    def population(self, knobs: Knobs, seed: int) -> PersonaPopulation:
        return PersonaPopulation(self.config, knobs, seed)

"""Where questions come in and answers go out, without a word of HTTP."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import numpy as np

from recsys_core.errors import ConfigError
from recsys_core.explain.explanation import Explanation
from recsys_core.models.popularity import Popularity
from recsys_core.recommending import Shown, history_entry
from recsys_core.runs.threads import give_way
from recsys_core.serve.batching import Batcher, Busy
from recsys_core.serve.documents import (
    Alike,
    Explained,
    LikeByAddress,
    ListByAddress,
    ListByBody,
    Met,
    Models,
    Place,
    Recommended,
    ServedRun,
    WhyByAddress,
    WhyByBody,
)
from recsys_core.serve.likeness import Likeness
from recsys_core.serve.lists import Wanted, lists
from recsys_core.serve.people import Way, person
from recsys_core.serve.reasons import methods, reasons
from recsys_core.serve.served import Served

Result = TypeVar("Result")

MOST_EXPLAINING = 8  # explanations under way or waiting
PATIENCE = 20.0  # seconds after which nobody waits for an explanation any more


class Desk:
    """Answers for a few runs: lists in one thread, together; reasons in another one, which gives way.

    Args:
        runs: the first one answers where none is named.
    """

    def __init__(self, runs: Sequence[Served]) -> None:
        self._runs = {run.id: run for run in runs}
        self._first = runs[0]
        self._scoring = ThreadPoolExecutor(1, "scoring")
        self._explaining = ThreadPoolExecutor(1, "explaining", initializer=give_way)
        self._batchers = {run.id: Batcher(partial(lists, run), self._scoring) for run in runs}
        self._likeness = {run.id: Likeness(run.model, run.split, run.order) for run in runs}
        self._under_way = 0

    def close(self) -> None:
        """Let the threads end; what is under way is finished."""
        self._scoring.shutdown()
        self._explaining.shutdown(cancel_futures=True)

    def run(self, identifier: str | None) -> Served:
        """The run that is to answer.

        Raises:
            ConfigError: it is not served.
        """
        if identifier is None:
            return self._first
        if identifier not in self._runs:
            raise ConfigError(
                f"The run {identifier!r} is not served.", f"Served are: {', '.join(self._runs)}.", "unknown-run"
            )
        return self._runs[identifier]

    async def recommend(self, asked: ListByBody | ListByAddress) -> Recommended:
        """A person's list.

        Raises:
            DataError: somebody or something named is unknown, or a rating is wrong.
            ConfigError: a run or a condition is unknown.
            Busy: too many wait.
        """
        run = self.run(asked.run)
        somebody = person(run, asked.user, _history(run, asked.history))
        hidden = [somebody.met, np.array([run.catalogue.find(item) for item in asked.exclude], dtype=np.int32)]
        if asked.filter:
            hidden += await self._in_turn(lambda: [run.unfit(condition) for condition in asked.filter])
        shown = await self._batchers[run.id].ask(Wanted(somebody, asked.k, np.concatenate(hidden)))
        return Recommended(
            run=run.id,
            data=run.data,
            user=asked.user,
            way=somebody.way,
            why=somebody.why,
            score=(Popularity.info.score if somebody.way is Way.POPULARITY else run.model.score_meaning),
            items=_places(run, shown),
        )

    async def similar(self, asked: LikeByAddress) -> Alike:
        """Items like another one.

        Raises:
            DataError: the item is unknown.
            ConfigError: the run is.
        """
        run = self.run(asked.run)
        item, likeness = run.catalogue.find(asked.item), self._likeness[run.id]
        shown = await self._in_turn(lambda: likeness.like(item, asked.k))
        return Alike(
            run=run.id,
            data=run.data,
            item=asked.item,
            title=run.titles[item],
            by=likeness.by,
            items=_places(run, shown),
        )

    async def explain(self, asked: WhyByBody | WhyByAddress) -> Explained:
        """Why a person would be shown an item.

        Raises:
            DataError: somebody or something named is unknown, or nothing is known that could be a reason.
            ConfigError: the run is unknown.
            AbilityError: the model cannot be explained in this way.
            Busy: too many wait, or it took too long.
        """
        run = self.run(asked.run)
        somebody = person(run, asked.user, _history(run, asked.history))
        item = run.catalogue.find(asked.item)
        if self._under_way >= MOST_EXPLAINING:
            raise Busy(f"{self._under_way} explanations are under way already.", "Ask again in a few seconds.")
        self._under_way += 1
        call = asyncio.get_running_loop().run_in_executor(
            self._explaining, reasons, run, somebody, item, asked.method, asked.budget
        )
        call.add_done_callback(self._over)
        done, _ = await asyncio.wait([call], timeout=PATIENCE)
        if not done:
            raise Busy(
                f"The explanation takes longer than {PATIENCE:g} s.",
                "Ask with a smaller budget, or in the shell: python -m recsys_core explain.",
            )
        found, words = call.result()
        return Explained(
            run=run.id,
            data=run.data,
            user=asked.user,
            way=somebody.way,
            item=asked.item,
            title=run.titles[item],
            sentence=words,
            **found.as_json(),
        )

    def models(self) -> Models:
        """The runs that are served."""
        return Models(runs=[_about(run) for run in self._runs.values()])

    def _over(self, call: asyncio.Future[tuple[Explanation, str]]) -> None:
        self._under_way -= 1
        if not call.cancelled():
            call.exception()  # of a call that nobody waits for any more

    async def _in_turn(self, work: Callable[[], Result]) -> Result:
        """Done by the thread that scores."""
        return await asyncio.get_running_loop().run_in_executor(self._scoring, work)


def _history(run: Served, entries: Sequence[Met | str] | None) -> list[tuple[int, float | None]]:
    """Items of the catalogue, with ratings."""
    known = run.dataset.item_ids.positions
    told = [(one.item, one.rating) if isinstance(one, Met) else history_entry(one, known) for one in entries or ()]
    return [(run.catalogue.find(item), rating) for item, rating in told]


def _places(run: Served, shown: Shown) -> list[Place]:
    return [
        Place(rank=rank, id=run.item_ids[item], title=run.titles[item], score=score)
        for rank, (item, score) in enumerate(shown, start=1)
    ]


def _about(run: Served) -> ServedRun:
    scale = run.dataset.scale
    return ServedRun(
        run=run.id,
        model=run.model.info.key,
        title=run.model.title,
        data=run.data,
        users=run.dataset.n_users,
        items=run.dataset.n_items,
        scale=None if scale is None else (scale.low, scale.high),
        abilities=sorted(run.model.abilities),
        methods=methods(run.model),
        metrics=run.about["metrics"],
        versions=run.about["passport"]["versions"],
    )

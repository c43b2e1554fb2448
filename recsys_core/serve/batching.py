"""Brings together what is asked within a moment."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Generic, TypeVar

from recsys_core.errors import JobError

Question = TypeVar("Question")
Answer = TypeVar("Answer")

WINDOW = 0.002  # seconds that the first one waits for others
AT_ONCE = 64  # questions that are answered in one go
MOST_WAITING = 1000  # more are turned away


class Busy(JobError):
    """Too much is waiting, or took too long: the same question may be answered later."""

    code = "busy"


class Batcher(Generic[Question, Answer]):
    """Questions of many callers, answered together in a thread, so that the event loop stays free.

    Args:
        answer: an answer for each question, in their order; called by one thread at a time.
        threads: where it is called.
    """

    def __init__(self, answer: Callable[[list[Question]], list[Answer]], threads: Executor) -> None:
        self._answer, self._threads = answer, threads
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer:
        """The answer to a question.

        Raises:
            Busy: too many are waiting.
        """
        if len(self._waiting) >= MOST_WAITING:
            raise Busy(f"{len(self._waiting):,} requests are waiting already.", "Ask again in a second.")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((question, answer))
        if self._worker is None or self._worker.done():
            self._worker = loop.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            await asyncio.sleep(WINDOW)
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            questions = [question for question, _ in batch]
            try:
                answers = await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, questions)
            except Exception as error:
                for _, future in batch:
                    if not future.done():  # whoever asked may be gone
                        future.set_exception(error)
            else:
                for (_, future), answer in zip(batch, answers, strict=True):
                    if not future.done():
                        future.set_result(answer)

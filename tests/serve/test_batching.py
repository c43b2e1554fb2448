"""Questions that come close together are answered together, and nobody waits for a thread."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from recsys_core.serve import batching
from recsys_core.serve.batching import Batcher, Busy


@pytest.fixture
def threads():
    with ThreadPoolExecutor(1) as pool:
        yield pool


def finished(story):
    """What it comes to; a question that nobody answers fails instead of waiting for ever."""
    return asyncio.run(asyncio.wait_for(story, 10))


def test_all_that_waits_is_answered_at_once_and_to_whom_it_belongs(threads):
    asked: list[list[int]] = []

    def answer(questions):
        asked.append(questions)
        return [10 * question for question in questions]

    async def story():
        batcher = Batcher(answer, threads)
        return await asyncio.gather(*(batcher.ask(number) for number in range(5)))

    assert finished(story()) == [0, 10, 20, 30, 40]
    assert asked == [[0, 1, 2, 3, 4]]


def test_what_comes_while_the_thread_works_goes_next(threads):
    working, go_on, asked = threading.Event(), threading.Event(), []

    def answer(questions):
        asked.append(questions)
        working.set()
        assert go_on.wait(10)
        return questions

    async def story():
        batcher = Batcher(answer, threads)
        first = asyncio.create_task(batcher.ask(1))
        await asyncio.to_thread(working.wait, 10)
        others = [asyncio.create_task(batcher.ask(number)) for number in (2, 3)]
        await asyncio.sleep(0)  # the loop is free all the while
        go_on.set()
        return await asyncio.gather(first, *others)

    assert finished(story()) == [1, 2, 3]
    assert asked == [[1], [2, 3]]


def test_no_more_than_so_many_at_once(threads, monkeypatch):
    monkeypatch.setattr(batching, "AT_ONCE", 2)
    asked = []

    async def story():
        batcher = Batcher(lambda questions: asked.append(len(questions)) or questions, threads)
        return await asyncio.gather(*(batcher.ask(number) for number in range(5)))

    assert finished(story()) == [0, 1, 2, 3, 4]
    assert asked == [2, 2, 1]


def test_who_comes_when_too_many_wait_is_turned_away(threads, monkeypatch):
    monkeypatch.setattr(batching, "MOST_WAITING", 3)

    async def story():
        batcher = Batcher(lambda questions: questions, threads)
        return await asyncio.gather(*(batcher.ask(number) for number in range(5)), return_exceptions=True)

    answers = finished(story())
    assert answers[:3] == [0, 1, 2]
    assert all(isinstance(one, Busy) for one in answers[3:])
    assert "3 requests are waiting" in str(answers[3])


def test_a_failure_reaches_all_who_waited_and_nobody_after_them(threads):
    def answer(questions):
        if 0 in questions:
            raise ValueError("broken")
        return questions

    async def story():
        batcher = Batcher(answer, threads)
        failed = await asyncio.gather(batcher.ask(0), batcher.ask(1), return_exceptions=True)
        return failed, await batcher.ask(2)

    failed, answered = finished(story())
    assert [str(error) for error in failed] == ["broken", "broken"]
    assert answered == 2


def test_somebody_who_is_gone_harms_nobody(threads):
    async def story():
        batcher = Batcher(lambda questions: questions, threads)
        gone, stays = asyncio.create_task(batcher.ask(1)), asyncio.create_task(batcher.ask(2))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays, await batcher.ask(3)

    assert finished(story()) == (2, 3)

"""The desk as an app of HTTP."""

import platform
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from recsys_core import __version__
from recsys_core.serve.desk import Desk
from recsys_core.serve.documents import (
    Alike,
    Explained,
    Health,
    LikeByAddress,
    ListByAddress,
    ListByBody,
    Models,
    Recommended,
    Refusal,
    WhyByAddress,
    WhyByBody,
)
from recsys_core.serve.gate import Guarded, Lock
from recsys_core.serve.limit import Limited
from recsys_core.serve.meter import Measured, Meter
from recsys_core.serve.refusals import add_refusals
from recsys_core.serve.served import Served

Responses = dict[int | str, dict[str, Any]]

DOCS = Path(__file__).with_name("docs.html")
OWN_ONLY = "default-src 'self'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
REFUSED: Responses = {422: {"model": Refusal, "description": "In words: what is wrong, and what to do."}}
BUSY: Responses = {503: {"model": Refusal, "description": "Too much is waiting; Retry-After says when to ask again."}}
WORDS = "Lists, likeness and reasons of finished runs. Ids are those of the data; each answer says which way it came."


def create_app(runs: Sequence[Served], lock: Lock, meter: Meter) -> FastAPI:
    """The app.

    Args:
        runs: at least one; the first one answers where none is named.
        meter: what is asked is noted here.
    """
    desk = Desk(runs)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()

    app = FastAPI(
        title="Foretaste",
        version=__version__,
        description=WORDS,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        responses=REFUSED,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    add_refusals(app)

    @app.get("/recommend", summary="A person's list", responses=BUSY)
    async def recommend_by_address(asked: Annotated[ListByAddress, Query()]) -> Recommended:
        return await desk.recommend(asked)

    @app.post("/recommend", summary="A person's list", responses=BUSY)
    async def recommend(asked: ListByBody) -> Recommended:
        return await desk.recommend(asked)

    @app.get("/similar", summary="Items like another one")
    async def similar(asked: Annotated[LikeByAddress, Query()]) -> Alike:
        return await desk.similar(asked)

    @app.get("/explain", summary="Why a person would be shown an item", responses=BUSY)
    async def explain_by_address(asked: Annotated[WhyByAddress, Query()]) -> Explained:
        return await desk.explain(asked)

    @app.post("/explain", summary="Why a person would be shown an item", responses=BUSY)
    async def explain(asked: WhyByBody) -> Explained:
        return await desk.explain(asked)

    @app.get("/models", summary="The runs that are served")
    async def models() -> Models:
        return desk.models()

    versions = {"foretaste": __version__, "python": platform.python_version()}
    versions |= {name: version(name) for name in ("fastapi", "uvicorn", "torch", "numpy")}

    @app.get("/health", summary="Whether the service is well, and how fast")
    async def health() -> Health:
        return Health(
            status="ok",
            runs=[run.id for run in runs],
            since=datetime.fromtimestamp(meter.since, UTC).isoformat(timespec="seconds"),
            uptime=round(time.time() - meter.since, 1),
            versions=versions,
            answers=dict(meter.answers),
            milliseconds=meter.milliseconds(),
        )

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": OWN_ONLY})

    @app.get("/", include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse("/docs")

    page = DOCS.read_text(encoding="utf-8")
    paths = frozenset({"/docs", "/", *app.openapi()["paths"]})
    app.add_middleware(Limited)
    app.add_middleware(Guarded, lock=lock)
    app.add_middleware(Measured, meter=meter, paths=paths)
    return app

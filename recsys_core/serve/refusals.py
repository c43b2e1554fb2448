"""What is refused, in words: the form that the shell has, and a status of HTTP."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from recsys_core.errors import StudioError, visible
from recsys_core.serve.batching import Busy
from recsys_core.serve.documents import refusal
from recsys_core.serve.limit import LARGEST

LONGEST = 60  # letters of what was sent that are said again
RETRY = {"Retry-After": "1"}  # seconds
JSON_WANTED = 'Send an object such as {"user": "42"}, with the header Content-Type: application/json.'
FIELDS = "/docs lists the fields and what each takes."

_WANTED = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a number that is finite",
    "string_type": "a text",
    "string_too_short": "at least {min_length} letter long",
    "string_too_long": "at most {max_length} letters long",
    "list_type": "a list",
    "too_short": "at least {min_length} long",
    "too_long": "at most {max_length} long",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "model_type": "an object",
    "model_attributes_type": "an object",
}


def add_refusals(app: FastAPI) -> None:
    """Let everything that goes wrong be answered with ``{"error": {code, message, fix}}``."""
    app.add_exception_handler(StudioError, _studio)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)


def refuse(status: int, code: str, message: str, fix: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An answer that is no success."""
    return JSONResponse(refusal(code, message, fix), status, headers)


async def _studio(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StudioError)
    busy = isinstance(error, Busy)
    return JSONResponse({"error": error.as_dict()}, 503 if busy else 422, RETRY if busy else None)


async def _unreadable(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return refuse(422, *_in_words(error.errors()[0]))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    path = visible(request.url.path)[:LONGEST]
    match error.status_code:
        case 400:
            return refuse(422, "bad-json", "The body is no text in UTF-8, or is nested too deeply.", JSON_WANTED)
        case 404:
            return refuse(404, "unknown-path", f"There is nothing at {path}.", "/docs lists what there is.")
        case 405:
            message = f"{path} does not answer {request.method}."
            return refuse(405, "wrong-method", message, "/docs lists what there is.", error.headers)
        case 413:
            message = f"The body is larger than {LARGEST // 1024} kB."
            return refuse(413, "too-large", message, "Send a shorter history.", {"Connection": "close"})
        case status:
            return refuse(status, "http", f"{HTTPStatus(status).phrase}.", "/docs lists what can be asked.")


async def _bug(_: Request, error: Exception) -> JSONResponse:
    return refuse(500, "bug", f"Foretaste made a mistake ({type(error).__name__}).", "Please report it.")


def _in_words(error: Mapping[str, Any]) -> tuple[str, str, str]:
    """Code, message and fix for the first thing that was wrong with a request, as pydantic tells it."""
    kind, (place, *inside), about = error["type"], error["loc"], error.get("ctx", {})
    name = ".".join(map(str, inside))
    if kind == "json_invalid":
        return "bad-json", f"The body is no JSON: {about['error']} at character {name}.", JSON_WANTED
    if not name:
        return "bad-body", f"The {place} is not an object.", JSON_WANTED
    if kind == "missing":
        return "missing-field", f"The field {name!r} is missing.", FIELDS
    if kind == "extra_forbidden":
        return "unknown-field", f"There is no field {name[:LONGEST]!r}.", FIELDS
    found = repr(error["input"])
    found = visible(found if len(found) <= LONGEST else f"{found[: LONGEST - 1]}…")
    wanted = _WANTED.get(kind, "something else").format(**about)
    return "bad-field", f"The field {name!r} cannot be {found}: it must be {wanted}.", FIELDS

"""The verbs that write results down for others: a report of a comparison, and the card of a model."""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from recsys_core.cli.output import plain, size
from recsys_core.cli.verb import Verb, workspace
from recsys_core.errors import ConfigError, StoreError
from recsys_core.runs.store import Workspace
from recsys_core.types import Json

if TYPE_CHECKING:  # brings torch
    from recsys_core.runs.cards import RunCard


def _report_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", metavar="DATASET|RUN", nargs="+", help="a data set, for its newest comparable runs; or finished runs"
    )
    parser.add_argument("--out", required=True, metavar="FILE", help="report.html")
    parser.add_argument("--pdf", action="store_true", help="print it as PDF beside that, where there is a Chromium")
    parser.add_argument("--metric", default="ndcg@10", help="the figure to compare by (default: %(default)s)")
    _add_words(parser)


def _card_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("--out", required=True, metavar="FILE", help="card.html to look at, or card.md with metadata")
    _add_words(parser)


def _add_words(parser: argparse.ArgumentParser) -> None:
    for name, words in (("title", "its title"), ("author", "who made it"), ("text", "what is said on top")):
        parser.add_argument(f"--{name}", default="", help=words)


def _report(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.comparing.verdict import verdict
    from recsys_core.report.facts import gather
    from recsys_core.report.making import head_of, sections_of
    from recsys_core.report.page import as_html, body_of
    from recsys_core.report.pdf import as_pdf

    target, started = _file(options.out, (".html",)), time.monotonic()
    home = workspace()
    facts = gather(home, _runs(home, options.what, options.metric), options.metric)
    sections = sections_of(facts)
    page = as_html(head_of(facts).with_words(options.title, options.author, options.text), body_of(sections))
    _write(target, page.encode("utf-8"))
    result: Json = {
        "file": str(target),
        "bytes": target.stat().st_size,
        "seconds": time.monotonic() - started,
        "metric": options.metric,
        "runs": [run.id for run in facts.cards.values()],
        "sections": [section.key for section in sections],
        "verdict": verdict(facts.comparison),
    }
    lines = [plain(result["verdict"]), f"Written to {plain(target)}, {size(result['bytes'])}."]
    if options.pdf:
        printed = target.with_suffix(".pdf")
        _write(printed, as_pdf(page))
        result["pdf"] = str(printed)
        lines.append(f"Printed to {plain(printed)}.")
    return result, "\n".join(lines)


def _runs(home: Workspace, what: list[str], metric: str) -> "list[RunCard]":
    """Finished runs by their ids, or those of a data set that Compare would show."""
    from recsys_core.report.facts import newest_comparable

    if len(what) == 1 and what[0] not in {run.id for run in home.runs()}:
        return newest_comparable(home, home.find_dataset(what[0]), metric)
    return [home.find_run(run) for run in dict.fromkeys(what)]


def _card(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.report.markdown import as_markdown
    from recsys_core.report.model_card import card_of
    from recsys_core.report.page import as_html, body_of

    target = _file(options.out, (".html", ".md"))
    card = card_of(workspace(), workspace().find_run(options.run))
    head = card.head.with_words(options.title, options.author, options.text)
    is_page = target.suffix.lower() == ".html"
    page = as_html(head, body_of(card.sections)) if is_page else as_markdown(head, card.sections, card.metadata)
    _write(target, page.encode("utf-8"))
    result = {"file": str(target), "run": options.run, "metadata": card.metadata}
    return result, f"Written to {plain(target)}."


def _file(name: str, kinds: tuple[str, ...]) -> Path:
    target = Path(name)
    if target.suffix.lower() not in kinds:
        raise ConfigError(f"{name!r} does not end in {' or '.join(kinds)}.", "Give it such a name.", "bad-file")
    return target


def _write(target: Path, content: bytes) -> None:
    try:
        target.write_bytes(content)
    except OSError as error:
        raise StoreError(
            f"{target} cannot be written: {error.strerror or error}.", "Choose another place.", "cannot-write"
        ) from error


VERBS = (
    Verb("report", "Write a comparison down as one page to hand over.", _report_arguments, _report),
    Verb(
        "model-card", "Write down what a model is for, what it learned from and how good it is.", _card_arguments, _card
    ),
)

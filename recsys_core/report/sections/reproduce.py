"""How to make the runs again: commands, versions, seeds, fingerprints."""

import shlex
from collections.abc import Callable, Iterator

from recsys_core.comparing.passports import tuning_of
from recsys_core.data.findings import counted
from recsys_core.errors import StudioError
from recsys_core.report.blocks import Block, Code, Heading, Note, Paragraph, Table, table_of
from recsys_core.report.facts import Facts
from recsys_core.runs.cards import RunCard
from recsys_core.runs.reproduce import generate_again, reproduce
from recsys_core.runs.store import Workspace


def how_to_reproduce(facts: Facts) -> Iterator[Block]:
    """The section."""
    yield Paragraph(
        "Each command trains one of the models again and measures the same figures, to the last digit, on the same "
        "machine. It runs in the folder of Foretaste with its environment active, where FORETASTE_HOME names a "
        "workspace that holds the data set; the fingerprint tells whether it is the same one."
    )
    card = facts.card
    if card is not None and card.made is not None:
        yield Heading("The data set")
        yield _code(facts.workspace, lambda: generate_again(facts.workspace, card))
    for title, run in facts.cards.items():
        yield Heading(title)
        yield again(facts.workspace, run)
    yield what_they_were(facts.cards)
    versions = dict.fromkeys(_versions(run) for run in facts.cards.values())
    yield Note(f"Versions: {'; '.join(versions)}.")


def again(workspace: Workspace, run: RunCard) -> Block:
    """The command that makes a run again, or why there is none."""
    return _code(workspace, lambda: reproduce(workspace, run).command)


def _code(workspace: Workspace, command: Callable[[], str]) -> Block:
    """Without the place of this workspace, which is nobody else's business."""
    try:
        return Code(command().replace(f"FORETASTE_HOME={shlex.quote(str(workspace.root))} ", ""))
    except StudioError as error:
        return Note(str(error))


def what_they_were(runs: dict[str, RunCard]) -> Table:
    """Seeds and fingerprints."""
    rows = []
    for title, run in runs.items():
        passport = run.about["passport"]
        rows.append(
            {
                "Model": title,
                "Run": run.id,
                "Seed": str(passport["seed"]),
                "Settings": tuning_of(passport),
                "Device": f"{passport['device']}, {counted(passport['threads'], 'thread')}",
                "Data": passport["dataset"]["fingerprint"][:12],
                "Split": passport["split"]["fingerprint"][:12],
            }
        )
    return table_of("What each run was", rows)


def _versions(run: RunCard) -> str:
    return ", ".join(f"{name} {version}" for name, version in run.about["passport"]["versions"].items())

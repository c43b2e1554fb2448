"""What a run has learned from, also by way of the runs that it began with."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from recsys_core.data.dataset import Dataset
from recsys_core.errors import SplitError, StoreError
from recsys_core.runs.before_after import Places, never_seen, not_learned, places_by_id
from recsys_core.runs.run_files import LoadedRun
from recsys_core.runs.store import Workspace
from recsys_core.splitting import TRAIN, VALID, Split, keeps_to
from recsys_core.transfer.match import Match


@dataclass(frozen=True)
class Ancestor:
    """A run in the lineage of another one.

    Attributes:
        split: what it learned from.
        is_elsewhere: a transfer lies between, so that equal ids need not mean the same.
    """

    split: Split
    is_elsewhere: bool

    def places(self, dataset: Dataset) -> Places:
        """Where the people and items of a data set stand in this one."""
        if not self.is_elsewhere:
            return places_by_id(dataset, self.split.dataset)
        found = find_match(self.split.dataset, dataset)
        return found.people, found.items

    def untold(self, parts: Split) -> int:
        """How many events taught it, or chose its best epoch, of which a split does not tell."""
        if self.is_elsewhere:
            return len(self.split.events(TRAIN, VALID))
        return not_learned(self.split, parts)


def lineage(workspace: Workspace, run: LoadedRun, is_elsewhere: bool = False) -> Iterator[Ancestor]:
    """A run, and those that it went on from, as far back as there is anything that it does not tell.

    Args:
        is_elsewhere: whether the run itself lies beyond a transfer.

    Raises:
        StoreError: one of them cannot be read any more.
    """
    yield Ancestor(run.split, is_elsewhere)
    while start := _start(run):
        try:
            source = workspace.load_run(start)
        except StoreError as error:
            raise StoreError(
                f"The run {start}, which {run.about['id']} went on from, cannot be read any more, so nobody can "
                f"tell what {run.about['id']} has learned from.",
                "Go on from another run, or train from scratch.",
                "source-gone",
            ) from error
        is_elsewhere = is_elsewhere or "transfer" in run.about
        yield Ancestor(source.split, is_elsewhere)
        run = source


def _start(run: LoadedRun) -> str:
    """The run that it began with; "" where there is none, or where its own split tells all."""
    if "transfer" in run.about:
        return str(run.about["transfer"]["run"])
    start = run.about.get("fine_tune")
    return str(start["run"]) if start and start.get("outside", 1) else ""


def require_unseen(parts: Split, ancestors: Iterable[Ancestor]) -> None:
    """Refuse to judge what has learned from generated people by events that their generator may have known.

    Raises:
        SplitError: it learned from another split of these data, or from another version of them.
    """
    name, own = parts.dataset.name, parts.dataset.made
    real = parts.dataset.fingerprint if own is None else own.learned_from
    for made in (ancestor.split.dataset.made for ancestor in ancestors):
        if made is None or made.recipe is None or (made.learned_from != real and made.learned_name != name):
            continue
        if made.learned_from != real:
            raise SplitError(
                f"The run has learned from people generated after another version of {name!r}, so nobody can tell "
                "which of the events that are held out here their generator knew.",
                "Choose a run of people who were generated after these data.",
                "seen-by-generator",
            )
        if not keeps_to(made, parts.recipe):
            raise SplitError(
                "The run has learned from people whose generator knew the training events of another split of "
                f"{name!r}, and with them some that this one holds out.",
                f"Keep to the split {made.recipe['key']!r} that the generator kept to, or generate people anew.",
                "seen-by-generator",
            )


def never_learned(parts: Split, ancestors: Iterable[Ancestor]) -> tuple[Split, int]:
    """A split in which nothing judges that any of them has learned from already, and how many events that concerns."""
    moved = 0
    for ancestor in ancestors:
        parts, more = never_seen(parts, ancestor.split, ancestor.places(parts.dataset))
        moved += more
    return parts, moved


def find_match(source: Dataset, target: Dataset, people: bool | None = None) -> Match:
    """Which people and items of a data set are those of another one."""
    from recsys_core.transfer.matching import match  # brings scikit-learn

    return match(source, target, people=people)

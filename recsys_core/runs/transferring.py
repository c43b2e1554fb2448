"""Transfer: a model for one data set that begins with what a finished run has learned from another one."""

import copy
from dataclasses import dataclass, replace
from typing import ClassVar

from recsys_core.errors import ConfigError, ModelError, SplitError, StoreError
from recsys_core.models import COMPOSED, Recommender
from recsys_core.models.base import Config
from recsys_core.models.transferred import Transferred
from recsys_core.models.warm_starts import require_same_shape
from recsys_core.runs.before_after import never_seen
from recsys_core.runs.cards import RunCard
from recsys_core.runs.jobs import TransferFrom, TransferSpec
from recsys_core.runs.lineage import find_match, lineage, never_learned, require_unseen
from recsys_core.runs.run_files import LoadedRun
from recsys_core.runs.store import Workspace
from recsys_core.splitting import Split
from recsys_core.training.context import FitContext
from recsys_core.transfer.adapting import FIX, Source, adapt, plans_to_try, why_not
from recsys_core.transfer.match import Match
from recsys_core.transfer.plan import Plan, Way
from recsys_core.types import Json


@dataclass(frozen=True)
class Ready:
    """A source and a target, matched.

    Attributes:
        run: what is transferred.
        parts: the target's split, in which nothing judges that the run has learned from.
        moved: held-out events that were taken back for that.
    """

    run: LoadedRun
    source: Source
    match: Match
    parts: Split
    moved: int


def make_ready(workspace: Workspace, spec: TransferFrom | TransferSpec, parts: Split) -> Ready:
    """Load the source and find its people and items in the target.

    Args:
        parts: of the target.

    Raises:
        StoreError: the run is gone, or nobody can tell any more what it has learned from.
        ModelError: nothing of the run can be transferred, or it learned from these very data.
        SplitError: the run has learned from all that the split holds out, or from people whose generator may have known
            some of it.
    """
    card = find_source(workspace, spec.run)
    run = workspace.load_run(card.id)
    require_other_data(card, parts.dataset.fingerprint)
    source = source_of(workspace, card, run)
    match = find_match(run.split.dataset, parts.dataset, spec.people)  # as the list of sources shows it
    if spec.pairs:
        match = match.changed(spec.pairs, run.split.dataset, parts.dataset)
    first, *earlier = lineage(workspace, run, is_elsewhere=True)
    require_unseen(parts, [first, *earlier])
    amended, moved = never_seen(parts, run.split, (match.people, match.items))
    amended, more = never_learned(amended, earlier)
    if not len(amended.test.warm_users):
        raise SplitError(
            f"There is nobody to judge a transfer on: {parts.dataset.name!r} holds out nothing of anybody of whom "
            f"something is known and that the run {card.id} has not learned from.",
            "Choose another split or another source, or bring more events.",
            "nobody-to-judge",
        )
    return Ready(run, source, match, amended, moved + more)


def source_of(workspace: Workspace, card: RunCard, run: LoadedRun) -> Source:
    """A finished run, as a transfer sees it."""
    weights = workspace.load_weights(card.id) if card.parts else {}
    return Source(run.model, weights, tuple(card.parts), run.split.train, int(card.about["best_epoch"] or 0))


def suiting_plans(ready: Ready) -> tuple[Plan, ...]:
    """The plans that suit, the likeliest first.

    Raises:
        ModelError: there is none.
    """
    plans = plans_to_try(ready.source, ready.match, ready.parts.train)
    if not plans:
        require_fitting(ready, Plan(way=Way.AS_IT_IS))  # which asks for least
    return tuple(plans)


def require_fitting(ready: Ready, plan: Plan) -> None:
    """Refuse a plan that does not fit.

    Raises:
        ModelError: says why.
    """
    reason = why_not(ready.source, ready.match, plan, ready.parts.train)
    if reason:
        raise ModelError(f"{ready.source.model.title} cannot be transferred like this: {reason}", FIX, "does-not-fit")


def find_source(workspace: Workspace, identifier: str) -> RunCard:
    """A run that can be transferred.

    Raises:
        StoreError: it is gone.
        ModelError: it is made of other runs.
    """
    try:
        card = workspace.find_run(identifier)
    except StoreError as error:
        raise StoreError(
            f"The run {identifier}, which is to be transferred, is not there; perhaps it was deleted.",
            "Choose another source. What was measured before stays.",
            "unknown-run",
        ) from error
    if card.model in {model.info.key for model in COMPOSED}:
        raise ModelError(
            f"{card.title} ({card.id}) is made of other models, so it cannot be transferred.",
            "Choose one of those that it is made of.",
            "composed",
        )
    return card


def require_other_data(card: RunCard, fingerprint: str) -> None:
    """Refuse a transfer to the very data that a run has learned from.

    Raises:
        ModelError: it would be fine-tuning.
    """
    if card.about["passport"]["dataset"]["fingerprint"] == fingerprint:
        raise ModelError(
            f"The run {card.id} has learned from {card.about['dataset_name']!r} itself: going on from it there is "
            "fine-tuning, not transfer.",
            f"Fine-tune it on Train, or with: train DATASET --from {card.id}. Or choose a run of other data.",
            "same-data",
        )


@dataclass(frozen=True)
class Transferring:
    """What a run by transfer starts from; ``source`` has the settings that its spec asks for."""

    key: ClassVar[str] = "transfer"

    spec: TransferFrom
    ready: Ready
    source: Source

    @property
    def parts(self) -> Split:
        """The target's split, in which nothing judges that the source has learned from."""
        return self.ready.parts

    @property
    def moved(self) -> int:
        """Held-out events that were taken back for that."""
        return self.ready.moved

    @property
    def judged(self) -> Recommender:
        """What the validation events judge: lists, wherever the model comes out as one that only ranks."""
        plan = self.spec.plan
        only_ranks = plan.calibrated or plan.way in (Way.JOINT, Way.AS_IT_IS)
        return Transferred() if only_ranks else self.source.model

    def fit(self, context: FitContext) -> Recommender:
        """The model for the target; one that is made of another tells how that was trained and what it read."""
        model = adapt(self.source, self.ready.match, self.spec.plan, self.parts, context)
        if isinstance(model, Transferred):
            place = -1 if self.spec.plan.way is Way.AS_IT_IS else 0  # there only what stands beside may have learned
            trained = model.tastes[place].model
            model.training = trained.training and replace(trained.training, learned={})  # nothing goes on from it
            model.coverage = () if self.spec.plan.way is Way.JOINT else trained.coverage
        return model

    def words(self, model: Recommender) -> Json:
        """What the card says otherwise than that of a run from scratch."""
        words = {"title": f"{self.source.model.title}, transferred"}
        if model.training is None and self.spec.plan.way is Way.AS_IT_IS and not self.spec.plan.beside:
            words["ending"] = "Taken over as it is: nothing was learned."
        return words

    def outcome(self, model: Recommender) -> Json:
        """What was transferred, for the card of the fitted model."""
        about, match = self.ready.run.about, self.ready.match
        return {
            "run": about["id"],
            "title": about["title"],
            "dataset": about["dataset"],
            "dataset_name": about["dataset_name"],
            "people": match.n_people,
            "items": match.n_items,
            "how": match.by_way(),
            "plan": self.spec.plan.model_dump(mode="json"),
            "plan_title": self.spec.plan.title,
            "weights": list(model.config.weights) if isinstance(model, Transferred) else None,
            "moved": self.moved,
        }

    def passport(self) -> Json:
        """What is needed to do it again."""
        passport = self.ready.run.about["passport"]
        return self.spec.model_dump(mode="json") | {
            "dataset": passport["dataset"]["fingerprint"],
            "split": passport["split"]["fingerprint"],
            "config": self.source.model.config.model_dump(mode="json"),
        }


def prepare_transfer(
    workspace: Workspace, spec: TransferFrom, model: str, config: Config, parts: Split
) -> Transferring:
    """What is there before the training of a run by transfer.

    Args:
        model, config: the source's kind, and its settings; how it learns may be changed.
        parts: of the target.

    Raises:
        StudioError: see :func:`make_ready`; or it is another model, or has another shape, than the source.
    """
    ready = make_ready(workspace, spec, parts)
    if ready.run.about["model"] != model:
        raise ConfigError(
            f"The run {spec.run} is of the model {ready.run.about['model']}, so it cannot be transferred as {model}.",
            f"Choose the model {ready.run.about['model']}.",
            "other-model",
        )
    require_same_shape(ready.source.model.config, config)
    asked = copy.copy(ready.source.model)
    asked.config = config
    return Transferring(spec, ready, replace(ready.source, model=asked))

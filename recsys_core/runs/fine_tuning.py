"""Fine-tuning: a training that goes on from a finished run, on more or newer data."""

from dataclasses import dataclass
from typing import Any, ClassVar

from recsys_core.errors import AbilityError, ConfigError, SplitError
from recsys_core.models import COMPOSED, Ability, Recommender, find_model
from recsys_core.models.transferred import Transferred
from recsys_core.models.warm_starts import fine_tuning_settings, require_same_shape, warm_start
from recsys_core.runs.before_after import forgetting, gain
from recsys_core.runs.cards import RunCard
from recsys_core.runs.jobs import FineTune
from recsys_core.runs.lineage import lineage, never_learned, require_unseen
from recsys_core.runs.run_files import LoadedRun
from recsys_core.runs.store import Workspace
from recsys_core.splitting import Split
from recsys_core.training.warm_start import Part, WarmStart
from recsys_core.types import Json


@dataclass(frozen=True)
class FineTuning:
    """What a fine-tuning starts from.

    Attributes:
        run: to go on from.
        parts: the new split, in which nothing judges that the run, or one that it went on from, has learned from.
        warm: what the model begins with.
        moved: held-out events that were taken back for that.
        outside: events that they learned from and that the new model is not shown: the split does not tell of them.
    """

    key: ClassVar[str] = "fine_tune"

    spec: FineTune
    run: LoadedRun
    parts: Split
    warm: WarmStart
    moved: int
    outside: int

    def outcome(self, model: Recommender) -> Json:
        """What was gained and forgotten, for the card of the fitted model."""
        about = self.run.about
        changes = {"gain": gain, "forgetting": forgetting}
        return {
            "run": about["id"],
            "title": about["title"],
            "dataset_name": about["dataset_name"],
            "moved": self.moved,
            "outside": self.outside,
            **{
                name: measure(self.run.model, self.run.split, model, self.parts).as_json()
                for name, measure in changes.items()
            },
        }

    def passport(self) -> Json:
        """What is needed to do it again."""
        passport = self.run.about["passport"]
        return {
            "run": self.run.about["id"],
            "dataset": passport["dataset"]["fingerprint"],
            "split": passport["split"]["fingerprint"],
            "rates": {part.value: rate for part, rate in self.spec.rates.items()},
        }


def usual_settings(card: RunCard) -> dict[str, Any]:
    """The settings of a run, changed so that a training which goes on from it is short and gentle.

    Raises:
        AbilityError: the model does not learn in epochs.
    """
    if card.model == Transferred.info.key:
        raise AbilityError(
            f"{card.title} answers with what was carried over and with what is popular here; none of it learns on.",
            "Do the transfer again on the new data.",
        )
    if card.model in {model.info.key for model in COMPOSED}:
        raise AbilityError(
            f"{card.title} is made of finished models, so there is nothing to go on from.",
            "Go on from one of its members, and blend anew.",
        )
    kind = find_model(card.model)
    if Ability.WARM_START not in kind.info.abilities:
        raise AbilityError(
            f"{card.title} learns in one step, so there is nothing to go on from.", "Train it on the new data instead."
        )
    config = kind.Config.parse(card.about["passport"]["config"])
    return fine_tuning_settings(config, int(card.about["epochs"] or 0))


def usual_rates(card: RunCard) -> dict[Part, float]:
    """The rates that suit a training which goes on from a run: those of each part that it has."""
    config = find_model(card.model).Config.parse(card.about["passport"]["config"])
    return dict.fromkeys(card.parts, config.warm.rate)


def prepare(workspace: Workspace, spec: FineTune, model: Recommender, parts: Split) -> FineTuning:
    """Load the run and match its people and items with those of the new data.

    Raises:
        StoreError: the run is gone, cannot be continued, or nobody can tell any more what it has learned from.
        ConfigError: the model is another one, or its shape is.
        ModelError: the data are of another domain.
        SplitError: the run has learned from all that the split holds out, or from people whose generator may have known
            some of it.
    """
    run = workspace.load_run(spec.run)
    _require_same_model(run.about, model)
    require_same_shape(run.model.config, model.config)
    ancestors = list(lineage(workspace, run))
    require_unseen(parts, ancestors)
    amended, moved = never_learned(parts, ancestors)
    if not len(amended.test.warm_users):
        raise SplitError(
            f"The run {spec.run} has learned from all {moved:,} events that this split would judge it by.",
            "Choose newer data, or a split per person by time.",
            "all-seen",
        )
    weights = workspace.load_weights(spec.run)
    warm = warm_start(run.model, weights, run.split.train, amended.train, spec.rates)
    return FineTuning(spec, run, amended, warm, moved, sum(one.untold(amended) for one in ancestors))


def _require_same_model(about: Json, model: Recommender) -> None:
    if about["model"] != model.info.key:
        raise ConfigError(
            f"The run {about['id']} is a {about['title']}, so no {model.title} can go on from it.",
            f"Choose the model {about['model']}.",
            "other-model",
        )

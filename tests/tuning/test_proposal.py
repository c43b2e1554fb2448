"""Proposals depend on the trials so far, the number and the seed, and on nothing else."""

from dataclasses import replace

import numpy as np

from recsys_core.models.ease import EASE
from recsys_core.tuning.proposal import propose
from recsys_core.tuning.space import as_it_comes
from recsys_core.tuning.trial import Ended, Trial, best_of


def judged(trial: Trial) -> Trial:
    """A made-up figure: best at a regularisation of 30."""
    return replace(trial, ended=Ended.DONE, curve=(-abs(np.log10(trial.settings["regularisation"] / 30)),))


def searched(trials: int, seed: int = 0) -> list[Trial]:
    made: list[Trial] = []
    for number in range(1, trials + 1):
        made.append(judged(propose("ease", number, made, "ndcg@10", seed)))
    return made


def test_the_first_trial_tries_the_settings_as_they_come():
    assert propose("ease", 1, [], "ndcg@10", seed=7).settings == as_it_comes(EASE)


def test_the_same_trials_lead_to_the_same_proposal_whatever_was_asked_before():
    made = searched(9)
    again = propose("ease", 9, made[:8], "ndcg@10", seed=0)
    propose("ease", 3, made[:2], "ndcg@10", seed=5)
    assert propose("ease", 9, made[:8], "ndcg@10", seed=0) == again
    assert again.settings == made[8].settings
    assert propose("ease", 9, made[:8], "ndcg@10", seed=1) != again
    other = [replace(trial, curve=(-trial.curve[0],)) for trial in made[:8]]
    assert propose("ease", 9, other, "ndcg@10", seed=0) != again


def test_proposals_move_to_where_it_is_better():
    made = searched(25)
    best = best_of(made, "ndcg@10")
    assert best is not None
    assert best.curve[0] > -0.1
    late, early = ([trial.curve[0] for trial in part] for part in (made[10:], made[1:6]))
    assert np.mean(late) > np.mean(early)


def test_pruned_and_failed_trials_are_understood_and_optuna_says_nothing(capsys):
    made = searched(7)
    mixed = [
        *made[:5],
        replace(made[5], ended=Ended.PRUNED, curve=(-2.0, -1.9)),
        replace(made[6], ended=Ended.FAILED, curve=()),
    ]
    propose("ease", 8, mixed, "ndcg@10", seed=0)
    assert capsys.readouterr() == ("", "")


def test_trials_of_another_version_are_left_out():
    made = searched(6)
    odd = [
        replace(made[2], settings={"regularisation": 20.0}),
        replace(made[3], settings=made[3].settings | {"user_normalisation": 7.0}),
    ]
    assert propose("ease", 9, [*made, *odd], "ndcg@10", seed=0) == propose("ease", 9, made, "ndcg@10", seed=0)


def test_the_best_trial_is_the_earliest_of_equals_and_never_a_pruned_one():
    made = searched(3)
    equal = [replace(trial, curve=(1.0,)) for trial in made]
    assert best_of(equal, "ndcg@10") == equal[0]
    assert best_of([replace(equal[0], ended=Ended.PRUNED), made[1]], "ndcg@10") == made[1]
    assert best_of([replace(equal[0], curve=(2.0, 0.5)), equal[1]], "rmse").number == 1
    assert best_of([], "ndcg@10") is None

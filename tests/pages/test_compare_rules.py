"""Compare, rules: chosen, set, judged, and told with the shell's own figures."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.compare_rules import told_by_genres
from pages.shared.nav import COMPARE
from recsys_core import cli
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.statistics.estimates import Estimate
from tests.pages.test_train_page import opened, said
from tests.runs.test_blend_job import trained


@pytest.fixture
def run(workspace: Workspace) -> RunCard:
    return trained(workspace, "ease")


def with_rules(run: RunCard, *keys: str, metric: str = "ndcg") -> AppTest:
    at = opened(COMPARE, section="Rules", metric=metric)
    at.selectbox(key="rules-run").set_value(run.id).run()
    at.multiselect(key="rules").set_value(list(keys)).run()
    assert not at.exception
    return at


def test_without_rules_there_is_nothing_to_tell(run):
    at = with_rules(run)
    assert not at.dataframe
    assert not at.error


def test_the_page_tells_what_the_shell_tells(run, capsys):
    at = with_rules(run, "boost", "diversify")
    at.multiselect(key="rule-boost-items").set_value(["id=i3", "id=i4"]).run()
    at.number_input(key="rule-boost-places").set_value(4).run()
    at.selectbox(key="rule-diversify-by").set_value("people").run()
    at.slider(key="rule-diversify-relevance").set_value(0.5).run()
    assert not at.exception
    rules = ["--rule", "boost", "items=id=i3,id=i4", "places=4", "--rule", "diversify", "by=people", "relevance=0.5"]
    assert cli.main(["rules", run.id, *rules, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["sentence"] in said(at)
    table = at.dataframe[0].value.set_index("Figure")
    assert table.loc["NDCG@10", "After"] == document["changes"]["ndcg@10"]["after"]
    assert table.loc["Coverage", "Difference"] == document["changes"]["coverage"]["difference"]["value"]
    before = "".join(html.body for html in at.get("html"))
    assert "new in the list" in before or "↑" in before


def test_other_weights_are_tried_when_asked_for(run):
    at = with_rules(run, "diversify")
    at.selectbox(key="rule-diversify-by").set_value("people").run()
    assert "Each point is a λ" not in said(at)
    at.toggle(key="rules-try-others").set_value(True).run()
    assert not at.exception
    words = said(at)
    assert "Each point is a λ" in words
    assert "λ = 0.8 changes diversity by +" in words
    assert "; λ = 0 changes diversity by +" in words


def test_what_the_data_do_not_tell_is_said(run):
    at = with_rules(run, "diversify")
    assert "have no genres" in at.error[0].value
    at = with_rules(run, "exclude")
    at.multiselect(key="rule-exclude-items").set_value(["colour=red"]).run()
    assert "cannot be understood" in at.error[0].value.replace("\\", "")


def test_fields_that_mean_nothing_are_not_drawn(run):
    at = with_rules(run, "new_items")
    assert {slider.key for slider in at.slider} == {"rule-new_items-share", "rule-new_items-latest"}
    at.selectbox(key="rule-new_items-new").set_value("met by few").run()
    assert {slider.key for slider in at.slider} == {"rule-new_items-share"}
    assert at.number_input(key="rule-new_items-at_most").value == 5
    at.slider(key="rule-new_items-share").set_value(1.0).run()
    assert "100 % were asked for" in said(at)


def test_a_metric_that_judges_no_lists_gives_way(run):
    at = with_rules(run, "exclude", metric="coverage")
    at.multiselect(key="rule-exclude-items").set_value(["id=i3"]).run()
    assert "Leaving out id=i3 " in said(at)
    assert " NDCG@10 " in said(at)


def test_the_shell_says_the_same_to_people(run, capsys):
    assert cli.main(["rules", run.id, "--rule", "exclude", "items=id=i3", "--metric", "recall@5"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Leaving out id=i3 ")
    assert "Recall@5" in out
    assert "Novelty" in out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--rule", "magic"], "unknown-rule"),
        (["--rule", "boost", "places"], "bad-setting"),
        (["--rule", "boost", "places=many"], "bad-setting"),
        (["--rule", "diversify", "depth=3"], "unknown-setting"),
        (["--rule", "exclude", "items=colour=red"], "bad-condition"),
        (["--rule", "exclude", "--metric", "rmse"], "unknown-metric"),
        ([], "usage"),
    ],
)
def test_the_shell_refuses_what_means_nothing(run, words, code, capsys):
    assert cli.main(["rules", run.id, *words, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code


def test_diversity_by_genres_is_told_once():
    from recsys_core.rules.judging import Change, Outcome

    def outcome(after: float) -> Outcome:
        changes = {"genre_diversity@10": Change(0.5, 0.6, Estimate(0.1, 0.05, 0.15))}
        changes["diversity"] = Change(0.5, after, Estimate(after - 0.5, 0.05, 0.15))
        return Outcome((), np.array([0]), np.zeros((1, 1), np.int32), np.zeros((1, 1), np.int32), changes)

    assert told_by_genres(outcome(0.6 + 1e-15))
    assert not told_by_genres(outcome(0.7)), "judged by something else"

"""Guests and Your taste: a vote from its beginning to its end."""

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.browser import ROOT
from pages.shared import visitors, vote_box, vote_invitation
from pages.shared.nav import GUEST, GUESTS
from recsys_core.models import find_model
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.types import Feedback
from recsys_core.voting.ballot import Choice, Poll
from recsys_core.voting.ballot_box import BallotBox
from tests import worlds
from tests.by_genre import two_tastes
from tests.pages.test_recommendations_page import run_of
from tests.pages.test_train_page import opened, press, said

FIVE = "0-5.2-5.4-5.6-5.8-5"  # answers, as the address has them; all are horror films


@pytest.fixture
def runs(workspace: Workspace) -> tuple[RunCard, RunCard]:
    return run_of(workspace, two_tastes(), "ease"), run_of(workspace, two_tastes(), "popularity")


@pytest.fixture
def box(workspace: Workspace) -> BallotBox:
    return BallotBox(workspace.database)


@pytest.fixture
def poll(box: BallotBox, runs) -> Poll:
    return box.open(runs, 0.7, np.random.default_rng(0))


@pytest.fixture(autouse=True)
def guest(monkeypatch) -> str:
    """The number of this visitor's browser."""
    monkeypatch.setattr(visitors, "number", lambda: "ann")
    return "ann"


def at_page(page, **address: str) -> AppTest:
    """A page with this address."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.run()
    at.switch_page(str(ROOT / page.path))
    for key, value in address.items():
        at.query_params[key] = value
    at.run()
    assert not at.exception
    return at


def answered(at: AppTest, label: str, times: int) -> AppTest:
    for _ in range(times):
        press(at, label)
    return at


def lists(at: AppTest) -> list[list[str]]:
    """The titles of each list."""
    drawn = [html.body for html in at.get("html") if html.body.startswith('<div class="ft-rows')]
    return [re.findall(r'<h4 title="([^"]*)"', body) for body in drawn]


# The guest


def test_a_guest_rates_five_sees_two_lists_and_votes_once(box, poll):
    at = at_page(GUEST, vote=poll.code)
    assert "0 of 5 rated" in at.get("progress")[0].proto.text
    assert "No name is asked for" in said(at)
    press(at, "I don't know it")
    answered(at, "I like it", 5)
    assert [title.value for title in at.subheader] == ["List A", "List B"]
    assert [len(one) for one in lists(at)] == [5, 5]
    assert not {"EASE", "Popularity"} & set(re.findall(r"\w+", said(at)))
    press(at, "I would rather have B")
    assert "Your vote for **list B** counts." in at.success[0].value
    assert box.choices(poll.code) == [poll.sides("ann")[1]]
    again = at_page(GUEST, vote=poll.code)
    assert "Your vote for **list B** counts." in again.success[0].value
    assert not again.button


def test_each_list_is_that_of_its_model(poll):
    """EASE has the other horror films for who likes horror; popularity knows no taste."""
    of_a, of_b = lists(at_page(GUEST, vote=poll.code, rated=FIVE))
    others = {f"Horror {item}" for item in (10, 12, 14, 16, 18)}
    is_a = poll.title(poll.sides("ann")[0]) == "EASE"
    assert set(of_a) == others if is_a else set(of_b) == others
    assert set(of_a) != set(of_b)


def test_what_is_not_for_a_guest_is_in_no_list(poll):
    """Of six other horror films, two of which are disliked, each list of five would have one of these."""
    at = at_page(GUEST, vote=poll.code, rated="0-5.2-5.4-5.6-5.8-1.10-1")
    assert len(lists(at)) == 2
    assert not {"Horror 8", "Horror 10"} & {title for one in lists(at) for title in one}


def test_the_address_holds_the_answers_so_a_reload_loses_nothing(poll):
    at = answered(at_page(GUEST, vote=poll.code), "I like it", 2)
    rated = at.query_params["rated"]
    assert rated.count("-5") == 2
    again = at_page(GUEST, vote=poll.code, rated=rated)
    assert "2 of 5 rated" in again.get("progress")[0].proto.text
    press(again, "Back")
    assert "1 of 5 rated" in again.get("progress")[0].proto.text


def test_what_is_odd_in_an_address_is_passed_over(poll):
    at = at_page(GUEST, vote=poll.code, rated=".x.1-9.999999-5.-1-5.0-0.1-5.<b>.")
    assert "1 of 5 rated" in at.get("progress")[0].proto.text
    assert press(at, "Back").query_params["rated"] == "0-0"


def test_who_likes_nothing_is_asked_on(poll):
    at = press(at_page(GUEST, vote=poll.code, rated="0-1.1-1.2-1.3-1"), "Not for me")
    assert "One more, please: something that you like" in at.get("progress")[0].proto.text
    press(at, "I like it")
    assert len(lists(at)) == 2


def test_who_knows_nothing_at_all_is_told_so(poll):
    at = at_page(GUEST, vote=poll.code, rated=".".join(f"{item}-0" for item in range(20)))
    assert "there is no list" in at.info[0].value


def test_stars_are_asked_where_the_data_have_ratings(box, workspace):
    world = worlds.two_camps(60, Feedback.EXPLICIT).dataset
    runs = run_of(workspace, world, "ease"), run_of(workspace, world, "popularity")
    at = at_page(GUEST, vote=box.open(runs, 0.7, np.random.default_rng(0)).code)
    next(iter(at.get("feedback"))).set_value(3).run()
    assert not at.exception
    assert at.query_params["rated"].endswith("-4")


def test_no_difference_is_a_vote(box, poll):
    at = at_page(GUEST, vote=poll.code, rated=FIVE)
    press(at, "No difference to me")
    assert "Your vote for **no difference** counts." in at.success[0].value
    assert box.choices(poll.code) == [Choice.NEITHER]


def test_names_are_told_after_the_host_reveals_them(box, poll):
    at = press(at_page(GUEST, vote=poll.code, rated=FIVE), "I would rather have A")
    assert "as soon as the host reveals it" in said(at)
    box.reveal(poll.code)
    at.run()
    one, other = (poll.title(side) for side in poll.sides("ann"))
    assert f"A was {one}, B was {other}." in said(at)


def test_a_closed_vote_says_so(box, poll):
    at = at_page(GUEST, vote=poll.code, rated=FIVE)
    box.set_open(poll.code, False)
    button = next(one for one in at.button if one.label == "I would rather have A")
    button.click().run()
    assert "This vote is closed" in at.info[0].value
    assert box.choices(poll.code) == []


def test_a_link_to_nothing_says_what_to_do():
    assert "There is no vote with this code" in at_page(GUEST, vote="nothing").error[0].value.replace("\\", "")


def test_a_browser_without_cookies_is_asked_for_them(poll, monkeypatch):
    monkeypatch.setattr(visitors, "number", lambda: "")
    assert "keeps no cookies" in at_page(GUEST, vote=poll.code).warning[0].value


# The host


def test_without_two_models_the_next_step_is_said(workspace):
    assert "There is no data set yet." in said(opened(GUESTS))
    run_of(workspace, two_tastes(), "ease")
    assert "A vote needs two models" in said(opened(GUESTS))


def test_only_models_that_serve_new_people_are_offered(runs, monkeypatch):
    monkeypatch.setattr(vote_box, "MODELS", [find_model("ease")])
    assert [run.model for run in vote_box.votable(runs[0].dataset)] == ["ease"]


def test_the_host_starts_a_vote_and_gets_a_link(box, runs, monkeypatch):
    monkeypatch.setenv("FORETASTE_GUESTS", "192.168.1.20")
    monkeypatch.setattr(visitors, "may_see_all", lambda: True)
    at = press(opened(GUESTS), "Start the vote")
    (poll,) = box.all()
    assert set(poll.runs) == {run.id for run in runs}
    assert poll.worth == 0.7
    page = " ".join(html.body for html in at.get("html"))
    assert f"/guest?vote={poll.code}</p>" in page
    assert ">http://192.168.1.20:" in page
    assert 'src="data:image/svg+xml' in page
    assert not at.warning
    assert "Still open: 0 votes with a preference" in said(at)


def test_a_link_that_works_here_alone_says_how_to_let_guests_in(poll, monkeypatch):
    monkeypatch.setattr(vote_invitation, "own_address", lambda: "192.168.1.20")
    assert "make run GUESTS=192.168.1.20" in at_page(GUESTS, vote=poll.code).warning[0].value


def test_the_tally_counts_and_keeps_the_names_to_itself_until_they_are_revealed(box, poll):
    for number in range(10):
        box.cast(poll.code, f"guest {number}", Choice.SECOND if number else Choice.NEITHER)
    at = at_page(GUESTS, vote=poll.code)
    assert [(metric.label, metric.value) for metric in at.metric] == [
        ("Votes", "10"), ("Prefer X", "0"), ("Prefer Y", "9"), ("No difference", "1"),
    ]  # fmt: skip
    assert "You may stop: Y is preferred" in said(at)
    assert "counts for neither side" in said(at)
    assert not {"EASE", "Popularity"} & set(re.findall(r"\w+", said(at)))
    press(at, "Reveal the names")
    assert "nobody can vote any more" in at.info[0].value
    assert "Open it again" not in [button.label for button in at.button]
    assert f"Decided: {poll.titles[1]} is preferred" in said(at)


def test_the_host_closes_and_deletes(box, poll):
    at = press(at_page(GUESTS, vote=poll.code), "Close the vote")
    assert not box.find(poll.code).is_open
    assert "This vote is closed" in at.info[0].value
    press(at, "Open it again")
    assert box.find(poll.code).is_open
    press(at, "Delete this vote")
    assert box.all() == []
    assert "vote" not in at.query_params


def test_earlier_votes_are_found_again(box, poll):
    at = opened(GUESTS)
    assert "open · names hidden · 0 votes" in said(at)
    (link,) = [one.proto for one in at.get("page_link") if "vote=" in one.proto.query_string]
    assert poll.code in link.query_string


def test_the_own_address_is_one_or_nothing():
    assert re.fullmatch(r"(\d+\.){3}\d+|", vote_invitation.own_address())

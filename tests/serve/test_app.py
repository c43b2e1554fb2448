"""The service as its callers see it."""

import asyncio
import json
import re
import threading

import numpy as np
import pytest
from starlette.testclient import TestClient

from recsys_core.explain.explainers import explain
from recsys_core.explain.person import ask
from recsys_core.figures.theme import DARK, LIGHT
from recsys_core.recommending import recommend_to_user
from recsys_core.serve import desk
from recsys_core.serve.app import DOCS, create_app
from recsys_core.serve.batching import Busy
from recsys_core.serve.gate import Lock
from recsys_core.serve.likeness import BY_PEOPLE, BY_VECTORS
from recsys_core.serve.limit import LARGEST
from recsys_core.serve.meter import Meter
from recsys_core.serve.served import Served
from tests.serve.served_runs import N_ITEMS, served

KEY = "0123456789abcdef"


@pytest.fixture(scope="module")
def run() -> Served:
    return served("als")


@pytest.fixture(scope="module")
def client(run: Served):
    app = create_app([run, served("item_knn")], Lock(None), Meter())
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        yield client


def refused(answer, status: int = 422) -> dict[str, str]:
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "fix"}
    assert all(error.values())
    return error


def test_a_known_person_by_body_and_by_address(client, run):
    by_body = client.post("/recommend", json={"user": "u4", "k": 5})
    assert by_body.status_code == 200
    found = by_body.json()
    assert client.get("/recommend?user=u4&k=5").json() == found
    assert (found["run"], found["data"], found["way"]) == ("als-1", "ratings", "known person")
    true = recommend_to_user(run.model, run.split, 4, 5)
    assert [one["id"] for one in found["items"]] == [f"i{item}" for item, _ in true]
    assert [one["title"] for one in found["items"]] == [f"Film {item:02}" for item, _ in true]
    assert [one["rank"] for one in found["items"]] == [1, 2, 3, 4, 5]


def test_a_history_by_body_and_by_address(client):
    history = [{"item": "i3", "rating": 5}, {"item": "i7"}]
    found = client.post("/recommend", json={"user": "nobody", "history": history}).json()
    assert found["way"] == "folded in from history"
    assert {"i3", "i7"}.isdisjoint(one["id"] for one in found["items"])
    assert client.get("/recommend?user=nobody&history=i3:5&history=i7").json() == found


def test_nobody_known_is_served_popularity_and_told_so(client, run):
    found = client.get("/recommend?user=nobody&k=1").json()
    assert found["way"] == "popularity"
    assert found["why"] == "Popularity, because this person is unknown and no history was given."
    assert found["score"] == "number of people who met the item in the training data"
    assert found["items"][0]["score"] == run.popularity.max()


def test_conditions_and_exclusions(client):
    whole = client.get(f"/recommend?user=u4&k={N_ITEMS}").json()["items"]
    westerns = client.get(f"/recommend?user=u4&k={N_ITEMS}&filter=genre=Western").json()["items"]
    ids = [one["id"] for one in whole if int(one["id"][1:]) % 3 == 0]
    assert [one["id"] for one in westerns] == ids
    assert len(ids) > 3
    asked = {"user": "u4", "filter": ["genre=Western"], "exclude": ids[:2], "k": 1}
    assert client.post("/recommend", json=asked).json()["items"][0]["id"] == ids[2]
    both = client.get("/recommend?user=u4&filter=genre=Western&filter=genre=Drama").json()
    assert both["items"] == []


def test_items_like_another_one(client, run):
    found = client.get("/similar?item=i5&k=4").json()
    vectors = run.model.item_vectors()
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    cosines = vectors @ vectors[5]
    best = np.argsort(-cosines)[1:5]
    assert found["by"] == BY_VECTORS
    assert [one["id"] for one in found["items"]] == [f"i{item}" for item in best]
    np.testing.assert_allclose([one["score"] for one in found["items"]], cosines[best], rtol=1e-5)
    met = np.zeros((40, N_ITEMS))
    events = run.split.train.interactions
    met[events.users, events.items] = 1
    together = (met.T @ met[:, 5]) / np.sqrt(np.maximum(met.sum(axis=0), 1) * met[:, 5].sum())
    together[5] = 0
    other = client.get("/similar?item=i5&k=3&run=item_knn-1").json()
    assert other["by"] == BY_PEOPLE
    np.testing.assert_allclose([one["score"] for one in other["items"]], np.sort(together)[::-1][:3], rtol=1e-5)


def test_reasons_are_those_of_the_library(client, run):
    item = recommend_to_user(run.model, run.split, 4, 1)[0][0]
    found = client.get(f"/explain?user=u4&item=i{item}&budget=200").json()
    *_, true = explain("shap-history", run.model, run.dataset, ask(run.split, 4, item), 200)
    assert found["score"] == true.contributions.score
    assert [part["key"] for part in found["parts"]] == [part.key for part in true.parts]
    assert found["sentence"].startswith(("Recommended", "Nothing", "The history"))
    asked = {"history": [{"item": "i3"}, {"item": "i7"}], "item": "i8", "method": "leave-one-out-history"}
    answer = client.post("/explain", json=asked).json()
    assert {part["key"] for part in answer["parts"]} == {"i3", "i7"}
    assert answer["way"] == "folded in from history"


def test_the_runs_and_what_they_offer(client):
    first, second = client.get("/models").json()["runs"]
    assert (first["run"], first["model"], first["scale"]) == ("als-1", "als", [1, 5])
    assert "linear-history" in second["methods"]
    assert "linear-history" not in first["methods"]
    assert client.get("/recommend?user=u4&run=item_knn-1").json()["run"] == "item_knn-1"


BAD = [
    ({"user": "u4", "k": 0}, "bad-field", "'k' cannot be 0: it must be at least 1"),
    ({"user": "u4", "k": 501}, "bad-field", "at most 500"),
    ({"user": "u4", "k": "ten"}, "bad-field", "'k' cannot be 'ten': it must be a whole number"),
    ({"user": ["u4"]}, "bad-field", "must be a text"),
    ({"user": "x" * 501}, "bad-field", "at most 500 letters"),
    ({"history": []}, "bad-field", r"'history' cannot be \[\]: it must be at least 1 long"),
    ({"history": "i3"}, "bad-field", "must be a list"),
    ({"history": ["i3"]}, "bad-field", "'history.0' cannot be 'i3': it must be an object"),
    ({"history": [{"rating": 3}]}, "missing-field", "'history.0.item' is missing"),
    ({"history": [{"item": "i3", "rating": "good"}]}, "bad-field", "must be a number"),
    ({"history": [{"item": "i3", "rating": 9}]}, "off-scale", "The rating 9 lies outside the scale"),
    ({"history": [{"item": "i3"}, {"item": "i3"}]}, "repeated-item", "'Film 03' comes twice"),
    ({"history": [{"item": "i300"}]}, "unknown-item", "no item with the id 'i300'"),
    ({"user": "u4", "exclude": ["film 1"]}, "unknown-item", "no item with the id 'film 1'"),
    ({"user": "u4", "filter": ["western"]}, "bad-condition", "'western' cannot be understood"),
    ({"user": "u4", "filter": ["genre=Horror"]}, "no-such-items", "has the genre 'Horror'"),
    ({"user": "u4", "run": "ease-1"}, "unknown-run", "'ease-1' is not served"),
    ({"usr": "u4"}, "unknown-field", "no field 'usr'"),
    ({}, "nobody", "Nobody is named"),
    (["u4"], "bad-body", "The body is not an object"),
]


@pytest.mark.parametrize(("asked", "code", "words"), BAD, ids=[f"{code}-{n}" for n, (_, code, _) in enumerate(BAD)])
def test_what_cannot_be_answered_is_said_in_words(client, asked, code, words):
    error = refused(client.post("/recommend", json=asked))
    assert error["code"] == code
    assert re.search(words, error["message"])


def test_near_ids_are_named(client):
    error = refused(client.get("/similar?item=Film 5"))
    assert "'i50' (Film 50)" in error["fix"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"user": ', "bad-json"),
        (b"\xff\xfe", "bad-json"),
        ("[" * 100_000, "bad-json"),
        ("", "bad-body"),
        ('{"history": [{"item": "i3", "rating": NaN}]}', "bad-field"),
        ('{"history": [{"item": "i3", "rating": 1e999}]}', "bad-field"),
    ],
)
def test_a_body_that_is_no_json(client, body, code):
    headers = {"Content-Type": "application/json"}
    assert refused(client.post("/recommend", content=body, headers=headers))["code"] == code


def test_a_body_without_the_header_is_told_so(client):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    error = refused(client.post("/recommend", content='{"user": "u4"}', headers=headers))
    assert "Content-Type: application/json" in error["fix"]


def test_a_body_that_is_too_large_whether_it_says_so_or_not(client):
    large = b" " * (LARGEST + 1)
    headers = {"Content-Type": "application/json"}
    assert refused(client.post("/recommend", content=large, headers=headers), 413)["code"] == "too-large"
    assert refused(client.post("/recommend", content=iter([large]), headers=headers), 413)["code"] == "too-large"


def test_paths_and_methods_that_there_are_not(client):
    assert refused(client.get("/people"), 404)["code"] == "unknown-path"
    assert refused(client.delete("/recommend"), 405)["message"] == "/recommend does not answer DELETE."


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("user=u4&item=i0&method=tarot", "cannot-explain"),
        ("user=u4&item=i0&method=linear-history", "cannot-explain"),
        ("user=nobody&item=i0", "no-reasons"),
        ("history=i0&item=i0", "known-item"),
        ("user=u4&item=i0&budget=1", "bad-field"),
        ("user=u4", "missing-field"),
        ("history=i0:good&item=i1", "bad-rating"),
    ],
)
def test_what_cannot_be_explained(client, address, code):
    assert refused(client.get(f"/explain?{address}"))["code"] == code


def test_what_a_person_has_met_is_not_explained(client, run):
    met = run.known.row(4)[0][0]
    assert refused(client.get(f"/explain?user=u4&item=i{met}"))["code"] == "known-item"


def test_lists_do_not_wait_for_reasons(client, monkeypatch):
    """One explanation is under way while a list is answered; others wait, and too many are turned away."""
    started, go_on = threading.Event(), threading.Event()

    def slow(*_):
        started.set()
        assert go_on.wait(10)
        raise Busy("It was slow.", "Ask again.")

    monkeypatch.setattr(desk, "reasons", slow)
    monkeypatch.setattr(desk, "MOST_EXPLAINING", 1)
    answers = []
    caller = threading.Thread(target=lambda: answers.append(client.get("/explain?user=u4&item=i0")))
    caller.start()
    assert started.wait(10)
    assert client.get("/recommend?user=u4").status_code == 200
    turned_away = client.get("/explain?user=u4&item=i0")
    assert refused(turned_away, 503)["code"] == "busy"
    assert turned_away.headers["Retry-After"] == "1"
    go_on.set()
    caller.join()
    assert refused(answers[0], 503)["message"] == "It was slow."


def test_an_explanation_that_takes_too_long_is_not_waited_for(client, monkeypatch):
    go_on = threading.Event()
    monkeypatch.setattr(desk, "reasons", lambda *_: go_on.wait(10))
    monkeypatch.setattr(desk, "PATIENCE", 0.01)
    assert "takes longer than" in refused(client.get("/explain?user=u4&item=i0"), 503)["message"]
    go_on.set()


def test_a_full_queue_is_503_with_words(run, monkeypatch):
    app = create_app([run], Lock(None), Meter())
    monkeypatch.setattr("recsys_core.serve.batching.MOST_WAITING", 0)
    with TestClient(app, base_url="http://localhost") as client:
        answer = client.get("/recommend?user=u4")
    assert refused(answer, 503)["message"] == "0 requests are waiting already."
    assert answer.headers["Retry-After"] == "1"


def test_a_mistake_of_ours_is_500_without_a_traceback(client, monkeypatch):
    monkeypatch.setattr(desk, "person", lambda *_: 1 / 0)
    error = refused(client.get("/recommend?user=u4"), 500)
    assert error["message"] == "Foretaste made a mistake (ZeroDivisionError)."


def test_health_counts_what_was_answered(run):
    meter = Meter()
    with TestClient(create_app([run], Lock(None), meter), base_url="http://localhost") as client:
        for address in ("/recommend?user=u4", "/recommend?user=u5", "/recommend?k=0", "/people", "/others"):
            client.get(address)
        found = client.get("/health").json()
    assert found["status"] == "ok"
    assert found["runs"] == ["als-1"]
    assert found["answers"] == {"/recommend 200": 2, "/recommend 422": 1, "other 404": 2}
    assert found["milliseconds"]["/recommend"]["answers"] == 3
    assert 0 < found["milliseconds"]["/recommend"]["p50"] <= found["milliseconds"]["/recommend"]["p95"]
    assert {"foretaste", "python", "fastapi", "torch"} <= set(found["versions"])


def test_other_names_of_this_machine_are_refused_where_no_key_is_asked_for(client):
    assert refused(client.get("/recommend?user=u4", headers={"Host": "evil.example"}), 421)["code"] == "wrong-host"
    for host in ("localhost", "localhost:8600", "127.0.0.1:8600", "[::1]:8600", "[::1]"):
        assert client.get("/recommend?user=u4", headers={"Host": host}).status_code == 200


def test_a_key_opens_all_and_only_what_tells_nothing_of_people_is_open(run):
    with TestClient(create_app([run], Lock(KEY), Meter()), base_url="http://anywhere.example") as client:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": KEY}, {"Authorization": "Bearer é"}):
            answer = client.get("/recommend?user=u4", headers=[(k, v.encode()) for k, v in headers.items()])
            assert refused(answer, 401)["code"] == "no-key"
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert client.get("/recommend?user=u4", headers={"Authorization": f"Bearer {KEY}"}).status_code == 200
        assert client.get("/models").status_code == 401
        for address in ("/health", "/docs", "/openapi.json", "/"):
            assert client.get(address).status_code == 200


def test_the_description_names_all_that_is_answered_and_refused(client):
    described = client.get("/openapi.json").json()
    assert set(described["paths"]) == {"/recommend", "/similar", "/explain", "/models", "/health"}
    assert set(described["paths"]["/recommend"]) == {"get", "post"}
    assert "HTTPValidationError" not in json.dumps(described)
    refusal = described["paths"]["/recommend"]["post"]["responses"]["422"]["content"]["application/json"]["schema"]
    assert refusal == {"$ref": "#/components/schemas/Refusal"}
    described_fields = described["components"]["schemas"]["ListByBody"]["properties"]
    assert all("description" in field for field in described_fields.values())


def test_the_page_that_explains_needs_nothing_from_elsewhere(client):
    answer = client.get("/docs")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert not re.findall(r"https?://|src=|@import|url\(", answer.text)


def test_the_page_that_explains_has_the_colours_of_the_others():
    text = DOCS.read_text(encoding="utf-8")
    for look in (LIGHT, DARK):
        tokens = {
            name: getattr(look, name) for name in ("paper", "panel", "ink", "quiet", "line", "accent", "on_accent")
        }
        assert all(f"--{name.replace('_', '-')}: {colour}" in text for name, colour in tokens.items())


def test_many_at_once_each_get_their_own_list(run):
    """Through the app itself, in one event loop: what is batched is not mixed up."""
    place = desk.Desk([run])

    async def story():
        asked = [desk.ListByBody(user=f"u{user}", k=5) for user in range(30)]
        together = await asyncio.gather(*(place.recommend(one) for one in asked))
        return together, [await place.recommend(one) for one in asked]

    together, alone = asyncio.run(story())
    place.close()
    assert together == alone
    assert [one.user for one in together] == [f"u{user}" for user in range(30)]

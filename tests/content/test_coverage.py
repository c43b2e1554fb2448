"""What a run's card tells of the reading."""

from dataclasses import asdict

from recsys_core.content.coverage import Coverage, sentences


def test_what_was_read_broken_and_left_out_is_told_in_numbers():
    read = (
        Coverage("texts", 3, 40),
        Coverage("pictures", 37, 40, ("7.jpg", "8 \u202e.jpg", "9.jpg")),
        Coverage("attributes", 1, 1, (), {"votes": "by its name tells popularity"}),
    )
    assert sentences({"coverage": [asdict(one) for one in read]}) == [
        "It read the texts of 3 of 40 items.",
        'It read the pictures of 37 of 40 items. 3 files could not be read: "7.jpg", "8 \\u202e.jpg", "9.jpg".',
        'It read the attributes of 1 of 1 item. Left out: "votes" by its name tells popularity.',
    ]


def test_hundreds_of_broken_files_are_counted_not_listed():
    about = {"coverage": [asdict(Coverage("pictures", 0, 400, tuple(f"{number}.jpg" for number in range(400))))]}
    (told,) = sentences(about)
    assert "400 files could not be read" in told
    assert len(told) < 300


def test_runs_of_older_versions_and_models_that_read_nothing_tell_nothing():
    assert sentences({}) == sentences({"coverage": []}) == []
    older = {"what": "attributes", "known": 1, "of": 2, "broken": []}
    assert sentences({"coverage": [older]}) == ["It read the attributes of 1 of 2 items."]

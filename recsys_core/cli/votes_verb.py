"""The verb that tells how guests voted."""

import argparse

from recsys_core.cli.output import moment, table
from recsys_core.cli.verb import Verb, no_arguments, workspace
from recsys_core.types import Json
from recsys_core.voting.ballot import Poll
from recsys_core.voting.ballot_box import BallotBox
from recsys_core.voting.tally import Tally


def _votes(_: argparse.Namespace) -> tuple[list[Json], str]:
    box = BallotBox(workspace().database)
    polls = [(poll, Tally.of(box.choices(poll.code), poll.worth)) for poll in box.all()]
    shown = [
        {
            "vote": poll.code,
            "began": moment(poll.created),
            "open": "yes" if poll.is_open else "no",
            "votes": f"{poll.titles[0]} {tally.first} : {tally.second} {poll.titles[1]}",
            "no difference": tally.neither,
            "verdict": tally.verdict(poll.titles, poll.is_open),
        }
        for poll, tally in polls
    ]
    return [_document(poll, tally) for poll, tally in polls], table(shown)


def _document(poll: Poll, tally: Tally) -> Json:
    low, high = tally.interval
    return {
        "vote": poll.code,
        "created": poll.created,
        "open": poll.is_open,
        "runs": list(poll.runs),
        "models": list(poll.titles),
        "first": tally.first,
        "second": tally.second,
        "no_difference": tally.neither,
        "low": low,
        "high": high,
        "worth": poll.worth,
        "standing": tally.standing.value,
        "verdict": tally.verdict(poll.titles, poll.is_open),
    }


VERBS = (Verb("votes", "List the votes of guests between two models, and what they came to.", no_arguments, _votes),)

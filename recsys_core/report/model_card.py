"""The card of a model: what it is for, what it learned from, how good it is for whom, and what is to be feared.

Mitchell et al., Model Cards for Model Reporting, FAT* 2019, with its sections in its order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from recsys_core.comparing.slices import cuts
from recsys_core.comparing.worst_slice import worst_slice
from recsys_core.metrics import about, metric_label
from recsys_core.models import Ability
from recsys_core.report.blocks import Block, Bullets, Head, Heading, Paragraph, Section, table_of, with_interval
from recsys_core.report.facts import METRIC, Facts, gather
from recsys_core.report.making import in_words
from recsys_core.report.sections.caveats import caveats
from recsys_core.report.sections.comparison import length_of
from recsys_core.report.sections.data import provenance
from recsys_core.report.sections.for_whom import every_slice
from recsys_core.report.sections.protocol import protocol
from recsys_core.report.sections.reproduce import again, what_they_were
from recsys_core.runs.cards import RunCard
from recsys_core.runs.standing import standing
from recsys_core.runs.store import Workspace
from recsys_core.types import Json
from recsys_core.warm_and_cold import sentences

CAN = {
    Ability.HISTORY: (
        "It serves people whom it never met, from their history alone.",
        "It only serves the people whom it met in training; new ones get nothing sensible.",
    ),
    Ability.CONTENT: (
        "It scores items that nobody has met yet, from what is known about them.",
        "It cannot recommend an item that nobody has met yet.",
    ),
    Ability.RATING: (
        "Its scores are ratings on the scale of the data.",
        "Its scores order items for one person; they are no ratings, and not to be compared between people.",
    ),
}


@dataclass(frozen=True)
class Card:
    """A model card.

    Attributes:
        head: with the model and its data.
        metadata: for machines, as model cards on the web have it.
    """

    head: Head
    sections: tuple[Section, ...]
    metadata: Json


def card_of(workspace: Workspace, run: RunCard) -> Card:
    """The card of a finished run.

    Raises:
        StoreError: the run cannot be read.
    """
    metric = METRIC if METRIC in run.about["metrics"] else next(iter(run.about["metrics"]))
    facts = gather(workspace, [run], metric)
    parts = (
        ("details", "Model details", _details),
        ("use", "Intended use", _use),
        ("factors", "Factors", _factors),
        ("metrics", "Metrics", protocol),
        ("data", "Training and evaluation data", _data),
        ("analysis", "Quantitative analyses", _analysis),
        ("ethics", "Ethical considerations", _ethics),
        ("caveats", "Caveats and recommendations", caveats),
    )
    sections = tuple(Section(key, title, tuple(blocks(facts))) for key, title, blocks in parts)
    head = Head("Model card", f"{run.title} on {facts.data_name}", in_words(date.today()))
    return Card(head, sections, _metadata(facts))


def _run(facts: Facts) -> RunCard:
    return facts.cards[facts.leader]


def _details(facts: Facts) -> Iterator[Block]:
    info, run = facts.kind(facts.leader).info, _run(facts)
    yield Paragraph(info.idea)
    passport = run.about["passport"]
    settings = ", ".join(f"{name} {value}" for name, value in passport["config"].items())
    rows = {
        "Model": facts.leader,
        "Kind": info.family,
        "Paper": info.paper,
        "Score": info.score,
        "Settings": settings,
        "Training": run.about["ending"],
        "Licence": "that of the data, see below: the model holds what it learned from them",
    }
    yield table_of("Model", [{"What": what, "Of this model": words} for what, words in rows.items() if words])
    yield what_they_were(facts.cards)
    yield again(facts.workspace, run)


def _use(facts: Facts) -> Iterator[Block]:
    abilities, data = facts.opened.model.abilities, facts.dataset
    yield Paragraph(
        f"It ranks the {data.n_items:,} items of {facts.data_name} for people like the {data.n_users:,} it learned "
        "from, to help them choose. For other items or other people nothing was measured."
    )
    yield Bullets(tuple(words[ability not in abilities] for ability, words in CAN.items()))
    yield Heading("Out of scope")
    yield Paragraph(
        "It says what people who did similar things went on to do, not what is good for somebody, so it is not meant "
        "for decisions about people, such as those on credit, work, health or law."
    )


def _factors(facts: Facts) -> Iterator[Block]:
    people = facts.workspace.per_user(_run(facts).id)[facts.metric].users
    known = cuts(facts.opened.split, people)
    if known:
        yield Paragraph("People were judged apart by these.")
        yield Bullets(tuple(f"{cut.title}. {cut.meaning}".strip() for cut in known))
    else:
        yield Paragraph(f"The {len(people):,} people who were judged are too few, or too alike, to be told apart.")


def _data(facts: Facts) -> Iterator[Block]:
    yield Paragraph("Training and evaluation are parts of the same data; which events are which is told under Metrics.")
    yield Bullets(tuple(facts.profile.sentences()))
    yield table_of("Provenance", [{"What": what, "Of these data": words} for what, words in provenance(facts).items()])


def _analysis(facts: Facts) -> Iterator[Block]:
    run, names = _run(facts), _shown(facts)
    figures = run.about["metrics"]
    rows = [
        {
            "Metric": metric_label(name),
            "Figure": with_interval(figures[name]["value"], figures[name]["low"], figures[name]["high"]),
            "Better": "higher" if about(name).higher_is_better else "lower",
        }
        for name in names
    ]
    yield table_of(f"Figures over {run.about['users']:,} people, with 95 % intervals", rows)
    stands = standing(facts.workspace, run)
    if stands is not None and stands.against:
        yield Paragraph(f"Beside the plain models: {stands.sentence}")
    part = facts.workspace.per_user(run.id)[facts.metric]
    known = cuts(facts.opened.split, part.users)
    worst = worst_slice(known, [part], about(facts.metric).higher_is_better)
    if worst is not None:
        yield Paragraph(worst.in_words(facts.label, [facts.leader]))
        yield every_slice(facts.label, facts.leader, known, part)
    if told := sentences(run.about, facts.metric):
        yield Bullets(tuple(told))


def _shown(facts: Facts) -> list[str]:
    """Figures at the usual list length, and those that have none."""
    return [name for name in _run(facts).about["metrics"] if name.partition("@")[2] in ("", length_of(facts.metric))]


def _ethics(facts: Facts) -> Iterator[Block]:
    """What of the model concerns people and those who offer items, from its own figures."""
    figures, columns = _run(facts).about["metrics"], facts.dataset.user_attributes
    k = length_of(facts.metric)
    lines = []
    if facts.made is None:
        lines.append(
            "It learned from what real people did. Their histories are a part of the run, so it is not to be passed on "
            "without their consent."
        )
    if columns:
        lines.append(
            f"Known of people: {', '.join(columns)}. How it serves groups of them stands under Quantitative analyses."
        )
    else:
        lines.append(
            "Nothing is known of people but what they did, so nobody can tell whether groups are served unequally."
        )
    if coverage := figures.get(f"coverage@{k}"):
        lines.append(
            f"Its lists of {k} show {coverage['value']:.0%} of the items to anybody: whoever offers the others is not "
            "seen."
        )
    yield Bullets(tuple(lines))


def _metadata(facts: Facts) -> Json:
    """As https://huggingface.co/docs/hub/model-cards describes it; a licence only where somebody noted one down."""
    run, licence = _run(facts), facts.card.licence if facts.card else ""
    return {
        **({"license": licence} if licence else {}),
        "language": "en",
        "library_name": "foretaste",
        "tags": ["recommender-system", run.model, *(["synthetic-data"] if facts.made is not None else [])],
        "datasets": [str(run.about["dataset_name"])],
        "metrics": list(dict.fromkeys(name.partition("@")[0] for name in _shown(facts))),
        "model-index": [
            {
                "name": run.id,
                "results": [
                    {
                        "task": {"type": "recommendation"},
                        "dataset": {"name": facts.data_name, "type": run.about["passport"]["dataset"]["fingerprint"]},
                        "metrics": [
                            {"type": name, "value": run.about["metrics"][name]["value"]} for name in _shown(facts)
                        ],
                    }
                ],
            }
        ],
    }

"""The passport of the comparison, and each metric with its formula."""

from collections.abc import Iterator

from recsys_core.comparing.passports import summary
from recsys_core.metrics import about
from recsys_core.report.blocks import Block, Note, Paragraph, table_of
from recsys_core.report.facts import Facts
from recsys_core.report.sections.comparison import length_of
from recsys_core.splitting import find_splitter


def protocol(facts: Facts) -> Iterator[Block]:
    """The section."""
    passports = [run.about["passport"] for run in facts.cards.values()]
    splitter = find_splitter(passports[0]["split"]["recipe"]["key"])
    yield Paragraph(splitter.idea)
    seeds = [seed for one in facts.comparison.judged for seed in one.contender.seeds]
    rows = summary(passports, seeds)
    if facts.comparison.people:
        rows |= {"people": f"{facts.comparison.people:,} whom all models were judged by"}
    yield table_of(
        "Passport",
        [{"What": what.capitalize(), "Of these runs": words} for what, words in rows.items() if words],
    )
    yield table_of(
        "What the metrics say",
        [
            {"Metric": words.title, "Formula and denominator": words.help}
            for words in dict.fromkeys(map(about, _names(facts)))
        ],
        is_folded=True,
    )
    yield Note(f"Metrics of lists are those of the first {length_of(facts.metric)}.")


def _names(facts: Facts) -> list[str]:
    """The metrics of this report, that of the comparison first."""
    return list(dict.fromkeys([facts.metric, *(name for run in facts.runs for name in run.about["metrics"])]))

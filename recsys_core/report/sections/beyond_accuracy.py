"""What the lists are like apart from being right."""

from collections.abc import Iterator

from recsys_core.blending.verdict import in_a_row
from recsys_core.metrics import Group, about, names_in_group
from recsys_core.report.blocks import Block, Finding, Paragraph
from recsys_core.report.facts import Facts
from recsys_core.report.sections.comparison import length_of, metric_table


def beyond_accuracy(facts: Facts) -> Iterator[Block]:
    """The section."""
    name = f"coverage@{length_of(facts.metric)}"
    covered = {title: value for title in facts.cards if (value := facts.value(title, name)) is not None}
    if not covered:
        yield Paragraph("Nothing was measured of these lists beyond their accuracy.")
        return
    most, least = max(covered, key=covered.__getitem__), min(covered, key=covered.__getitem__)
    if covered[most] > covered[least]:
        yield Finding(
            f"The lists of {most} show {covered[most]:.0%} of the catalogue, those of {least} {covered[least]:.0%}."
        )
    yield metric_table(facts, Group.BEYOND, f"Lists of {length_of(facts.metric)} beyond accuracy")
    measured = {name for run in facts.runs for name in run.about["metrics"]}
    words = [about(name) for name in names_in_group(measured, Group.BEYOND, length_of(facts.metric))]
    lower = [one.title for one in words if not one.higher_is_better]
    yield Paragraph(f"Higher is better, but for {in_a_row(lower)}." if lower else "Higher is better.")

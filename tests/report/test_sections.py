"""What the sections say of a small comparison, beside what is known of it."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from recsys_core.comparing import verdict
from recsys_core.data.made import Made
from recsys_core.data.profiling.profile import profile
from recsys_core.errors import ConfigError, StoreError
from recsys_core.report.blocks import Bullets, Chart, Code, Item, Note, Paragraph, Section, Table
from recsys_core.report.facts import gather, newest_comparable
from recsys_core.report.making import head_of, sections_of
from recsys_core.report.sections import SECTIONS
from recsys_core.report.sections.caveats import caveats
from recsys_core.report.sections.data import provenance
from recsys_core.report.sections.examples import SHOWN, people
from recsys_core.runs.jobs import TrainSpec
from recsys_core.runs.store import Workspace
from recsys_core.splitting import SplitRecipe
from tests.report.worlds import compared, films
from tests.runs.builders import keep
from tests.runs.test_comparison import trained


def section(sections: tuple[Section, ...], key: str) -> Section:
    return next(one for one in sections if one.key == key)


def tables(one: Section) -> dict[str, Table]:
    found = [block.table if isinstance(block, Chart) else block for block in one.blocks]
    return {block.caption: block for block in found if isinstance(block, Table)}


def said(one: Section) -> str:
    return " ".join(
        " ".join(block.lines) if isinstance(block, Bullets) else getattr(block, "text", getattr(block, "finding", ""))
        for block in one.blocks
    )


def test_all_sections_are_made_in_order_and_somebody_is_told(facts):
    told = []
    made = sections_of(facts, lambda share, words: told.append((share, words)))
    assert [one.key for one in made] == [part.key for part in SECTIONS]
    assert [words for _, words in told] == [part.title for part in SECTIONS]
    assert told[0][0] == 0
    assert "could not be made" not in " ".join(map(said, made))


def test_the_words_are_those_of_compare(facts, sections):
    assert head_of(facts).lead == tuple(verdict.sentences(facts.comparison))
    words = said(section(sections, "comparison"))
    for sentence in (*verdict.baselines(facts.comparison), verdict.power(facts.comparison)):
        assert sentence in words


def test_figures_and_pairs_are_those_of_the_comparison(facts, sections):
    found = tables(section(sections, "comparison"))
    figures = found["NDCG@10 with 95 % intervals over people"]
    assert [row[0] for row in figures.rows] == [one.contender.title for one in facts.comparison.judged]
    for row, one in zip(figures.rows, facts.comparison.judged, strict=True):
        assert row[1].startswith(f"{one.estimate.value:.3f} [{one.estimate.low:.3f}, ")
    assert len(found["Pair by pair, over the same people"].rows) == len(facts.comparison.pairs) == 3


def test_of_several_seeds_the_mean_is_told(tmp_path):
    workspace = Workspace(tmp_path)
    card = keep(workspace, films())
    runs = [trained(workspace, card.id, "gmf", seed=seed, settings={"epochs": 1}) for seed in (0, 1)]
    facts = gather(workspace, runs)
    one, other = (run.about["metrics"] for run in runs)
    name = next(name for name in one if abs(one[name]["value"] - other[name]["value"]) > 0.001)
    expected = (one[name]["value"] + other[name]["value"]) / 2
    assert facts.value(facts.leader, name) == pytest.approx(expected)
    assert facts.value(facts.leader, "no such") is None


def test_the_data_card_has_the_profile_and_asks_for_a_licence(facts, sections):
    one = section(sections, "data")
    assert profile(facts.dataset).sentences()[0] in said(one)
    assert dict(tables(one)["Provenance"].rows)["Licence"].startswith("nobody noted it down")


def test_the_passport_and_every_metric_with_its_formula(facts, sections):
    found = tables(section(sections, "protocol"))
    passport = dict(found["Passport"].rows)
    assert passport["Split"] == "random per person, seed 0"
    assert passport["People"] == f"{facts.comparison.people} whom all models were judged by"
    metrics = dict(found["What the metrics say"].rows)
    assert {"NDCG", "Recall", "Coverage"} <= set(metrics)
    assert all("Divided by: " in words for words in metrics.values())


def test_those_who_stand_for_others_are_found_by_their_place(facts):
    known, judged = facts.opened.split.test.known.lengths(), facts.opened.split.test.warm_users
    ordered = np.sort(known[judged])
    found = {one.which: one.events for one in people(facts.opened)}
    assert found["in the middle"] == ordered[len(ordered) // 2]
    for which, share in (("a busy one", 0.95), ("a quiet one", 0.05)):
        assert found.get(which, ordered[int(share * len(ordered))]) == ordered[int(share * len(ordered))]


def test_nobody_stands_for_people_of_whom_nothing_is_known(facts):
    split = facts.opened.split
    test = SimpleNamespace(known=split.test.known, warm_users=np.arange(0))
    assert people(SimpleNamespace(split=SimpleNamespace(test=test))) == []


def test_training_seeds_are_a_caveat_where_chance_trains(tmp_path):
    workspace = Workspace(tmp_path)
    card = keep(workspace, films())
    runs = [trained(workspace, card.id, "gmf", settings={"epochs": 1})]
    (found,) = caveats(gather(workspace, runs))
    assert "GMF was trained with one seed" in " ".join(found.lines)
    assert "GMF was not tuned" in " ".join(found.lines)


def test_examples_show_what_was_really_met_later_and_give_reasons(facts, sections):
    one = section(sections, "examples")
    lists = [block for block in one.blocks if isinstance(block, Table)]
    split, dataset = facts.opened.split, facts.dataset
    for person, shown in zip(people(facts.opened), lists, strict=True):
        relevant = split.test.relevant
        later = {dataset.title(int(item)) for item in relevant.items[relevant.users == person.user]}
        assert len(shown.rows) <= SHOWN
        for item, met in shown.rows:
            assert isinstance(item, Item)
            assert (met == "yes") == (item.title in later)
        assert shown.rows[0][0].words


def test_commands_make_the_runs_again_and_tell_no_place_of_this_machine(facts, sections):
    one = section(sections, "reproduce")
    commands = [block.text for block in one.blocks if isinstance(block, Code)]
    assert len(commands) == len(facts.cards)
    for command, run in zip(commands, facts.cards.values(), strict=True):
        assert f"--model {run.model}" in command
        assert str(facts.workspace.root) not in command
    assert "numpy" in said(one)


def test_caveats_follow_the_facts(facts, sections):
    words = said(section(sections, "caveats"))
    assert "people were judged, too few" in words
    assert "other people's" in words or "they see the future" in words
    assert "was not measured" in words
    assert "licence" in words
    assert "synthetic" not in words


def test_a_licence_that_was_noted_down_is_told_and_no_caveat(tmp_path):
    workspace = Workspace(tmp_path)
    runs = compared(workspace)
    workspace.annotate(runs[0].dataset, licence="CC0 <b>")
    facts = gather(workspace, runs)
    (found,) = caveats(facts)
    assert "licence" not in " ".join(found.lines)
    assert dict(tables(section(sections_of(facts), "data"))["Provenance"].rows)["Licence"] == "CC0 <b>"


def test_where_the_data_are_from_is_told_as_far_as_it_is_known(facts, monkeypatch):
    card, counts = facts.card, {"rows": 9, "kept": 8, "rejected": 1, "merged": 0}

    def told(**about: object) -> dict[str, str]:
        known = replace(card, about=card.about | counts | about)
        monkeypatch.setattr(type(facts), "card", property(lambda _: known))
        return provenance(facts)

    assert "File" not in told()  # from a database
    assert told()["Rows read"].startswith("9: 8 kept, 1 left out")
    assert told(file="u.data")["File"] == "u.data"
    assert told(file="u.data", sha256="ab" * 32)["File"] == f"u.data, SHA-256 {'ab' * 8}…"


def test_a_data_set_that_is_gone_leaves_the_report_and_says_so(tmp_path):
    workspace = Workspace(tmp_path)
    runs = compared(workspace)
    workspace.delete_dataset(runs[0].dataset)
    made = sections_of(gather(workspace, runs))
    assert "deleted since" in str(tables(section(made, "data"))["Provenance"].rows)
    assert "was deleted" in said(section(made, "reproduce"))


def test_a_section_that_fails_says_why_and_the_others_stay(facts, monkeypatch):
    def broken(_):
        raise StoreError("The lists are damaged.", "Train again.", "x")
        yield

    parts = SECTIONS[0]._replace(blocks=broken), next(part for part in SECTIONS if part.key == "examples")
    monkeypatch.setattr("recsys_core.report.making.SECTIONS", parts)
    first, second = sections_of(facts)
    assert first.blocks == (Note("This section could not be made. The lists are damaged. Train again."),)
    assert len(second.blocks) > 1


def test_what_belongs_to_all_lists_together_is_told_without_pairs(facts):
    made = sections_of(gather(facts.workspace, facts.runs, "coverage@10"))
    assert Paragraph("Coverage@10 belongs to all lists together, so it cannot be told for slices of the people.") in (
        section(made, "people").blocks
    )
    assert "could not be made" not in " ".join(map(said, made))


def test_the_newest_runs_that_can_be_compared_are_taken_unasked(tmp_path):
    workspace = Workspace(tmp_path)
    card = keep(workspace, films())
    with pytest.raises(ConfigError, match="No model that was trained on .* has the figure 'ndcg@10'"):
        newest_comparable(workspace, card)
    trained(workspace, card.id, "ease")
    newest = SplitRecipe(key="random", seed=5)
    trained(workspace, card.id, "item_knn", newest)
    found = newest_comparable(workspace, card)
    assert {run.model for run in found} == {"popularity", "item_knn"}
    assert {TrainSpec.model_validate(run.about["spec"]).split.seed for run in found} == {5}


def test_generated_people_are_marked_wherever_they_are_shown(tmp_path):
    workspace = Workspace(tmp_path)
    made = Made("told", "Told", {}, {}, 3, epsilon=1.5)
    facts = gather(workspace, compared(workspace, replace(films(), made=made)))
    sections = sections_of(facts)
    assert "synthetic" in head_of(facts).title
    assert "synthetic" in said(section(sections, "data"))
    assert "synthetic" in said(section(sections, "caveats"))
    provenance = dict(tables(section(sections, "data"))["Provenance"].rows)
    assert provenance["Generated by"] == "Told, seed 3"
    assert provenance["Privacy bound"] == "differential privacy with ε = 1.5"

"""Compare, verdict: who is better, by how much, and how sure that is."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import streamlit as st

from pages.shared import cache, choose
from pages.shared.chart import draw_chart, table_of
from pages.shared.compared import Compared, colour_of
from pages.shared.frame import look, plain
from pages.shared.jobs import watch
from pages.shared.metric_table import metric_table
from pages.shared.plain_models import at_work_on, offer_training, titles_of
from pages.shared.synthetic_mark import name_of_data
from recsys_core.comparing import verdict
from recsys_core.comparing.comparison import Comparison, Judged
from recsys_core.comparing.passports import mismatches, split_in_words, summary, to_mention
from recsys_core.data.findings import counted
from recsys_core.figures.comparison import Bar, interval_chart
from recsys_core.metrics import about, metric_label
from recsys_core.runs.comparison import Missing, compare_runs, missing_baselines
from recsys_core.runs.store import RunCard, default_home, open_workspace
from recsys_core.statistics.bootstrap import resamples
from recsys_core.statistics.permutation import permutations

MOST_ROWS, MOST_OTHERS = 15, 10  # six models make 15 pairs
LETTER, WIDEST = 7, 240  # pixels


def verdict_view(compared: Compared) -> None:
    """The section."""
    having = [run for run in compared.runs if compared.metric in run.about["metrics"]]
    if not having:
        st.caption(plain(f"None of the chosen models has {metric_label(compared.metric)}. Choose another metric."))
        return
    if len(having) < len(compared.runs):
        titles = dict.fromkeys(run.title for run in compared.runs if run not in having)
        st.caption(plain(f"Left out, for want of {metric_label(compared.metric)}: {', '.join(titles)}."))
    apart = [run for run in having if mismatches(having[0].about["passport"], run.about["passport"])]
    having = [run for run in having if run not in apart]
    found = _comparison(default_home(), tuple(run.id for run in having), compared.metric)
    _missing_plain_models(having, compared.metric)
    finding, *more = verdict.sentences(found)
    st.subheader(plain(finding), anchor=False)
    if more:
        st.markdown(plain(" ".join(more)))
    if plainer := verdict.baselines(found):
        st.markdown("  \n".join(f":material/balance: {plain(sentence)}" for sentence in plainer))
    if power := verdict.power(found):
        st.caption(plain(power))
    place = st.container()
    others = apart + _judged_otherwise(having[0], compared.metric)
    with place:
        _warning(having[0], others)
        _chart(found, others, compared.source)
    _pairs(found)
    _what_it_rests_on(found, having)
    group = about(compared.metric).group
    st.markdown(f"**{group.value}**")
    called = {run: one.contender.title for one in found.judged for run in one.contender.runs}
    metric_table(replace(compared, titles=compared.titles | called), group)


@st.cache_data(show_spinner="Resampling people", max_entries=64)
def _comparison(home: Path, runs: tuple[str, ...], metric: str) -> Comparison:
    """Kept by what never changes: runs, and the name of a metric."""
    workspace = open_workspace(home)
    return compare_runs(workspace, [workspace.find_run(run) for run in runs], metric)


def _missing_plain_models(runs: list[RunCard], metric: str) -> None:
    """What the comparison lacks: a press adds what is trained already, another one trains the rest."""
    missing = missing_baselines(cache.workspace(), runs, metric)
    if not missing:
        return
    specs = [one.spec for one in missing if one.spec is not None]
    with st.container(border=True, key="ft-missing-plain"):
        st.markdown(plain(verdict.missing_baselines([one.model for one in missing])))
        with st.container(horizontal=True, vertical_alignment="center"):
            _add_trained(missing, runs)
            if specs:
                words = "both" if len(specs) == 2 else titles_of([spec.model for spec in specs])
                offer_training(specs, f"Train {words} and compare", runs[0].split_fingerprint[:12])
        if not specs and not any(one.run for one in missing):
            st.caption("They cannot be trained on these held-out events, whose data set or recipe is gone.")
        watch(at_work_on(specs), lambda job: job.spec in specs)


def _add_trained(missing: list[Missing], runs: list[RunCard]) -> None:
    known = [one for one in missing if one.run is not None]
    if known and st.button(f"Add {titles_of([one.model for one in known])}", icon=":material/add:"):
        added = [one.run.id for one in known if one.run is not None]
        choose.remember("runs", ",".join([*added, *(run.id for run in runs)]))
        st.rerun()


def _judged_otherwise(reference: RunCard, metric: str) -> list[RunCard]:
    """Runs that a person adds although their figures rest on something else."""
    offered = {
        run.id: run
        for run in cache.workspace().runs()
        if metric in run.about["metrics"] and run.split_fingerprint != reference.split_fingerprint
    }
    if not offered:
        return []
    with st.expander("Add runs judged otherwise"):
        chosen = st.multiselect(
            "Runs on other held-out events",
            list(offered),
            format_func=lambda run: _elsewhere(offered[run]),
            key=f"otherwise-{reference.split_fingerprint}",
            max_selections=MOST_OTHERS,
            help="They are drawn hollow below the others, and no test is made across them.",
        )
    return [offered[run] for run in chosen]


def _elsewhere(run: RunCard) -> str:
    return f"{run.title}, {name_of_data(run)}, {split_in_words(run.about['passport'])}"


def _warning(reference: RunCard, others: list[RunCard]) -> None:
    """Names what differs, for each of the runs that were judged otherwise."""
    if not others:
        return
    lines = [
        f"- {plain(_elsewhere(run))}. What differs: "
        + plain("; ".join(map(str, mismatches(reference.about["passport"], run.about["passport"]))))
        for run in others
    ]
    st.warning(
        "These figures cannot be compared with the rest. The hollow points were judged otherwise, so no test is made "
        "across them and the verdict leaves them out: a difference would say as much about the events as about the "
        "models.\n" + "\n".join(lines),
        icon=":material/warning:",
    )


def _chart(found: Comparison, others: list[RunCard], source: str) -> None:
    """Figures with intervals over people, and ticks for seeds."""
    label, words = metric_label(found.metric), about(found.metric)
    bars = [_bar(one) for one in found.judged]
    for run in others:
        estimate = run.about["metrics"][found.metric]
        bars.append(
            Bar(
                f"{run.title}, judged otherwise",
                estimate["value"],
                estimate["low"],
                estimate["high"],
                colour_of(run.model),
                is_apart=True,
            )
        )
    axis = label if bars[0].low is None else f"{label}, 95 % interval over people"
    draw_chart(
        interval_chart(bars, axis, look()),
        "verdict",
        table_of(bars),
        title=verdict.sentences(found)[0],
        source=source,
    )
    ticks = " Ticks below an interval: one training seed each." if any(len(bar.by_seed) > 1 for bar in bars) else ""
    better = "Higher is better." if words.higher_is_better else "Lower is better."
    st.caption(plain(f"{better}{ticks}"), help=plain(f"{words.title}: {words.help}"))


def _bar(one: Judged) -> Bar:
    estimate = one.estimate
    return Bar(
        _name(one),
        estimate.value,
        estimate.low,
        estimate.high,
        colour_of(one.contender.model),
        one.by_seed,
    )


def _name(one: Judged) -> str:
    seeds = len(one.by_seed)
    return f"{one.contender.title}, {counted(seeds, 'seed')}" if seeds > 1 else one.contender.title


def _pairs(found: Comparison) -> None:
    """Each pair: by how much, how sure, and for how many people."""
    if not found.pairs:
        return
    st.markdown("**Pair by pair, over the same people**")
    rows = []
    for pair in found.pairs:
        gain = pair.gain
        rows.append(
            {
                "Ahead": found.judged[pair.first].contender.title,
                "Behind": found.judged[pair.second].contender.title,
                "By": gain.value,
                "95 % interval": f"{gain.low:.4f} to {gain.high:.4f}".replace("-", "−"),
                "p after Holm": pair.p_holm,
                "Verdict": "beats it" if pair.is_settled else "a tie over seeds" if pair.holds_over_people else "a tie",
                "Effect": pair.effect,
                "Better for": 100 * pair.better,
                "Worse for": 100 * pair.worse,
            }
        )
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    longest = max(len(one.contender.title) for one in found.judged)
    names = text(width=min(LETTER * longest + 20, WIDEST))  # else as wide as those of the first rows
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content" if len(rows) <= MOST_ROWS else "auto",
        column_config={
            "By": number(format="%.4f", help=f"In {metric_label(found.metric)}; positive whatever the metric."),
            "Ahead": names,
            "Behind": names,
            "95 % interval": text(
                help=f"Percentile interval over {resamples(found.people):,} resamples of people, the same ones for all "
                "models, for each pair by itself."
            ),
            "p after Holm": number(
                format="%.4f",
                help="Paired permutation test (labels of each person swapped, "
                f"{permutations(len(found.pairs)):,} times, two-sided), corrected over all pairs of this table (Holm "
                "1979).",
            ),
            "Verdict": text(
                help="A model beats another one where p after Holm is below 0.05, the interval lies above zero, and "
                "the lead is larger than what people and training seeds together explain in 95 of 100 cases, as far as "
                "seeds were varied. Seeds are counted pair by pair, without a correction for the number of pairs."
            ),
            "Effect": number(
                format="%.2f", help="The difference in standard deviations over people (Cohen's d of paired values)."
            ),
            "Better for": number(format="%.0f %%", help="Share of people who are served better by the first model."),
            "Worse for": number(format="%.0f %%", help="Share of people who are served worse by the first model."),
        },
    )


def _what_it_rests_on(found: Comparison, runs: list[RunCard]) -> None:
    """Seeds, tuning budgets and the passport."""
    cards = {run.id: run.about["passport"] for run in runs}
    passports = {one.contender.title: cards[one.contender.id] for one in found.judged}
    for sentence in (verdict.seeds(found), *to_mention(passports)):
        if sentence:
            st.caption(plain(sentence))
    with st.expander("Passport of this comparison"):
        seeds = [seed for one in found.judged for seed in one.contender.seeds]
        rows = summary(passports.values(), seeds) | {"people": f"{found.people:,} whom all models were judged by"}
        st.dataframe(
            [{"What": what, "Of these runs": words} for what, words in rows.items() if words],
            hide_index=True,
            height="content",
        )

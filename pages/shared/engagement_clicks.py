"""What was clicked: measured on an impression log, and two logs as the arms of a test."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from pages.shared import cache, choose, nav
from pages.shared.chart import draw_chart
from pages.shared.choose_zone import choose_zone
from pages.shared.clicks_view import clicks_view, rates_table
from pages.shared.engagement_source import log_names, matched_dataset
from pages.shared.frame import look, plain
from pages.shared.impressions_view import LOG
from pages.shared.synthetic_mark import SYNTHETIC
from recsys_core.data.findings import counted
from recsys_core.data.impressions.rates import rates_of
from recsys_core.figures.impressions import clicks_by_slice
from recsys_core.runs.impression_files import LogCard
from recsys_core.runs.store import default_home

if TYPE_CHECKING:
    from recsys_core.comparing.cutting import Cut
    from recsys_core.engagement.ab import Readout

OTHER, NO_OTHER = "arm", "none"


def clicks_step() -> None:
    """Click-through rates of a log, by slices too, and beside those of another one."""
    cards = {card.id: card for card in cache.workspace().logs()}
    if not cards:
        choose.empty(
            "There is no impression log yet: what was shown, and whether it was clicked.", "Add a log", nav.DATA
        )
        return
    called = log_names(list(cards.values()))
    left, middle, right = st.columns(3)
    with left:
        card = cards[choose.choose("Impression log", LOG, list(cards), called.__getitem__)]
    with middle:
        zone = choose_zone()
    with right:
        dataset = matched_dataset(card)
    if card.is_synthetic:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(SYNTHETIC, icon=":material/science:", color="violet")
            st.caption(plain(card.about["origin"]), width="content")
    profile = cache.clicks(card.id, zone)
    clicks_view(profile, card.id, _titles(dataset))
    if dataset is not None:
        _slices(card, dataset, profile.ctr)
    _two_arms(card, cards, called)


def _titles(dataset: str | None) -> Callable[[str], str]:
    """What a data set calls an item; its id where it does not know it."""
    if dataset is None:
        return str
    known = cache.dataset(dataset)
    positions = known.item_ids.positions
    return lambda item: known.title(positions[item]) if item in positions else item


def _slices(card: LogCard, dataset: str, overall: float) -> None:
    """The rates of slices of the people or of the items."""
    cuts = {f"{who}-{cut.key}": (who, cut) for who, cut in _cuts(default_home(), card.id, dataset)}
    if not cuts:
        return
    st.subheader("For whom, and of what", anchor=False)
    nouns = {"people": "People", "items": "Items"}
    key = choose.choose(
        "Slices", "clicks-by", list(cuts), lambda key: f"{nouns[cuts[key][0]]}: {cuts[key][1].title.lower()}"
    )
    who, cut = cuts[key]
    log = cache.log(card.id)
    codes = log.items if who == "items" else log.users
    assert codes is not None  # else nobody could be cut
    rates = rates_of(log, cut.of[codes], len(cut.names))
    some = rates.impressions > 0
    names = [name for name, is_there in zip(cut.names, some, strict=True) if is_there]
    draw_chart(
        clicks_by_slice(names, rates.take(some), overall, look()),
        "clicks-by-slice",
        rates_table(names, rates.take(some), cut.title),
        source=card.name,
    )
    st.caption(
        plain(
            f"{cut.meaning} A slice may be shown other items, at other places: the rates alone do not say why.".strip()
        )
    )


@st.cache_resource(show_spinner="Cutting into slices", max_entries=8)
def _cuts(home: Path, identifier: str, dataset: str) -> "list[tuple[str, Cut]]":
    from recsys_core.engagement.slices import cuts_of_log

    return cuts_of_log(cache.log(identifier), cache.dataset(dataset))


def _two_arms(card: LogCard, cards: dict[str, LogCard], called: dict[str, str]) -> None:
    """This log beside another one, as in an A/B test."""
    st.subheader("A/B test", anchor=False)
    others = [key for key in cards if key != card.id]
    if not others:
        st.info(
            "Two logs are compared as the arms of a test: chance decided who saw one way of recommending or the other, "
            "and each way has a log. There is one log so far."
        )
        return
    names = {NO_OTHER: "no other log"} | called
    other = choose.choose("Compare with", OTHER, [NO_OTHER, *others], names.__getitem__)
    if other == NO_OTHER:
        st.caption("Choose the log of the arm that this one is compared with.")
        return
    found = _readout(default_home(), other, card.id, called[other], called[card.id])
    if found.times is not None and len(found.difference) > 1:
        from recsys_core.figures.engagement_clicks import readout_chart

        draw_chart(
            readout_chart(found.times, found.difference, found.low, found.high, found.arms, look()),
            "ab-test",
            pd.DataFrame(found.as_json()["looks"]),
            finding=found.verdict(),
            source=" and ".join(found.arms),
        )
    else:
        st.markdown(f"**{plain(found.verdict())}**")
    for caution in found.cautions():
        st.warning(plain(caution))
    looks = counted(len(found.difference), "look")
    st.caption(
        "The interval holds at every moment at once, so you may look as often as you like and stop when it leaves out "
        f"0 ({looks} drawn). It is wider than one for a single look, which errs far more often than once in 20 where "
        "somebody looks again and again."
    )


@st.cache_resource(show_spinner="Comparing the arms", max_entries=8)
def _readout(home: Path, one: str, two: str, name: str, other: str) -> "Readout":
    from recsys_core.engagement.ab import readout

    return readout(cache.log(one), cache.log(two), (name, other))

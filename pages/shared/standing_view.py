"""Where a finished run stands among popularity and EASE, or for ratings among biases and biased MF."""

from html import escape

import streamlit as st

from pages.shared import cache
from pages.shared.frame import look, plain, show_error
from pages.shared.plain_models import at_work_on, offer_training
from recsys_core.errors import StudioError
from recsys_core.figures.theme import model_colours
from recsys_core.metrics import about, metric_label
from recsys_core.models import COMPOSED, MODELS, find_model
from recsys_core.runs.jobs import State
from recsys_core.runs.standing import Standing, plain_spec, standing
from recsys_core.runs.store import RunCard


def standing_view(run: RunCard) -> None:
    """Bars with words, and a press for what is missing; nothing for the plain models themselves."""
    try:
        found = _standing(run.id, tuple(other.id for other in cache.workspace().runs()))
    except StudioError as error:
        show_error(error)
        return
    if found is None:
        return
    if found.against:
        st.html(_rows(run, found))
    for key in found.missing:
        _offer(run, key)


@st.cache_data(show_spinner=False, max_entries=64)
def _standing(run: str, others: tuple[str, ...]) -> Standing | None:
    """Kept until the list of runs changes; a run itself never does."""
    return standing(cache.workspace(), cache.workspace().find_run(run))


def _rows(run: RunCard, found: Standing) -> str:
    """As HTML. Errors get no bars: from zero on, all of them would look alike."""
    higher_is_better = about(found.metric).higher_is_better
    colours = model_colours([model.info.key for model in (*MODELS, *COMPOSED)], look())
    figures = [
        (run, found.value, ""),
        *((one.run, one.value, f"{one.words}, {one.certainty}") for one in found.against),
    ]
    most = max(value for _, value, _ in figures)
    rows = []
    for one, value, words in figures:
        share = 100 * value / most if most else 0.0
        bar = f'<i style="width:{share:.1f}%;background:{colours[one.model]}"></i>'
        rows.append(
            f'<div class="ft-stand"><b>{escape(one.title)}</b>'
            + (f'<span class="ft-track">{bar}</span>' if higher_is_better else "<span></span>")
            + f"<output>{value:.3f}</output>"
            + (f"<p>{escape(words[0].upper() + words[1:])}</p>" if words else "")
            + "</div>"
        )
    better = "higher is better" if higher_is_better else "lower is better"
    return (
        f'<section class="ft-standing"><h5>{escape(metric_label(found.metric))} on the test events, {better}</h5>'
        f"{''.join(rows)}</section>"
    )


def _offer(run: RunCard, key: str) -> None:
    """A press that trains what is missing, while its data are there."""
    if not any(card.id == run.dataset for card in cache.workspace().datasets()):
        return
    title, specs = find_model(key).info.title, [plain_spec(run, key)]
    for job in at_work_on(specs):
        st.caption(plain(f"{title} {'is in the queue' if job.state is State.QUEUED else 'is training'}."))
    offer_training(specs, f"Train {title} for comparison", run.id)

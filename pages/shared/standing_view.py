"""Where a finished run stands among popularity and EASE, or for ratings among biases and biased MF."""

from html import escape

import streamlit as st

from pages.shared import cache
from pages.shared.frame import look, plain, show_error
from recsys_core.errors import StudioError
from recsys_core.figures.theme import model_colours
from recsys_core.metrics import about, metric_label
from recsys_core.models import COMPOSED, MODELS, find_model
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
def _standing(run: str, _others: tuple[str, ...]) -> Standing | None:
    """Kept until the list of runs changes; a run itself never does."""
    return standing(cache.workspace(), cache.workspace().find_run(run))


def _rows(run: RunCard, found: Standing) -> str:
    colours = model_colours([model.info.key for model in (*MODELS, *COMPOSED)], look())
    figures = [
        (run.title, run.model, found.value, ""),
        *(
            (one.run.title, one.run.model, one.value, f"{one.words[0].upper()}{one.words[1:]}, {one.certainty}")
            for one in found.against
        ),
    ]
    most = max(value for _, _, value, _ in figures) or 1.0
    rows = "".join(
        f'<div class="ft-stand"><b>{escape(title)}</b><span class="ft-track"><i style="width:{100 * value / most:.1f}%;'
        f'background:{colours[model]}"></i></span><output>{value:.3f}</output>'
        + (f"<p>{escape(words)}</p>" if words else "")
        + "</div>"
        for title, model, value, words in figures
    )
    better = "higher is better" if about(found.metric).higher_is_better else "lower is better"
    return f'<section class="ft-standing"><h5>{escape(metric_label(found.metric))}, {better}</h5>{rows}</section>'


def _offer(run: RunCard, key: str) -> None:
    """A press that trains what is missing, once."""
    title = find_model(key).info.title
    spec = plain_spec(run, key)
    if not any(card.id == run.dataset for card in cache.workspace().datasets()):
        return
    if any(job.is_active and job.spec == spec for job in cache.jobs().all()):
        st.caption(plain(f"{title} is in the queue."))
    elif st.button(f"Train {title} for comparison", key=f"train-{key}-{run.id}", icon=":material/balance:"):
        cache.runner().submit(spec, f"{key}-beside-{run.id}")
        st.rerun()

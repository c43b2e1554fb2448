"""What the checks found, as a list: how grave it is, a sentence, examples, and what can be done at one click."""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.shared.frame import plain
from recsys_core.data.findings import Finding, Fix
from recsys_core.types import Json

LEVELS = {"error": ":red[:material/error:]", "warning": ":orange[:material/warning:]", "note": ":gray[:material/info:]"}


def findings_list(findings: Sequence[Finding], key: str, apply: Callable[[Fix], None] | None = None) -> None:
    """The gravest first.

    Args:
        apply: what a click on a remedy does, before the page is drawn anew; None where nothing can be done any more.
    """
    order = list(LEVELS)
    for place, finding in enumerate(sorted(findings, key=lambda one: order.index(one.level))):
        fixes = finding.fixes if apply is not None else ()
        with st.container(key=f"ft-finding-{key}-{place}", horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"{LEVELS[finding.level]} **{finding.level.capitalize()}** · {plain(finding.message)}")
            if finding.examples:
                with st.popover("Examples", key=f"examples-{key}-{place}", type="tertiary", width="content"):
                    st.markdown("\n".join(f"- {plain(example)}" for example in finding.examples))
            for number, fix in enumerate(fixes):
                unique = f"fix-{key}-{finding.code}-{place}-{number}"
                st.button(plain(fix.label), key=unique, on_click=apply, args=(fix,))


def balance(about: Json) -> str:
    """What became of the rows, for places that read Markdown."""
    return (
        f"{about['rows']:,} rows read = {about['kept']:,} kept + {about['rejected']:,} left out + "
        f"{about['merged']:,} merged into others."
    )


def from_card(about: Json) -> list[Finding]:
    """The findings that are kept with a data set, whose remedies no longer apply."""
    return [
        Finding(one["level"], one["code"], one["message"], one.get("rows", 0), tuple(one.get("examples", ())))
        for one in about["findings"]
    ]

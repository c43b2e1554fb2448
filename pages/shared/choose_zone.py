"""The time zone whose midnight parts days, kept in the address."""

import streamlit as st

from pages.shared import choose
from pages.shared.frame import show_error
from recsys_core.data.local_time import find_zone, zones
from recsys_core.errors import ConfigError

ZONE = "zone"


def choose_zone() -> str:
    """The IANA name of a zone, UTC unless said otherwise; one in the address that there is not is told."""
    asked = st.query_params.get(ZONE)
    if asked:
        try:
            find_zone(asked)
        except ConfigError as error:
            show_error(error)
    return choose.choose("Days of the time zone", ZONE, zones(), str)

"""The app. Start it with ``make run``.

The file is read twice: once when the server starts, and again for each view of a page.
"""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

if get_script_run_ctx(suppress_warning=True) is None:
    from starlette.middleware import Middleware

    from pages.shared.serving import serving
    from pages.shared.visitors import Visitors

    app = st.App(__file__, lifespan=serving, middleware=[Middleware(Visitors)])
else:
    from pages.shared import frame

    frame.draw()

"""Engagement: what is measured, what can be estimated from logs, and what may only be simulated."""

from pages.shared import choose, nav
from pages.shared.engagement_activity import activity_step
from pages.shared.engagement_clicks import clicks_step
from pages.shared.engagement_policy import policy_step
from pages.shared.engagement_simulated import simulated_step
from pages.shared.frame import errors_as_sentences

STEPS = {
    "People": activity_step,
    "Clicks": clicks_step,
    "Another model's clicks": policy_step,
    "Simulated": simulated_step,
}

choose.header(nav.ENGAGEMENT)
step = choose.switch("Step", "step", list(STEPS))
with errors_as_sentences():
    STEPS[step]()

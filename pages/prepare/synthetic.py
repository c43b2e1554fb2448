"""Synthetic data: generate people, judge them, know whether they are worth having, and use them."""

from pages.shared import choose, nav
from pages.shared.frame import errors_as_sentences
from pages.shared.synthetic_chosen import GENERATE, JUDGE, STEP, STEPS, WORTH, Sources, choose_source
from pages.shared.synthetic_generate import generate_step
from pages.shared.synthetic_judge import judge_step
from pages.shared.synthetic_use import use_step
from pages.shared.synthetic_worth import worth_step

choose.header(nav.SYNTHETIC)
sources = Sources.here()
source = choose_source(sources)
step = choose.switch("Step", STEP, STEPS)
with errors_as_sentences():
    if step == GENERATE:
        generate_step(sources, source)
    elif step == JUDGE:
        judge_step(sources, source)
    elif step == WORTH:
        worth_step(source)
    else:
        use_step(sources, source)

"""What somebody who reads the figures has to know, each only where it is so. A new caveat is a function and a line."""

from collections import Counter
from collections.abc import Callable, Iterator

from recsys_core.blending.verdict import in_a_row
from recsys_core.comparing import verdict
from recsys_core.content.held import Held
from recsys_core.data.findings import counted
from recsys_core.data.profiling.words import percent
from recsys_core.errors import StudioError
from recsys_core.models import Ability
from recsys_core.report.blocks import Block, Bullets, Paragraph
from recsys_core.report.facts import Facts
from recsys_core.runs.jobs import Jobs, LeakSpec
from recsys_core.runs.leak_job import leaks_of
from recsys_core.splitting import find_splitter

FEW_PEOPLE = 200  # judged
SMALL_LEAD = 0.1  # over popularity, of its figure
SPARSE = 0.5  # of the items
CONTENT = frozenset({Ability.TEXT, Ability.ATTRIBUTES, Ability.IMAGE})


def caveats(facts: Facts) -> Iterator[Block]:
    """The section."""
    found = tuple(sentence for rule in RULES if (sentence := rule(facts)))
    yield Bullets(found) if found else Paragraph("Nothing stood out that would make these figures doubtful.")


def _synthetic(facts: Facts) -> str:
    if facts.made is None:
        return ""
    if facts.made.is_augmented:
        return "Generated people are among those that the models learned from. All who are judged are real."
    return "The people are synthetic: how a model does on them says nothing certain about real ones."


def _tie(facts: Facts) -> str:
    judged = facts.comparison.judged
    tied = [judged[place].contender.title for place in range(1, len(judged)) if not facts.comparison.beats(0, place)]
    if not tied or not facts.comparison.pairs:
        return ""
    return f"{facts.leader} stands first, but {verdict.named(tied)} may be as good: the order among them may be chance."


def _few_people(facts: Facts) -> str:
    people = facts.comparison.people
    return (
        f"Only {people} people were judged, too few to see any but large differences."
        if 0 < people < FEW_PEOPLE
        else ""
    )


def _plain_models(facts: Facts) -> str:
    """Popularity, where the best model hardly beats it."""
    judged = facts.comparison.judged
    place = next((at for at, one in enumerate(judged) if one.contender.model == "popularity"), None)
    if not place:
        return ""
    pair, base = facts.comparison.pair(0, place), judged[place].estimate.value
    if pair is None or not base:
        return ""
    gain = pair.gain.value / base
    if pair.is_settled and gain >= SMALL_LEAD:
        return ""
    certain = "" if pair.is_settled else ", which may be chance"
    return f"Popularity comes close: {facts.leader} is {gain:.0%} ahead of it{certain}."


def _seeds(facts: Facts) -> str:
    return verdict.seeds(facts.comparison)


def _untuned(facts: Facts) -> str:
    untuned = [
        title
        for title, run in facts.cards.items()
        if "tuning" not in run.about["passport"] and facts.kind(title).Config.search
    ]
    if not untuned:
        return ""
    return f"{verdict.named(untuned)} {'was' if len(untuned) == 1 else 'were'} not tuned: other settings may do better."


def _chosen_on_the_test(facts: Facts) -> str:
    of_model = Counter(facts.kind(title).info.title for title in facts.cards)
    several = [f"{number} settings of {title}" for title, number in of_model.items() if number > 1]
    if not several:
        return ""
    words = in_a_row(several)
    return f"There are {words}: whoever takes the best of them by these very test events flatters it."


def _future(facts: Facts) -> str:
    """What of the figures may be other people's future, and whether that was measured."""
    leak = find_splitter(facts.opened.split.recipe.key).leak
    if leak.risk == "low":
        return ""
    runs = {run.id for run in facts.runs}
    titles = {run.id: title for title, run in facts.cards.items()}
    for job in Jobs(facts.workspace.database).all():
        if isinstance(job.spec, LeakSpec) and set(job.spec.runs) <= runs:
            try:
                measured = leaks_of(facts.workspace, job, facts.metric, titles)
            except StudioError:  # no figure of single people
                break
            if measured is not None:
                return f"{leak.reason} Measured: {measured.sentence}"
    return f"{leak.reason} How much that flatters these figures was not measured."


def _left_out(facts: Facts) -> str:
    cold = int(facts.cards[facts.leader].about["cold_users"])
    if not cold:
        return ""
    return f"{counted(cold, 'person')} of whom nothing is known had something to find and {_were(cold)} left out."


def _new_items(facts: Facts) -> str:
    items = facts.opened.split.test.unmet
    share = len(items) / facts.dataset.n_items
    if share < 0.05:
        return ""
    return (
        f"{percent(share)} of the items have no training event, so models that know items by who met them cannot "
        "recommend them."
    )


def _sparse_content(facts: Facts) -> str:
    reading = [title for title in facts.cards if facts.kind(title).info.abilities & CONTENT]
    held = Held.by(facts.dataset)
    if not reading or held.texts >= SPARSE * held.items:
        return ""
    return f"{in_a_row(reading)} can read about items, but of {held.items:,} only {held.texts:,} have a text."


def _popular(facts: Facts) -> str:
    share = facts.profile.top_tenth
    if share < 0.5:
        return ""
    return (
        f"The most popular tenth of the items has {percent(share)} of all {facts.noun}s, so these figures say most "
        "about popular items."
    )


def _licence(facts: Facts) -> str:
    if facts.made is not None or (facts.card is not None and facts.card.licence):
        return ""
    return "Nobody noted down under which licence the data may be used: ask before they are passed on."


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


RULES: tuple[Callable[[Facts], str], ...] = (
    *(_synthetic, _few_people, _tie, _plain_models, _seeds, _chosen_on_the_test, _untuned, _future, _left_out),
    *(_new_items, _sparse_content, _popular, _licence),
)

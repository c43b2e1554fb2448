"""Words of English that only hold a sentence together; by themselves they are nobody's reason.

The closed classes of the language (articles, pronouns, prepositions, conjunctions, auxiliaries), after the list of the
Snowball project (Porter, Snowball: A Language for Stemming Algorithms, 2001), with what is left of "isn't" or "he's"
when words are cut at apostrophes. Words that can be a subject, such as "fire" or "bill", are not among them.
"""

_ENGLISH = """
    i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself
    it its itself they them their theirs themselves what which who whom whose this that these those
    am is are was were be been being have has had having do does did doing will would shall should can could may might
    must ought cannot a an the and but if or because as until while of at by for with about against between into
    through during before after above below to from up down in out on off over under onto upon within without toward
    towards among along again further then once here there when where why how all any both each few more most other
    another some such no nor not only own same so than too very just also yet even still ever
    s t d ll m re ve isn aren wasn weren hasn haven hadn doesn don didn won wouldn shan shouldn can couldn mustn
"""
STOP_WORDS = frozenset(_ENGLISH.split())

"""What the name of a column says about its role."""

import re

_NAMES = {
    "user": """user userid userids uid usr users reviewer reviewerid member memberid customer customerid client clientid
        visitor visitorid person personid people account accountid buyer buyerid reader readerid viewer viewerid
        listener listenerid profileid userhash userkey""",
    "item": """item itemid itemids iid items movie movieid mid movies film filmid asin parentasin sku skuid product
        productid isbn book bookid anime animeid animeids article articleid artist artistid song songid track trackid
        album albumid game gameid business businessid joke jokeid recipe recipeid restaurant restaurantid video videoid
        show showid course courseid news newsid poi venueid placeid""",
    "rating": """rating ratings score scores star stars value values overall feedback preference pref grade vote
        bookrating userrating ratingvalue reviewscore starrating rate rated""",
    "time": """timestamp timestamps time date datetime ts unixtime unixreviewtime reviewtime created createdat ratedat
        when utc eventtime timeadded dateadded lastupdated""",
    "count": """count counts playcount plays playscount listens listencount views viewcount clicks clickcount purchases
        quantity qty hours hoursplayed playtime timesplayed weight frequency freq""",
    "event": """event events eventtype action actiontype behavior behaviour behaviortype interaction interactiontype
        activity activitytype type""",
    "title": "title titles name movietitle itemtitle itemname productname booktitle moviename filmtitle label",
    "genres": "genres genre tags tag categories category moviegenres classes",
    "year": "year releaseyear releasedate released yearofpublication publicationyear",
    "text": "text synopsis overview description plot summary abstract",
    "image": "image picture poster imagefile img cover imagepath",
    "name": "name username fullname displayname",
}
_NOUNS_OF = {
    "user": "user reviewer member customer client visitor person account buyer reader viewer",
    "item": """item movie film product book anime article artist song track album game business joke recipe restaurant
        video show course""",
    "rating": "rating ratings score stars star overall feedback preference grade",
    "time": "timestamp time date datetime ts",
}
_ID_WORDS = "id ids key code nr no hash"
_ASIDE_WORDS = """age gender sex count counts number num total avg average mean min max std type category city country
    zip price year position rank page qty quantity index duration length size weight height text comment review by of
    feature affinity propensity probability"""

_EXACT = {role: frozenset(names.split()) for role, names in _NAMES.items()}
_NOUNS = {role: frozenset(nouns.split()) for role, nouns in _NOUNS_OF.items()}
_IDS = frozenset(_ID_WORDS.split())
_ASIDES = frozenset(_ASIDE_WORDS.split())


def tokens(name: str) -> list[str]:
    """``reviewerID``, ``reviewer_id`` and ``reviewer id:token`` -> ``["reviewer", "id"]``."""
    plain = re.sub(r":(token|float|token_seq|float_seq)$", "", name.strip())
    split = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", plain)
    return re.findall(r"[^\W_]+", split.lower())


def fit(role: str, name: str) -> int:
    """How well a name fits a role: 3 is its very name, 2 and 1 are likely, 0 says nothing."""
    words = tokens(name)
    if "".join(words) in _EXACT[role]:
        return 3
    nouns = _NOUNS.get(role, frozenset())
    if not nouns.intersection(words):
        return 0
    if role in ("user", "item"):
        return 2 if words[-1] in _IDS else int(not _ASIDES.intersection(words))
    return 0 if (_ASIDES | _IDS).intersection(words) else 2


def known(name: str) -> bool:
    """Whether a name is one that columns have, whatever its role."""
    return any(fit(role, name) == 3 for role in _EXACT)


def is_aside(name: str) -> bool:
    """Whether a name speaks of something that is surely not a rating, such as an age, a price or a title."""
    return bool((_ASIDES | _IDS).intersection(tokens(name))) or describes(name)


def describes(name: str) -> bool:
    """Whether a name speaks of a trait of an item or a person, such as a title, so that its values are no ids."""
    traits = ("title", "genres", "year", "text", "image", "name")
    return any(fit(role, name) == 3 for role in traits)

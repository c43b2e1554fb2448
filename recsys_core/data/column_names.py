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
        bookrating userrating reviewoverall ratingvalue reviewscore starrating rate rated""",
    "time": """timestamp timestamps time date datetime ts unixtime unixreviewtime reviewtime created createdat ratedat
        when utc eventtime timeadded dateadded lastupdated reviewdate reviewtimestamp utctimestamp timestampms
        timems""",
    "count": """count counts playcount plays playscount listens listencount views viewcount clicks clickcount purchases
        quantity qty hours hoursplayed playtime timesplayed weight frequency freq n""",
    "event": """event events eventtype action actiontype behavior behaviour behaviortype interaction interactiontype
        activity activitytype type""",
    "title": "title titles name movietitle itemtitle itemname productname booktitle moviename filmtitle label",
    "genres": "genres genre tags tag categories category moviegenres classes",
    "year": "year releaseyear releasedate released yearofpublication publicationyear",
    "text": "text synopsis overview description plot summary abstract",
    "image": "image picture poster imagefile img cover imagepath",
    "name": "name username fullname displayname",
}
_FOREIGN = {  # German, French, Spanish, Italian, Portuguese, Russian, Chinese, Japanese
    "user": """nutzer benutzer kunde kundin käufer leser mitglied utilisateur acheteur lecteur membre usuario cliente
        comprador miembro utente acquirente usuário utilizador пользователь клиент покупатель читатель 用户 用户id 会员
        顾客 客户 买家 ユーザー ユーザ ユーザーid 利用者 会員 顧客""",
    "item": """artikel produkt buch lied spiel produit livre jeu chanson artículo articulo producto película pelicula
        libro articolo prodotto canzone produto filme livro товар продукт фильм книга песня игра 物品 商品 电影 產品
        产品 图书 音乐 映画 アイテム 作品 本""",
    "rating": """bewertung wertung punkte sterne note évaluation avis étoiles calificación calificacion puntuación
        puntuacion valoración nota voto valutazione punteggio avaliação avaliacao classificação оценка рейтинг 评分 评价
        打分 星级 評価 評点 点数""",
    "time": """datum zeit zeitpunkt zeitstempel horodatage heure fecha hora ora data дата время 时间 日期 时间戳 日付
        日時 時間""",
}
_COMPOUNDS = {  # as German begins them: Kundennummer, Bewertungsdatum
    "user": ("kunde", "nutzer", "benutzer"),
    "item": ("artikel", "produkt"),
    "rating": ("bewertung",),
    "time": ("datum",),
}
_COMPOUND_TRAITS = """name namen preis alter gruppe kategorie titel typ art anzahl beschreibung datum text menge status
    geschlecht"""
_STAND_INS = {
    "user": """username usernames profilename nickname screenname email emailaddress mail login anonymous visitor
        session sid""",
    "item": "title movietitle itemtitle booktitle productname producttitle itemname moviename bookname name",
}
_NOUNS_OF = {
    "user": "user reviewer member customer client visitor person account buyer reader viewer",
    "item": """item movie film product book anime article artist song track album game business joke recipe restaurant
        video show course""",
    "rating": "rating ratings score stars star overall feedback preference grade",
    "time": "timestamp time date datetime ts",
}
_NOUNS_BEFORE_ID = {
    "user": "student guest patient listener member",
    "item": "app content place venue listing beer stock hotel post page",
}
_WEAK_RATINGS = "value values score scores vote rate rated pref preference feedback overall"
_ID_WORDS = "id ids key code nr no hash"
_ASIDE_WORDS = """age gender sex count counts number num total avg average mean min max std type category city country
    zip price year position rank page qty quantity index duration length size weight height text comment review by of
    feature affinity propensity probability amount cost fee revenue spend lat latitude lon lng longitude hour minute
    month day channel store device platform os discount session is has"""
_EVENT_WORDS = """pv view views viewed impression click clicks clicked clickout cart carted addtocart addtobasket basket
    remove removefromcart fav favorite favourite bookmark like liked dislike share save wishlist add buy bought purchase
    purchased order ordered transaction checkout play played listen listened skip skipped watch watched download
    install"""

_EXACT = {role: frozenset(names.split()) for role, names in _NAMES.items()}
_NOUNS = {role: frozenset(nouns.split()) for role, nouns in _NOUNS_OF.items()}
_FOREIGN_NOUNS = {role: frozenset(nouns.split()) for role, nouns in _FOREIGN.items()}
_BEFORE_ID = {role: frozenset(nouns.split()) for role, nouns in _NOUNS_BEFORE_ID.items()}
_STANDING_IN = {role: frozenset(names.split()) for role, names in _STAND_INS.items()}
_WEAK = frozenset(_WEAK_RATINGS.split())
_EVENTS = frozenset(_EVENT_WORDS.split())
_TRAITS = tuple(_COMPOUND_TRAITS.split())
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
    whole = "".join(words)
    if whole in _EXACT[role]:
        return 2 if role == "rating" and whole in _WEAK else 3
    if whole in _FOREIGN_NOUNS.get(role, ()):
        return 2 if role in ("user", "item") else 1
    if _begins(role, words):
        return 1
    before_id = _BEFORE_ID.get(role, frozenset())
    if whole and (words[-1].removesuffix("id") if words[-1] not in _IDS else "".join(words[-2:-1])) in before_id:
        return 2
    nouns = _NOUNS.get(role, frozenset())
    if not nouns.intersection(words):
        return 0
    if role in ("user", "item"):
        return 2 if words[-1] in _IDS else int(not _ASIDES.intersection(words))
    return 0 if (_ASIDES | _IDS).intersection(words) else 2


def _begins(role: str, words: list[str]) -> bool:
    """Whether a German compound speaks of the role itself, and not of a trait such as a price."""
    starts = _COMPOUNDS.get(role)
    return starts is not None and len(words) > 0 and words[0].startswith(starts) and not words[-1].endswith(_TRAITS)


def stands_in(role: str, name: str) -> bool:
    """Whether a name can speak of people or items where no other column does: a user name, an e-mail, a title."""
    words = [word for word in tokens(name) if word not in _IDS]
    endings = {"".join(words[start:]) for start in range(len(words))} if role == "user" else {"".join(words)}
    return not endings.isdisjoint(_STANDING_IN[role])


def is_event(kind: str) -> bool:
    """Whether a value is a well-known word for something that people do with items."""
    return "".join(tokens(kind)) in _EVENTS


def names_an_id(name: str) -> bool:
    """Whether a name ends as ids do, and speaks of no trait such as a category."""
    words = tokens(name)
    if len(words) < 2 or words[-1] not in _IDS:
        return False
    return not _ASIDES.intersection(words) and not describes(" ".join(words[:-1]))


def known(name: str) -> bool:
    """Whether a name is one that columns have, whatever its role."""
    whole = "".join(tokens(name))
    return any(whole in names for names in (*_EXACT.values(), *_FOREIGN_NOUNS.values(), *_STANDING_IN.values()))


def is_aside(name: str) -> bool:
    """Whether a name speaks of something that is surely not a rating, such as an age, a price or a title."""
    return bool((_ASIDES | _IDS).intersection(tokens(name))) or describes(name)


def describes(name: str) -> bool:
    """Whether a name speaks of a trait of an item or a person, such as a title, so that its values are no ids."""
    traits = ("title", "genres", "year", "text", "image", "name")
    return any(fit(role, name) == 3 for role in traits)

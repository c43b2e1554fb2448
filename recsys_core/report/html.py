"""HTML in a few lines: what goes in as text comes out as text."""

from html import escape

EMPTY = frozenset({"meta", "img"})  # elements without an end


class Html(str):
    """What is HTML already. Any other text is escaped where it goes in."""


def element(name: str, /, *inside: str, **attributes: str | None) -> Html:
    """An element; ``class_`` is written for ``class``, ``aria_label`` for ``aria-label``, and nothing for None."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{given}>" if name in EMPTY else f"<{name}{given}>{joined(*inside)}</{name}>")


def joined(*parts: str) -> Html:
    """Parts in a row."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts))

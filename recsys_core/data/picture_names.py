"""Names of picture files that say what is in them, so that equal names mean equal pictures."""

import hashlib
import re

_BY_CONTENT = re.compile(r"[0-9a-f]{24}\.[a-z]{1,5}")


def picture_name(content: bytes, suffix: str) -> str:
    """What a file with this content is called; ``suffix`` with its dot."""
    return hashlib.sha256(content).hexdigest()[:24] + suffix


def tells_content(name: str) -> bool:
    """Whether a name is one of :func:`picture_name`."""
    return _BY_CONTENT.fullmatch(name) is not None

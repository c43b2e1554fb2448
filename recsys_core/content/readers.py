"""The readers there are, by what they read. A new one is one file and one line of its list."""

from recsys_core.content.reader import Reader

TEXT_READERS: tuple[type[Reader], ...] = ()
PICTURE_READERS: tuple[type[Reader], ...] = ()

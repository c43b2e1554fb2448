"""Items by their ids, and which ones somebody may have meant."""

from bisect import bisect_left
from collections.abc import Sequence
from os.path import commonprefix

from recsys_core.data.dataset import Ids
from recsys_core.errors import DataError

NAMED = 3  # ids at most
LONGEST = 60  # letters of a title


class Catalogue:
    """Finds items; says of an unknown id which ids or titles begin like it.

    Args:
        titles: one for each id.
    """

    def __init__(self, ids: Ids, titles: Sequence[str]) -> None:
        self._ids, self._titles = ids, titles
        texts = [*enumerate(map(str, ids.values)), *enumerate(titles)]
        self._texts = sorted((text.casefold(), item) for item, text in texts)

    def find(self, identifier: str) -> int:
        """The position of an item.

        Raises:
            DataError: there is none; names some that begin alike.
        """
        position = self._ids.positions.get(identifier)
        if position is None:
            named = ", ".join(
                f"{str(self._ids.values[item])!r} ({self._title(item)})" for item in self.near(identifier)
            )
            raise DataError(f"There is no item with the id {identifier!r}.", f"Near it are {named}.", "unknown-item")
        return position

    def near(self, text: str) -> list[int]:
        """Items whose id or title has the longest beginning in common with a text, in alphabetical order around it."""
        wanted = text.casefold()
        place = bisect_left(self._texts, (wanted, -1))
        around = self._texts[max(0, place - NAMED) : place + NAMED]
        around.sort(key=lambda entry: -len(commonprefix([entry[0], wanted])))
        return list(dict.fromkeys(item for _, item in around))[:NAMED]

    def _title(self, item: int) -> str:
        title = self._titles[item]
        return title if len(title) <= LONGEST else f"{title[: LONGEST - 1].rstrip()}…"

"""The readers there are, by what they read. A new one is one file and one line of its list."""

from recsys_core.content.efficientnet import FrozenPictures, LastBlockPictures
from recsys_core.content.picture_cnn import PictureCNN
from recsys_core.content.reader import Reader
from recsys_core.content.sentence_text import SentenceText
from recsys_core.content.static_text import StaticText
from recsys_core.content.text_cnn import TextCnn
from recsys_core.content.words import Words

TEXT_READERS: tuple[type[Reader], ...] = (
    Words,
    StaticText,
    SentenceText,
    TextCnn,
)
PICTURE_READERS: tuple[type[Reader], ...] = (
    PictureCNN,
    FrozenPictures,
    LastBlockPictures,
)

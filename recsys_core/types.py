"""Array types and small enumerations that every room uses.

Shapes are written with E events, U users, I items, B users in a batch, C candidates of a user, k list length,
d embedding size, T held-out events.
"""

from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Bool = NDArray[np.bool_]
Strings = NDArray[np.object_]  # external ids, as text

Json = dict[str, Any]


class Feedback(StrEnum):
    """What a value means: a rating on a scale, or the mere fact of an interaction."""

    EXPLICIT = "explicit"
    IMPLICIT = "implicit"

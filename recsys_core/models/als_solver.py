"""Least squares for one side of a factorisation: each row solves a small system of its own while the other side rests.

Row r minimises over x the sum

    Σ_e w_e (1 − y_e · x)² + α Σ_j (y_j · x)² + λ_r |x|²

where e runs over its events and j over all rows y of the other side (Hu, Koren and Volinsky 2008, section 4). The
middle part is x · αY'Y x: its cost does not depend on the number of pairs. A few steps of conjugate gradients from the
row as it was are nearly as good as the exact solution (Takács, Pilászy and Tikk, Applications of the Conjugate Gradient
Method for Implicit Feedback Collaborative Filtering, RecSys 2011), and cost d operations an event instead of d².
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import csr_array

from recsys_core.training.compiled import compiled
from recsys_core.training.loop import Pulse
from recsys_core.training.prefetch import fetch_row
from recsys_core.types import Float32, Int32, Int64

STEPS = 3  # on ML-1M, five or twenty give the same NDCG
STEPS_TO_THE_END = 500  # the remainder falls below EXACT in far fewer
EXACT = np.float32(1e-12)  # what may remain of the squared gradient
NOTHING = np.float32(1e-30)  # a squared gradient of which products round to zero, so that no step can be measured
AHEAD = 4  # events, of which the vectors are brought near
WORK_AT_ONCE = 4_000_000  # numbers read between two questions whether to stop: some thousandths of a second


@dataclass(frozen=True)
class Rows:
    """The events of each row of one side.

    Attributes:
        starts: Int64[R + 1]; row r met ``columns[starts[r]:starts[r + 1]]`` of the other side.
        columns: Int32[E]; weights: Float32[E].
        pulls: Float32[R], λ_r.
    """

    starts: Int64
    columns: Int32
    weights: Float32
    pulls: Float32

    @classmethod
    def of(cls, weights: csr_array, unobserved: float, regularisation: float, exponent: float) -> "Rows":
        """Rows of a matrix (R, C) of weights, with the pull λ_r = λ (Σ_e w_e + α C)^ν (Rendle et al. 2022)."""
        frequencies = weights.sum(axis=1) + unobserved * weights.shape[1]
        pulls = regularisation * np.power(frequencies, exponent, dtype=np.float64)
        return cls(
            weights.indptr.astype(np.int64),
            weights.indices.astype(np.int32),
            weights.data.astype(np.float32),
            pulls.astype(np.float32),
        )


def solve(rows: Rows, factors: Float32, others: Float32, unobserved: float, steps: int, pulse: Pulse) -> float:
    """Bring ``factors`` (R, d) nearer to their best while ``others`` (C, d) rest; what the rows' sums above come to.

    Rows without events stay as they are: they begin at their best, 0, or with what was known of them before.

    The rows are shared out among as many threads as torch may use. None depends on another, so the number of threads
    does not change a bit.
    """
    gram = np.float32(unobserved) * (others.T @ others)
    # A row reads d numbers for each of its events, and the d rows of the Gram matrix.
    work = factors.shape[1] * (rows.starts + factors.shape[1] * np.arange(len(rows.starts)))
    bounds = np.unique(np.append(np.searchsorted(work, np.arange(0, work[-1], WORK_AT_ONCE)), len(factors)))

    def solve_part(part: int) -> float:
        return solve_rows(
            bounds[part],
            bounds[part + 1],
            rows.starts,
            rows.columns,
            rows.weights,
            rows.pulls,
            factors,
            others,
            gram,
            steps,
        )

    parts, total = len(bounds) - 1, 0.0
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        for part, objective in enumerate(pool.map(solve_part, range(parts))):
            pulse(part / parts)
            total += objective
    return total


@compiled
def solve_rows(
    first: int,
    last: int,
    starts: Int64,
    columns: Int32,
    weights: Float32,
    pulls: Float32,
    factors: Float32,
    others: Float32,
    gram: Float32,
    steps: int,
) -> float:
    """At most ``steps`` steps of conjugate gradients for each of the rows first ≤ r < last; what their sums come to."""
    d = factors.shape[1]
    residual, direction, curved = np.empty(d, np.float32), np.empty(d, np.float32), np.empty(d, np.float32)
    total = 0.0
    for row in range(first, last):
        x = factors[row]
        events = slice(starts[row], starts[row + 1])
        total += objective(x, np.float32(1), columns[events], weights[events], others, gram, pulls[row], residual)
        if starts[row] == starts[row + 1]:
            continue
        square = np.float32(0)
        for f in range(d):
            residual[f] = -residual[f]
            direction[f] = residual[f]
            square += residual[f] * residual[f]
        enough = max(EXACT * square, NOTHING)
        for _ in range(steps):
            if square <= enough:
                break
            curvature = objective(
                direction, np.float32(0), columns[events], weights[events], others, gram, pulls[row], curved
            )
            length = np.float32(square / curvature)
            total -= float(length * square)  # by which this step lowers the sum
            lower = np.float32(0)
            for f in range(d):
                x[f] += length * direction[f]
                residual[f] -= length * curved[f]
                lower += residual[f] * residual[f]
            for f in range(d):
                direction[f] = residual[f] + lower / square * direction[f]
            square = lower
    return total


@compiled
def objective(
    x: Float32,
    wanted: np.float32,
    columns: Int32,
    weights: Float32,
    others: Float32,
    gram: Float32,
    pull: np.float32,
    half_gradient: Float32,
) -> float:
    """Σ_e w_e (y_e · x − wanted)² + x · (gram + pull) x, with half its gradient written to ``half_gradient`` (d,)."""
    d = len(x)
    value = 0.0
    for f in range(d):
        product = pull * x[f]
        for g in range(d):
            product += gram[f, g] * x[g]
        half_gradient[f] = product
        value += x[f] * product
    for e in range(len(columns)):
        fetch_row(others, columns[min(e + AHEAD, len(columns) - 1)])
        y = others[columns[e]]
        error = -wanted
        for f in range(d):
            error += y[f] * x[f]
        weighted = weights[e] * error
        value += weighted * error
        for f in range(d):
            half_gradient[f] += weighted * y[f]
    return value

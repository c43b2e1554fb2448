"""Ridge regressions of many people at once."""

import numpy as np

from recsys_core.types import Float64, Int32, Int64

SOLVED_AT_ONCE = 1 << 22  # numbers in the inputs or the Gram matrices of people: 32 MB


def ridge(rows: Float64, starts: Int64, places: Int32, targets: Float64, pulls: Float64) -> Float64:
    """Float64[B, k]: of each person the x that minimises Σ_e (target_e - row_e · x)² + Σ_j pull_j x_j².

    Args:
        rows: Float64[I, k], what may be regressed on.
        starts: Int64[B + 1]; person b has the events ``starts[b]:starts[b + 1]``.
        places: Int32[E], the row of each event; targets: Float64[E].
        pulls: Float64[k], above 0.
    """
    solutions = np.zeros((len(starts) - 1, rows.shape[1]))
    by_length = np.argsort(np.diff(starts), kind="stable")
    lengths = np.diff(starts)[by_length]
    first = int(np.searchsorted(lengths, 1))  # nothing is known of those before
    while first < len(lengths):
        # People of about the same length share a table; shorter ones are filled up with rows of zeros.
        alike = int(np.searchsorted(lengths, lengths[first] * 5 // 4, side="right"))
        width = int(lengths[alike - 1])
        last = min(alike, first + max(1, SOLVED_AT_ONCE // (width * max(width, rows.shape[1]))))
        people, within = by_length[first:last, None], np.arange(width)
        known = within < lengths[first:last, None]  # (b, width)
        events = np.where(known, starts[people] + within, 0)
        inputs = rows[places[events]] * known[..., None]  # (b, width, k)
        solutions[by_length[first:last]] = _solve(inputs, targets[events] * known, pulls)
        first = last
    return solutions


def _solve(inputs: Float64, targets: Float64, pulls: Float64) -> Float64:
    """(b, k), by whichever matrix is smaller: (X'X + P)^-1 X' = P^-1 X' (X P^-1 X' + 1)^-1."""
    n, k = inputs.shape[1:]
    across = inputs.transpose(0, 2, 1)
    if k <= n:
        solved = np.linalg.solve(across @ inputs + np.diag(pulls), across @ targets[..., None])
    else:
        scaled = across / pulls[:, None]
        solved = scaled @ np.linalg.solve(inputs @ scaled + np.eye(n), targets[..., None])
    return solved[..., 0].astype(np.float64)

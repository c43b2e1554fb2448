"""Steps of stochastic gradient descent for factor models of ratings whose people and items share vectors.

A person's vector is p + Σ_k w_k x_k, summed over what is shared with others: attributes, and for SVD++ the items that
the person rated. An item's vector is q + Σ_k w_k x_k over its attributes; biases likewise. Each event takes a step down

    ½ (y − b_u − b_i − p_u · q_i)² + ½ pull Σ_k (w_k |x_k|)²

where the last sum has one term for each part of both vectors, the own one included with w = 1: all parts are held to
zero alike. An event moves all parts of a person along the same direction. So their sum is kept up to date while the
events of the person pass, and the parts follow once, at the end: the cost of an event does not grow with their number.
"""

import numpy as np

from recsys_core.training.compiled import compiled
from recsys_core.training.prefetch import fetch, fetch_row
from recsys_core.types import Float32, Int32, Int64

AHEAD = 4  # ratings, of which the vectors are brought near


@compiled
def learn_people(
    people: Int64,
    starts: Int64,
    items: Int32,
    targets: Float32,
    user_starts: Int64,
    user_parts: Int32,
    user_weights: Float32,
    item_starts: Int64,
    item_parts: Int32,
    item_weights: Float32,
    user_bias: Float32,
    user_factors: Float32,
    user_part_bias: Float32,
    user_part_factors: Float32,
    item_part_bias: Float32,
    item_part_factors: Float32,
    history_factors: Float32,
    rate: np.float32,
    pull: np.float32,
    bias_pull: np.float32,
    user_pace: Float32,
    user_bias_pace: Float32,
    user_part_pace: Float32,
    user_part_bias_pace: Float32,
    item_part_pace: Float32,
    item_part_bias_pace: Float32,
    history_pace: Float32,
) -> float:
    """A step for each event of these people, person after person; the sum of the squared errors before the steps.

    Args:
        starts: Int64[U + 1]; person u rated ``items[starts[u]:starts[u + 1]]`` with ``targets``, normalised ratings.
        user_starts, user_parts, user_weights: the shared parts of each person, as rows of a sparse matrix (U, F).
        item_starts, item_parts, item_weights: the parts of each item, of a matrix (I, G); part i is item i's own.
        user_bias, user_factors: (U,) and (U, d), the own parts of the people.
        user_part_bias, user_part_factors: (F,) and (F, d), shared.
        item_part_bias, item_part_factors: (G,) and (G, d).
        history_factors: (I, d), the vectors y of SVD++, each with the weight n^-1/2 of the n ratings; (0, d) without.
        user_pace, user_part_pace, item_part_pace, history_pace: (U,), (F,), (G,) and (I,), what the steps of the
            vectors of each part are multiplied by; those of the biases likewise.
    """
    d = user_factors.shape[1]
    one = np.float32(1)
    has_history = len(history_factors) > 0
    shared, moved, item = np.empty(d, np.float32), np.empty(d, np.float32), np.empty(d, np.float32)
    loss = 0.0
    for place in range(len(people)):
        u, v = people[place], people[min(place + 1, len(people) - 1)]  # v comes next
        fetch_row(user_factors, v)
        fetch(items, starts[v])
        fetch(targets, starts[v])
        n = starts[u + 1] - starts[u]
        if n == 0:
            continue
        final = starts[u + 1] - 1
        history_weight = one / np.sqrt(np.float32(n))
        shared[:] = 0
        moved[:] = 0
        shared_bias = moved_bias = np.float32(0)
        bias_share = share = np.float32(0)  # Σ_k w_k², what a step moves the sum by
        for k in range(user_starts[u], user_starts[u + 1]):
            part, w = user_parts[k], user_weights[k]
            shared_bias += w * user_part_bias[part]
            bias_share += user_part_bias_pace[part] * w * w
            share += user_part_pace[part] * w * w
            for f in range(d):
                shared[f] += w * user_part_factors[part, f]
        if has_history:
            paces = np.float32(0)
            for e in range(starts[u], starts[u + 1]):
                paces += history_pace[items[e]]
                fetch_row(history_factors, items[min(e + AHEAD, final)])
                for f in range(d):
                    shared[f] += history_weight * history_factors[items[e], f]
            share += paces / np.float32(n)

        own, user_rate, user_bias_rate = user_factors[u], rate * user_pace[u], rate * user_bias_pace[u]
        for e in range(starts[u], starts[u + 1]):
            later = items[min(e + AHEAD, final)]
            fetch(item_starts, later)
            fetch_row(item_part_factors, later)  # its own part; those it shares are few, and near
            first, last = item_starts[items[e]], item_starts[items[e] + 1]
            item[:] = 0
            predicted = shared_bias + user_bias[u]
            for k in range(first, last):
                part, w = item_parts[k], item_weights[k]
                predicted += w * item_part_bias[part]
                for f in range(d):
                    item[f] += w * item_part_factors[part, f]
            for f in range(d):
                predicted += (own[f] + shared[f]) * item[f]
            error = targets[e] - predicted
            loss += error * error
            step = rate * error
            for k in range(first, last):
                part, w = item_parts[k], item_weights[k]
                bias_rate, part_rate = rate * item_part_bias_pace[part], rate * item_part_pace[part]
                item_part_bias[part] += w * (bias_rate * error - bias_rate * bias_pull * w * item_part_bias[part])
                part_step = part_rate * error
                for f in range(d):
                    x = item_part_factors[part, f]
                    item_part_factors[part, f] = x + w * (part_step * (own[f] + shared[f]) - part_rate * pull * w * x)
            user_bias[u] += user_bias_rate * error - user_bias_rate * bias_pull * user_bias[u]
            shared_bias += bias_share * step
            moved_bias += step
            for f in range(d):
                change = step * item[f]
                own[f] += user_pace[u] * change - user_rate * pull * own[f]
                shared[f] += share * change
                moved[f] += change

        for k in range(user_starts[u], user_starts[u + 1]):
            part, w = user_parts[k], user_weights[k]
            bias_pace, pace = user_part_bias_pace[part], user_part_pace[part]
            kept_bias = np.float32((one - rate * bias_pace * bias_pull * w * w) ** n)
            kept = np.float32((one - rate * pace * pull * w * w) ** n)
            user_part_bias[part] = kept_bias * user_part_bias[part] + bias_pace * w * moved_bias
            for f in range(d):
                user_part_factors[part, f] = kept * user_part_factors[part, f] + pace * w * moved[f]
        if has_history:
            usual = np.float32((one - rate * pull / n) ** n)
            for e in range(starts[u], starts[u + 1]):
                fetch_row(history_factors, items[min(e + AHEAD, final)])
                pace = history_pace[items[e]]
                kept = usual if pace == one else np.float32((one - rate * pace * pull / n) ** n)
                for f in range(d):
                    y = history_factors[items[e], f]
                    history_factors[items[e], f] = kept * y + pace * history_weight * moved[f]
    return loss

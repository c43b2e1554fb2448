"""Hints to the processor that memory will be read soon.

Compiled loops read rows of tables at random places. Once the tables have outgrown the caches, a loop waits for memory
most of the time, unless it says early enough what it will read. A hint changes no result.
"""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from recsys_core.training.compiled import compiled
from recsys_core.types import Float32, Int32, Int64

NUMBERS_IN_A_LINE = 16  # of 4 bytes, in the 64 that memory is moved by


def _fetch(typing_context: Any, array: Any, place: Any) -> tuple[Any, Callable[..., Any]]:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        address = builder.bitcast(builder.gep(data, [arguments[1]]), cgutils.voidptr_t)
        flag = ir.IntType(32)
        hint = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, flag, flag, flag])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [cgutils.voidptr_t], hint)
        reading, into_all_caches, data_cache = flag(0), flag(3), flag(1)
        builder.call(prefetch, [address, reading, into_all_caches, data_cache])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


# ``fetch(array, place)`` in a compiled loop: the number at this place, counted row by row, will be read. The array must
# be contiguous. A place outside it is no fault, for nothing is read yet.
fetch = cast(Callable[[Any, Any], None], intrinsic(_fetch))


@compiled
def fetch_row(table: Float32 | Int32 | Int64, row: np.int64) -> None:
    """The row of a table (n, d) will be read or written."""
    d = table.shape[1]
    for column in range(0, d, NUMBERS_IN_A_LINE):
        fetch(table, np.int64(row) * d + column)

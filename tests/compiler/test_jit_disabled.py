"""Under NUMBA_DISABLE_JIT=1, which coverage is measured with, numba leaves functions as they are: ufuncs compile."""

from package_copy import RESULT
from processes import finish

# Beside the element-wise probe; a fold compiles faster than an exponential sum.
ROW_KERNEL = """\
import numpy as np

from numba_act.kernels.elementary.row_reductions import of_sum


def square(x):
    return x * x


@of_sum("(n)->()", term=square)
def probe_norm(total):
    'Return a norm.'
    return np.sqrt(total)
"""

CALLS = """
    import numpy as np

    import numba_act as na

    print(*na.parallel.probe(np.arange(3)), na.parallel.probe(np.ones(10**6, np.int64)).sum())
    print(na.probe_norm(np.array([3.0, 4.0])))
"""


def test_loops_are_compiled_all_the_same(package):
    (package.source / "kernels" / "probe_norm.py").write_text(ROW_KERNEL, encoding="utf-8")
    found = finish(package.start(CALLS, NUMBA_DISABLE_JIT=1)).split()
    assert [*map(float, found)] == [0, RESULT, 2 * RESULT, RESULT * 10**6, 5]
    assert package.show() == (RESULT, False)

"""The cache is never stale: every edit that changes a result changes the key."""

import runpy

import numpy as np
import pytest
from package_copy import RESULT
from processes import finish

from numba_act.engine.compiler.fingerprint import fingerprint
from numba_act.engine.compiler.link import call_graph

EDITS = {  # file, old, new, the result
    "literal": ("kernels/probe.py", "x * GLOBAL", "x * 13 * GLOBAL", RESULT * 13),
    "global": ("kernels/probe.py", "int64(2)", "int64(4)", RESULT * 2),
    "imported-constant": ("kernels/elementary/probe_constants.py", "IMPORTED = 3", "IMPORTED = 6", RESULT * 2),
    "attribute-of-a-module": (
        "kernels/elementary/probe_constants.py", "ATTRIBUTE = 5", "ATTRIBUTE = 9", RESULT // 5 * 9
    ),
    "function-chosen-by-dtype": ("kernels/elementary/probe_functions.py", "return 7", "return 14", RESULT * 2),
    "choice-by-dtype": (
        "kernels/elementary/probe_functions.py", "integer=chosen_integer", "integer=chosen_float", RESULT // 7 * 17
    ),
    "function-called-by-a-function": (
        "kernels/elementary/probe_functions.py", " + offset", " + 11 + offset", RESULT * 2
    ),
    "default-of-an-argument": ("kernels/elementary/probe_functions.py", "offset=0", "offset=11", RESULT * 2),
    "tuple-of-coefficients": ("kernels/elementary/probe_functions.py", "(0, 11)", "(11, 11)", RESULT * 2),
    "primitives": ("language/primitives.py", "self._integer = integer", "self._integer = float64", RESULT // 7 * 17),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_edit_of_a_kernel_file_changes_the_key(package, edit):
    """With the time stamps of the files as they were."""
    file, old, new, result = EDITS[edit]
    before = package.result_and_key()
    package.edit(file, old, new)
    after = package.result_and_key()
    assert (before[0], after[0]) == (RESULT, result)
    assert before[1] != after[1]
    package.edit(file, new, old)
    assert package.result_and_key() == before


def test_edit_of_a_kernel_file_changes_the_compiled_result(warm):
    file, old, new, result = EDITS["tuple-of-coefficients"]
    warm.edit(file, old, new)
    assert warm.show() == (result, True)
    warm.edit(file, new, old)
    assert warm.show() == (RESULT, False)


# The dtype, a global of the kernel, the same after an edit, and what the kernel returns.
HIDDEN = {
    "array": ("int64", "np.array([2, 1])", "np.array([4, 1])", "x * TABLE[0]"),
    "last-digit-of-an-array-in-a-tuple": (
        "float64", "(np.array([2.0]),)", "(np.array([2.0000000000000004]),)", "x * TABLE[0][0]"
    ),
    "middle-of-a-long-array": (
        "int64", "np.arange(4000)", "np.where(np.arange(4000) == 2, 7, np.arange(4000))", "x * TABLE[2]"
    ),
    "global-of-an-inner-function": ("int64", "2", "4", "(lambda y: y * TABLE)(x)"),
}  # fmt: skip


@pytest.mark.parametrize("way", HIDDEN)
def test_edit_of_a_constant_that_is_hard_to_find_changes_the_key(package, way):
    dtype, first, second, expression = HIDDEN[way]
    kernel = f"""\
import numpy as np

from numba_act.language.declaration import vectorize

TABLE = {first}


@vectorize(["{dtype}({dtype})"])
def probe(x):
    'Return a multiple.'
    return {expression}
"""
    (package.source / "kernels" / "probe.py").write_text(kernel, encoding="utf-8")
    before = package.result_and_key()
    package.edit("kernels/probe.py", f"TABLE = {first}", f"TABLE = {second}")
    after = package.result_and_key()
    assert before[0] != after[0]
    assert before[1] != after[1]


# Of a user's own module, whose file is part of no key, only what is in memory is known: ways to hold a value.
OUTSIDE = {
    "literal": "def probe(x): return x * VALUE",
    "global": "FACTOR = VALUE\ndef probe(x): return x * FACTOR",
    "tuple": "FACTORS = (1.5, (VALUE,))\ndef probe(x): return x * FACTORS[1][0]",
    "array": "FACTORS = np.array([1.5, VALUE])\ndef probe(x): return x * FACTORS[1]",
    "default-of-an-argument": "def probe(x, factor=VALUE): return x * factor",
    "literal-of-a-function-it-calls": "def called(x): return x * VALUE\ndef probe(x): return called(x)",
    "literal-of-an-inner-function": "def probe(x): return (lambda y: y * VALUE)(x)",
}


@pytest.mark.parametrize("way", OUTSIDE)
def test_value_in_a_kernel_outside_the_package_is_part_of_the_key(way, tmp_path):
    keys = []
    for value in ("2.5", "2.5", "3.5"):
        (tmp_path / "user.py").write_text(
            "import numpy as np\n" + OUTSIDE[way].replace("VALUE", value), encoding="utf-8"
        )
        names = runpy.run_path(tmp_path / "user.py")
        assert names["probe"](1) == float(value)
        keys.append(fingerprint([call_graph(names["probe"], np.float64)], []))
    assert keys[0] == keys[1]
    assert keys[0] != keys[2]


def test_edit_of_an_attribute_of_a_module_in_a_package_changes_the_key(package):
    kernel = """\
import numba_act.kernels.elementary.probe_constants
from numba_act.language.declaration import vectorize
from numba_act.kernels import elementary


@vectorize(["int64(int64)"])
def probe(x):
    'Return a multiple.'
    return x * elementary.probe_constants.ATTRIBUTE
"""
    (package.source / "kernels" / "probe.py").write_text(kernel, encoding="utf-8")
    before = package.result_and_key()
    package.edit("kernels/elementary/probe_constants.py", "ATTRIBUTE = 5", "ATTRIBUTE = 9")
    after = package.result_and_key()
    assert (before[0], after[0]) == (5, 9)
    assert before[1] != after[1]


@pytest.mark.parametrize("file", ["elementwise/loop.py", "compiler/machine_code.py", "compiler/operands.py"])
def test_edit_of_an_engine_file_that_a_loop_is_made_of_makes_the_cache_invalid(warm, file):
    with open(warm.source / "engine" / file, "a", encoding="utf-8") as source:
        source.write("\nEDITED = True\n")
    assert warm.show() == (RESULT, True)


# What is added to which file.
NEUTRAL = {
    "engine/elementwise/loop.py": "\n# A comment.\n",
    "engine/gpu/elementwise/launchers.py": "\nEDITED = True\n",
    "engine/rows/peak.py": "\nEDITED = True\n",
    "engine/public/function.py": "\nEDITED = True\n",
    "engine/compiler/cache.py": "\nEDITED = True\n",
    "kernels/rectified.py": "\nEDITED = True\n",
}


def test_edits_of_what_the_loop_is_not_made_of_keep_the_cache(warm):
    for file, addition in NEUTRAL.items():
        with open(warm.source / file, "a", encoding="utf-8") as source:
            source.write(addition)
    warm.edit("kernels/probe.py", "'Return a product of primes.'", "'Return another product of primes.'")
    warm.edit("engine/compiler/pointers.py", '"""Return the same address', '"""Return just the same address')
    assert warm.show() == (RESULT, False)


EDIT_WHILE_RUNNING = """
    import pathlib

    import numba_act
    import numba_act.{module}
    from numba_act.engine.public.registry import activations

    activations()
    path = pathlib.Path({path!r})
    text = path.read_text()
    assert {old!r} in text
    path.write_text(text.replace({old!r}, {new!r}))
    print(numba_act.cpu.probe(1))
"""


def test_session_that_imported_a_kernel_before_its_edit_stores_nothing_wrong(package):
    path = str(package.source / "kernels" / "probe.py")
    old, new = "int64(2)", "int64(4)"
    script = EDIT_WHILE_RUNNING.format(module="language", path=path, old=old, new=new)
    assert float(finish(package.start(script))) == RESULT
    assert package.show()[0] == 2 * RESULT
    package.edit("kernels/probe.py", new, old)
    assert package.show()[0] == RESULT


def test_session_that_imported_the_engine_before_its_edit_stores_nothing_wrong(package):
    """What the old engine compiled must not be found under the new one's key."""
    path = str(package.source / "engine" / "elementwise" / "loop.py")
    old, new = "\ndef elementwise_loop", "\nEDITED = True\n\n\ndef elementwise_loop"
    script = EDIT_WHILE_RUNNING.format(module="engine.elementwise.loop", path=path, old=old, new=new)
    assert float(finish(package.start(script))) == RESULT
    assert package.show() == (RESULT, True)

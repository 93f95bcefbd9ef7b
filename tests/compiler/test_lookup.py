"""Tables of numbers: what they mean, and that compiled loops look up the same numbers by every path."""

import numpy as np
import pytest
from bits import assert_same_bits
from intermediate_code import intermediate_code
from layouts import LAYOUTS, LENGTHS

from numba_act.engine.compiler.cpu_primitives import cpu_primitives
from numba_act.engine.compiler.fingerprint import fingerprint
from numba_act.engine.compiler.interleave import VECTORS
from numba_act.engine.compiler.link import call_graph, plain_function
from numba_act.engine.compiler.lookup import loop_primitives, with_tables, with_vector_functions
from numba_act.engine.public.ufunc import build_ufunc
from numba_act.language.declaration import vectorize
from numba_act.language.primitives import Table, to_bits, where_tables

HAS_TABLES = Table in loop_primitives()
needs_tables = pytest.mark.skipif(not HAS_TABLES, reason="needs AVX-512")
SQUARES, ODD = np.arange(32) ** 2 / 7, np.arange(1, 65, 2) * -1.0
squares, odd = Table(SQUARES), Table(ODD)


def by_tables(x):
    bits = to_bits(x)
    return squares(bits) + odd(bits)


def by_nothing(x):
    return -x


chosen = where_tables(by_tables, by_nothing)


def probe(x):
    return chosen(x)


@pytest.fixture(scope="module")
def looked_up():
    return build_ufunc(vectorize(["float32(float32)"])(probe), "cpu")


def numbers(length):
    """Return numbers of all bits, but no NaN, which would not keep them."""
    bits = np.random.default_rng(length).integers(-(2**31), 2**31, length, dtype=np.int64).astype(np.int32)
    return (bits & np.int32(~0x00800000)).view(np.float32)


def expected(x):
    position = x.view(np.int32) & 31
    return SQUARES.astype(np.float32)[position] + ODD.astype(np.float32)[position]


@pytest.mark.parametrize("index", [0, 31, 32, -1, -32, 2**31 - 1, -(2**31)])
def test_five_lowest_bits_choose(index):
    found = squares(np.int32(index))
    assert found == np.float32(SQUARES[index & 31])
    assert found.dtype == np.float32


def test_version_without_tables_wherever_nothing_says_otherwise():
    """From Python, in users' jitted code, and on GPUs, whose primitives know no tables either."""
    assert chosen(np.float32(2)) == -2
    assert plain_function(chosen, np.float32) is by_nothing
    assert plain_function(chosen, np.float32, tables=False) is by_nothing
    assert plain_function(chosen, np.float32, tables=True) is by_tables


@needs_tables
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_and_length(looked_up, layout):
    for length in LENGTHS:
        x = numbers(length)
        _, given = LAYOUTS[layout].holding(x)
        _, out = LAYOUTS[layout].empty(length, np.float32)
        looked_up(given, out=out)
        assert_same_bits(np.array(out, np.float32), expected(x), (layout, length))
        assert_same_bits(looked_up(given), expected(x), (layout, length, "contiguous out"))
        in_place = given.copy()
        looked_up(in_place, out=in_place)
        assert_same_bits(np.array(in_place, np.float32), expected(x), (layout, length, "in place"))


@needs_tables
def test_loops_look_up_vectors():
    """A loop of four vectors, its remainder, and two tables; nothing is called, and nothing gathered."""
    (text,) = intermediate_code(vectorize(["float32(float32)"])(probe))
    assert text.count("call <16 x float> @llvm.x86.avx512.vpermi2var") >= 2 * (VECTORS + 1)
    assert "llvm.masked.gather" not in text
    assert "@numba_act.table" not in "".join(line for line in text.splitlines() if "call" in line)


@pytest.mark.parametrize("features", ["", "+avx2", "+avx512f", "+avx512f,+prefer-256-bit", "-prefer-256-bit"])
def test_no_tables_without_registers_for_them(features, monkeypatch):
    monkeypatch.setattr("numba_act.engine.compiler.machine_code.processor", lambda: ("a name", features))
    assert loop_primitives() == cpu_primitives()


def test_code_without_lookups_is_left_alone():
    text = "define void @f() {\nentry:\n  ret void\n}\n"
    assert with_vector_functions(text) is text
    assert with_tables(text) is text


def test_tables_are_part_of_the_key(monkeypatch):
    before = key_of_probe(tables=True)
    assert key_of_probe(tables=True) == before
    without = key_of_probe(tables=False)
    monkeypatch.setitem(by_tables.__globals__, "odd", Table([*ODD[:-1], 1]))
    assert key_of_probe(tables=True) != before
    assert key_of_probe(tables=False) == without


def key_of_probe(tables):
    return fingerprint([call_graph(probe, np.float32, tables)], [])

"""Conversions to and from halves, against NumPy's and ml_dtypes' own, also on machines without the instructions."""

import json
from pathlib import Path

import numpy as np
import pytest
from bits import assert_same_bits
from halves import HALVES, all_but_nan, all_numbers, halves
from processes import output_of

from numba_act.kernels.elementary import half_precision


def float32_numbers():
    """Return numbers at and around every boundary between two halves, and at random from all of float32."""
    known = [all_numbers(half).astype(np.float32) for half in HALVES.values()]
    middles = [(x[:-1] + (x[1:] - x[:-1]) / 2)[np.isfinite(x[:-1]) & np.isfinite(x[1:])] for x in known[:1]]
    bits = np.random.default_rng(3).integers(0, 1 << 32, 4000, dtype=np.uint32)
    ties = (np.arange(1 << 16, dtype=np.uint32) << np.uint32(16)) | np.uint32(0x8000)
    x = np.concatenate(
        [*(x[::37] for x in known), middles[0][::17], bits.view(np.float32), ties[::31].view(np.float32)]
    )
    x = np.concatenate([x, np.nextafter(x, np.float32(0)), np.nextafter(x, np.float32(np.inf))])
    return np.concatenate([x, np.array([65503.996, 65519.996, 65520, 3.3895e38, np.inf], np.float32)])


@halves
@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")
def test_widening_by_bits(half):
    widen = getattr(half_precision, f"widen_{half.name}")
    x = all_numbers(half)
    assert_same_bits(np.array([widen(bits) for bits in x.view(np.uint16)]), x.astype(np.float32))


@halves
@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")
def test_narrowing_by_bits(half):
    narrow = getattr(half_precision, f"narrow_{half.name}")
    x = float32_numbers()
    found = np.array([narrow(number) for number in x], np.uint16).view(half)
    wanted = x.astype(half)
    both_nan = np.isnan(found) & np.isnan(wanted)
    np.testing.assert_array_equal(found.view(np.uint16)[~both_nan], wanted.view(np.uint16)[~both_nan])
    np.testing.assert_array_equal(np.isnan(found), np.isnan(x))


def test_same_bits_without_conversion_instructions(tmp_path):
    script = """
        import json

        import numpy as np

        from numba_act.engine.public.ufunc import build_ufunc
        from numba_act.language.declaration import vectorize


        @vectorize(["float32(float32)"])
        def half_of(x):
            return x * np.float32(0.5)


        x = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
        x = x[~np.isnan(x)]
        print(json.dumps(build_ufunc(half_of)(x).view(np.uint16).tolist()))
    """
    environment = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_ACT_CACHE_DIR": tmp_path}
    found = np.array(json.loads(output_of(script, home=tmp_path, **environment)), np.uint16)
    x = all_but_nan(HALVES["float16"])
    np.testing.assert_array_equal(found, (x.astype(np.float32) / 2).astype(np.float16).view(np.uint16))


def test_without_ml_dtypes_there_is_no_bfloat16():
    script = """
        import sys

        sys.modules["ml_dtypes"] = None
        import numba_act

        print(numba_act.sigmoid([0.0]), numba_act.sigmoid.types)
    """
    # Where everything is compiled already: bfloat16 takes no part in it.
    assert output_of(script, home=Path.home()) == "[0.5] ['e->e', 'f->f', 'd->d']\n"

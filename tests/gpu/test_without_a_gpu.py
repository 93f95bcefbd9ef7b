"""What the GPU namespace says without a GPU."""

import numpy as np
import pytest
from gpu_results import DECLARATIONS, gpu_is_here
from processes import output_of

import numba_act as na


def test_names_the_missing_driver():
    pytest.importorskip("numba_cuda")
    if gpu_is_here():
        pytest.skip("there is a GPU")
    for name, declaration in DECLARATIONS.items():
        with pytest.raises(RuntimeError, match=r"^numba_act\.cuda needs an NVIDIA GPU and its driver: .*$") as caught:
            getattr(na.cuda, name)(np.ones((3, 3), declaration.dtypes[-1]))
        assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("missing", ["numba.cuda", "numba_cuda"])
def test_names_the_missing_package(missing, tmp_path):
    script = f"""
        import sys
        import warnings
        warnings.simplefilter("ignore")
        sys.modules[{missing!r}] = None
        import numba_act as na
        try:
            na.cuda.relu(1.0)
        except ImportError as error:
            print(error)
    """
    assert output_of(script, tmp_path).splitlines() == [
        "numba_act.cuda needs the package numba-cuda: pip install 'numba-act[cuda]'"
    ]

"""The processes in which the functions of ``numba_act.cuda`` are called."""

import pytest
from gpu_process import GpuProcess
from gpu_results import gpu_is_here

from numba_act.engine.gpu.target import toolkit


@pytest.fixture(scope="session")
def simulator(tmp_path_factory):
    process = GpuProcess(tmp_path_factory.mktemp("gpu"), simulated=True)
    yield process
    process.close()


@pytest.fixture(scope="session")
def hardware(tmp_path_factory):
    if not gpu_is_here():
        pytest.skip("no NVIDIA GPU")
    process = GpuProcess(tmp_path_factory.mktemp("gpu"), simulated=False)
    yield process
    process.close()


# Not a parameter of what starts the processes: pytest would end one before it starts the other, in every file anew.
@pytest.fixture(params=["simulator", pytest.param("hardware", marks=pytest.mark.gpu)])
def gpu(request):
    process = request.getfixturevalue(request.param)
    process.clear()
    return process


@pytest.fixture
def cuda():
    try:
        found = toolkit.cuda()
    except (ImportError, RuntimeError) as error:
        pytest.skip(str(error))
    if toolkit.simulated():
        pytest.skip("numba's simulator has no GPU")
    return found


@pytest.fixture
def torch(cuda):
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("this PyTorch has no GPU")
    return torch


@pytest.fixture
def cupy(cuda):
    return pytest.importorskip("cupy")

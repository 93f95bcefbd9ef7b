"""numba-cuda and cuda-core: the one module of the package that imports them, and what it asks of them.

numba-cuda is in maintenance mode, so everything rests on few of its functions: the compiler from Python to PTX, the
intrinsics it compiles, and, for those who ask for them, its arrays and streams. Linking and launching are cuda-core's,
which numba-cuda itself launches through; numba's own dispatcher costs several microseconds a call, most of them for
finding out types that are known here.
"""

import contextlib
import functools
import re
import threading
from types import SimpleNamespace

INSTALL = "numba_act.cuda needs the package numba-cuda: pip install 'numba-act[cuda]'"

try:
    from numba import config
    from numba import cuda as numba_cuda
except ImportError as error:
    raise ImportError(INSTALL) from error


def simulated():
    """Return whether kernels run in numba's simulator, as Python."""
    return bool(config.ENABLE_CUDASIM)


@functools.cache
def cuda():
    """Return the module ``numba.cuda``, or raise the error that says what is missing."""
    if not simulated():
        compiler()
        if not numba_cuda.is_available():
            # numba-cuda adds lines of advice.
            reason = str(numba_cuda.cuda_error() or "no CUDA device was found").strip().splitlines()[0].rstrip(".")
            raise RuntimeError(f"numba_act.cuda needs an NVIDIA GPU and its driver: {reason}")
    return numba_cuda


# numba's own numba.cuda, which numba-cuda replaces when it is installed, is deprecated and lacks what is used here.
@functools.cache
def compiler():
    """Return what kernels are compiled with: a namespace of numba-cuda's functions and types."""
    try:
        import numba_cuda as _  # noqa: F401
        from numba.cuda import cgutils, dispatcher, libdevice, types
        from numba.cuda.extending import intrinsic
    except ImportError as error:
        raise ImportError(INSTALL) from error
    return SimpleNamespace(
        libdevice=libdevice,
        types=types,
        intrinsic=intrinsic,
        unpack_tuple=cgutils.unpack_tuple,
        dispatcher=dispatcher,
    )


def device_function(function):
    """Compile a function that runs on the GPU and is called there."""
    return numba_cuda.jit(device=True)(function)


def view_of_dlpack(x, stream):
    """Return a view of an array on a GPU that is exported by DLPack, ordered after its owner's work in a stream."""
    from cuda.core.utils import StridedMemoryView

    return StridedMemoryView.from_dlpack(x, stream_ptr=stream)


_compiling = threading.Lock()


# numba-cuda compiles a function for a given compute capability on any machine, but those that it calls for that of the
# current GPU.
@contextlib.contextmanager
def _current_device(cc):
    """Let numba-cuda take a compute capability for that of the current device."""
    dispatcher = compiler().dispatcher
    real = dispatcher.get_current_device
    dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=cc)
    try:
        yield
    finally:
        dispatcher.get_current_device = real


def ptx_of(kernel, signature, cc, bounds):
    """Return the PTX text of a kernel.

    Parameters
    ----------
    kernel : function
        All that it calls is `device_function`'s.
    signature : tuple of numba types
    cc : tuple of int
        The compute capability.
    bounds : tuple of int
        The most threads of a block, and the fewest blocks of a multiprocessor.
    """
    with _compiling, _current_device(cc):
        return numba_cuda.compile_ptx(kernel, signature, cc=cc, launch_bounds=bounds)[0]


# The driver could compile PTX itself, but not that of a toolkit newer than it is; the linker is as new as the compiler.
def assembled(ptx, cc, log=None):
    """Return a program made of PTX, an object of cuda-core; what the assembler says goes to the list ``log``."""
    from cuda.core import Linker, LinkerOptions, ObjectCode

    options = LinkerOptions(arch=f"sm_{cc[0]}{cc[1]}", verbose=log is not None)
    linker = Linker(ObjectCode.from_ptx(ptx.encode()), options=options)
    program = linker.link("cubin")
    if log is not None:
        log.append(linker.get_info_log())
    return program


def loaded(ptx, cc):
    """Return a kernel that can be launched, made of PTX."""
    (name,) = re.findall(r"\.visible \.entry (\w+)\(", ptx)
    return assembled(ptx, cc).get_kernel(name)


@functools.cache
def _launching():
    from cuda.core import LaunchConfig, Stream, launch

    streams = functools.lru_cache(maxsize=64)(Stream.from_handle)
    configurations = functools.lru_cache(maxsize=1024)(lambda blocks, threads: LaunchConfig(grid=blocks, block=threads))
    return launch, streams, configurations


def queue(kernel, device, stream, blocks, threads, arguments):
    """Queue a kernel in the stream with a handle; no more blocks than the current device holds at once."""
    launch, streams, configurations = _launching()
    most = device.multiprocessors * _resident(kernel, threads)
    launch(streams(stream), configurations(min(blocks, most), threads), kernel, *arguments)


@functools.lru_cache(maxsize=1024)
def _resident(kernel, threads):
    """Return how many blocks of a kernel a multiprocessor holds at once."""
    return kernel.occupancy.max_active_blocks_per_multiprocessor(threads, 0)

"""NumPy's C API, reached through the capsule that every compiled extension uses.

``PyUFunc_FromFuncAndData`` makes a real `np.ufunc` of a table of inner loops, ``PyUFunc_RegisterLoopForType`` adds one
for a dtype that another package has defined. Their positions in the table of the capsule are part of NumPy's stable
binary interface.
"""

import ctypes
import functools

import numpy as np

from numba_act.engine.compiler.memory import immortal

NO_IDENTITY = -1
_REGISTER_LOOP_FOR_TYPE, _FROM_FUNC_AND_DATA_AND_SIGNATURE = 2, 31


def _function(position):
    """Return the address of a function of the table."""
    get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
    get_pointer.restype = ctypes.c_void_p
    get_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    table = get_pointer(np._core._multiarray_umath._UFUNC_API, None)
    return ctypes.cast(table, ctypes.POINTER(ctypes.c_void_p))[position]


@functools.cache
def _register_loop():
    return ctypes.PYFUNCTYPE(
        ctypes.c_int,
        ctypes.py_object,  # ufunc
        ctypes.c_int,  # the number of the dtype
        ctypes.c_void_p,  # loop
        ctypes.POINTER(ctypes.c_int),  # dtypes of all operands
        ctypes.c_void_p,  # the loop's data
    )(_function(_REGISTER_LOOP_FOR_TYPE))


@functools.cache
def _from_loops():
    return ctypes.PYFUNCTYPE(
        ctypes.py_object,
        ctypes.POINTER(ctypes.c_void_p),  # loops
        ctypes.POINTER(ctypes.c_void_p),  # their data
        ctypes.c_char_p,  # types of all operands, loop after loop
        ctypes.c_int,  # loops
        ctypes.c_int,  # inputs
        ctypes.c_int,  # outputs
        ctypes.c_int,  # identity
        ctypes.c_char_p,  # name
        ctypes.c_char_p,  # docstring
        ctypes.c_int,  # unused
        ctypes.c_char_p,  # signature
    )(_function(_FROM_FUNC_AND_DATA_AND_SIGNATURE))


def make_ufunc(name, loops, data, operands, outputs=1, identity=None, signature=None):
    """Return a new `np.ufunc`.

    Parameters
    ----------
    name : str
    loops : sequence of int
        The address of each inner loop.
    data : sequence of ctypes.Structure
        What each is passed as its last argument.
    operands : sequence of list of dtype
        The dtypes of each loop's operands, in the order in which NumPy tries the loops.
    outputs : int
        How many of the operands are written.
    identity : {0, 1}, optional
    signature : str, optional
        Of a gufunc.
    """
    table = list(zip(operands, loops, map(ctypes.addressof, data), strict=True))
    own = [row for row in table if all(dtype.isbuiltin == 1 for dtype in row[0])]
    count, inputs = len(own), len(operands[0]) - outputs
    loop_table = (ctypes.c_void_p * count)(*(loop for _, loop, _ in own))
    data_table = (ctypes.c_void_p * count)(*(address for _, _, address in own))
    types = bytes(dtype.num for dtypes, _, _ in own for dtype in dtypes)
    arguments = (loop_table, data_table, types, count, inputs, outputs, NO_IDENTITY if identity is None else identity)
    texts = (name.encode(), None, 0, None if signature is None else signature.encode())
    # NumPy keeps the pointers to these arrays, not copies; a ufunc lives as long as the process.
    immortal((arguments, texts))
    ufunc = _from_loops()(*arguments, *texts)
    for dtypes, loop, address in table:
        if dtypes[0].isbuiltin == 2:
            types_of_all = (ctypes.c_int * len(dtypes))(*(dtype.num for dtype in dtypes))
            _register_loop()(ufunc, dtypes[0].num, loop, types_of_all, address)
    return ufunc

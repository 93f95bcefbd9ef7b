"""Memory that compiled code reads, which outlives the interpreter: threads may still compute while it shuts down.

What Python and compiled code share is a record: a `ctypes.Structure`, whose fields both call by name (``records.py``).
"""

import ctypes

ENTRY = 8  # bytes of an integer, which threads change in one step
CACHE_LINE = 64

Entry = ctypes.c_ssize_t


def immortal(thing):
    """Return an object that Python will never free."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))
    return thing


def function_address(function):
    """Return the address of a function of ctypes, which Python will never free."""
    return ctypes.cast(immortal(function), ctypes.c_void_p).value


def integers(*names):
    """Return the fields of a record that hold an integer or an address each."""
    return [(name, Entry) for name in names]


def new_record(kind, **values):
    """Return a new record, aligned to a cache line, with some of its fields set and 0 in the others."""
    (record,) = new_records(kind, 1)
    for name, value in values.items():
        setattr(record, name, value)
    return record


def new_records(kind, number):
    """Return an array of several of them, side by side, with 0 in all fields."""
    memory = immortal(ctypes.create_string_buffer(number * ctypes.sizeof(kind) + CACHE_LINE))
    start = -(-ctypes.addressof(memory) // CACHE_LINE) * CACHE_LINE
    return (kind * number).from_address(start)

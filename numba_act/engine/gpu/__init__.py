"""How a kernel becomes a function on a GPU: launchers, compiled by numba-cuda, over device arrays of any library.

Read it in the order a call takes::

    function.py         numba_act.cuda.gelu: signature and documentation
    of_elements.py of_rows.py    what is called: arrays looked at, results allocated
    arrays.py           device arrays of any library, described and allocated
    operands.py         what is checked of arguments
    streams.py devices.py        where a launch is queued, and in which order
    host.py             NumPy arrays, copied there and back in pieces that overlap
    as_rows.py          several axes as one
    layout.py           dimensions merged, broadcast and cut
    run_elementwise.py run_rows.py   the launcher that fits, and its arguments
    row_plan.py         which of the row launchers that is
    launch.py           compiled once for a GPU, and queued
    elementwise.py rows.py       the launchers, written as text
    program.py          what such a text becomes
    places.py           where an element lies, without a division
    teams.py            what the threads of a row found, put together
    row_steps.py        what a thread does with an element of a row
    formats.py          how numbers lie in memory, and what they are computed in
    hardware.py         what launchers and kernels are made of on a GPU
    simulated.py        the same in numba's simulator
    toolkit.py          numba-cuda and cuda-core
    ptx.py              numba_act.cuda.compile_ptx
"""

"""What ``cuda_report.py`` measures on a GPU and how. ``benchmarks/on_device.py`` has the arrays.

suite.py         the sections, in order, and when time is up
elementwise.py   a section: against a copy, PyTorch and CuPy
row_functions.py a section: softmax and its relatives against a copy, PyTorch and its compiler
calls.py         a section: what a call costs
layouts.py       a section: strided, transposed and broadcast arrays
transfers.py     a section: arrays of NumPy, there and back
contest.py       one case: its results checked, then all contenders timed in turns
peers.py         PyTorch and CuPy
spellings.py     how CuPy spells each activation
timers.py        the clocks
ulp.py           the distance from the right results
figures.py       what has been measured: bytes and ratios
bars.py          the speed to reach
card.py          the GPU, and the versions
report.py        all of it as Markdown
on_device.sh     everything that needs a GPU in one command, on a machine that is lent for minutes
"""

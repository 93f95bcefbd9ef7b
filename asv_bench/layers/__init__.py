"""The threads that divide the work, layer by layer: what ``break_even.py`` and ``scaling.py`` measure and how.

command.py      the command line
processes.py    each layer in a process of its own
turns.py        contenders timed in turns, also those of ``cuda_report.py`` and of ``compare/``
cases.py        functions and arrays
ladder.py       break_even.py: one thread against several, from 2 to 500 microseconds of work
thresholds.py   break_even.py: the sizes that follow, as Markdown
curves.py       scaling.py: by threads and size
layouts.py      scaling.py: arrays that NumPy hands over in other ways
callers.py      scaling.py: several Python threads that call at once
choice.py       scaling.py: what it costs to decide whether to divide
sweep.py        scaling.py: all functions at all sizes
bars.py         scaling.py: the speed to reach
report.py       scaling.py: its tables
picture.py      scaling.py: its picture
markdown.py     tables, also those of ``cuda_report.py``, and the machine they come from
"""

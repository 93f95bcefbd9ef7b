"""The functions beside those of other libraries, on one thread and on all.

__main__.py    the command line
processes.py   one thread and all threads in a process each
suite.py       what such a process measures
cases.py       functions, dtypes and sizes
contest.py     one case: spellings tried, checked and timed in turns, by ``layers/turns.py``
libraries.py   how a spelling becomes a call
spellings.py   how each library writes each function
threads.py     how many threads the libraries have, and how these are kept apart
bars.py        the speed to reach
report.py      the report
means.py       its geometric means
rows.py        its tables of cases
picture.py     its picture
"""

"""Any loop's work divided among threads.

``split.py`` decides whether, ``share.py`` how, and ``layers.py`` among which threads. ``start.py`` starts them when a
loop first wants to divide its work; ``thread_pool.py`` is what Python and compiled code know of each other.
``scratch.py`` is the memory that a thread works in.
"""

"""Any loop's work divided among threads: whether (``split.py``), how (``share.py``), and among which (``layers.py``)."""

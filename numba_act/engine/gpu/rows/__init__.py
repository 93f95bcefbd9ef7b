"""Row functions on a GPU: the launchers, which of them fits, and what is done for a call."""

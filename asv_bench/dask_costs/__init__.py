"""What ``clusters.py`` is made of: ``suite`` measures, ``report`` writes the tables."""

"""The pages that are published beside asv's own: what ``dashboard.py`` makes of the results.

results.py      the figures that asv has stored, by commit
summary.py      one run as Markdown: what lost first
pictures.py     the heat maps and the history, drawn
overview.py     the front page, from overview.html.jinja
offline.py      local copies of what asv's pages would load from other hosts
"""

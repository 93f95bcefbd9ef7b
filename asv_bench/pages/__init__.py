"""What ``dashboard.py`` makes of asv's results, and of the pages that ``asv publish`` wrote.

results.py      the figures that asv has stored, by commit
bars.py         the speed to reach
summary.py      one run as Markdown: what lost first
changes.py      from one commit to the next
publish.py      all that is added to the pages:
pictures.py     the heat maps and the history, drawn
overview.py     the front page, from overview.html.jinja
navigation.py   a link to it in the navigation bar of asv's pages
offline.py      the scripts and styles that these load from other hosts, stored beside them
third_party.py  where those come from: the packages of ``package.json``, as ``package-lock.json`` has them
kept.py         what the README shows of a run
"""

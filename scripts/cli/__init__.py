"""``scripts/tenmin``: one command-line tool for administrators.

Exit status: 0 done, 1 refused data, 2 wrong use. ``--json`` on every command makes the last line of
standard output one JSON object; people get sentences in the language of ``--lang``.
"""

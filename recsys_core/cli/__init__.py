"""The studio's verbs in a shell, through the same functions as the pages.

Human tables on stdout, progress on stderr; with ``--json`` one JSON document on stdout. Exit status: 0 done, 2 the
input is at fault (one message, no traceback), 1 a bug, 130 interrupted by Ctrl-C.
"""

from recsys_core.cli.command_line import main

__all__ = ["main"]

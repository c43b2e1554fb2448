"""``python -m recsys_core``: the studio from a shell."""

import sys

from recsys_core.cli import main

sys.exit(main())

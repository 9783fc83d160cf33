"""A script that exits while it is loaded."""

import sys

sys.exit(0)

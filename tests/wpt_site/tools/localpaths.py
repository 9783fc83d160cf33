"""Makes the modules in this folder importable."""

import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
repo_root = os.path.dirname(here)
sys.path.insert(0, here)

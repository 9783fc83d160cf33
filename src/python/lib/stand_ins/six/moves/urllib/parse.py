"""`urllib.parse`, under the name of `six`."""

import sys
import urllib.parse

sys.modules[__name__] = urllib.parse

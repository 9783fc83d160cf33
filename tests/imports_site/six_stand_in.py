# `six` as scripts of 2021 use it, found nowhere else: installed packages are hidden while it is imported.
import sys

path = sys.path[:]
sys.path[:] = [place for place in path if not place.endswith(("site-packages", "dist-packages"))]
for name in [name for name in sys.modules if name.split(".")[0] == "six"]:
    del sys.modules[name]

import six
from six import PY3, int2byte
from six.moves import range, urllib
from six.moves.urllib.parse import urlencode

sys.path[:] = path


def main(request, response):
    origin = six.__spec__.origin
    return repr([origin, PY3, int2byte(3), list(range(2)), urllib.parse.quote("a b"), urlencode({"a": 1})])

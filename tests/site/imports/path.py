"""Says where modules are looked for first."""

import sys


def main(request, response):
    return repr(sys.path.index(request.doc_root))

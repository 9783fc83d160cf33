"""Says which names are there before any of its own."""

NAMES = sorted(globals())
SAME = globals() is locals()


def main(request, response):
    return repr([NAMES, SAME])

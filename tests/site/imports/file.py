"""Says which file it is and by which name it runs."""


def main(request, response):
    return repr([__file__, type(__file__).__name__, __name__])

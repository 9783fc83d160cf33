"""Does nothing: 200 without content and without a length, so that the connection ends."""


def main(request, response):
    pass

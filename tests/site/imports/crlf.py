"""A file with CRLF line ends."""


def main(request, response):
    return """a
b"""

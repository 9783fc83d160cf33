"""A file that starts with a byte order mark."""


def main(request, response):
    return "häm"

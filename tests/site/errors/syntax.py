"""A script that cannot be compiled."""


def main(request, response)
    return b""

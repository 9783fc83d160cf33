"""A script whose main cannot be called with a request."""


def main():
    return b"never"

"""The least that a handler can do."""


def main(request, response):
    return "hello"

"""The smallest handler."""


def main(request, response):
    return "hello"

"""Answers at once."""


def main(request, response):
    return "trivial"

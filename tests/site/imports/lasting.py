"""Counts in a helper's module, which is imported once and lasts."""

from imports import tally


def main(request, response):
    if b"reset" in request.GET:
        tally.count = 0
    return str(tally.next_count())

"""Tries to import relative to itself."""

from . import tally


def main(request, response):
    return tally.next_count()

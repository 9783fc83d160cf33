"""Tries to import its neighbour without the path from the doc root."""

import tally


def main(request, response):
    return tally.next_count()

"""Answers with how many handlers wait now, and how many have waited at the same time at most."""

import census


def main(request, response):
    return "%d %d" % (census.inside, census.peak)

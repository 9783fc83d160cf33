"""Answers the request that shows that a connection was kept; no other answer looks like this."""


def main(request, response):
    return (299, "Probe"), [], "the connection was kept\n"

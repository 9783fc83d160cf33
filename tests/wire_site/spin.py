"""Computes for ever."""


def main(request, response):
    while True:
        pass

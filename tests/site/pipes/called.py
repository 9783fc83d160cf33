"""Calls a pipe itself."""

from wptserve import pipes


def main(request, response):
    response.content = b"<{{GET[a]}}>"
    pipes.sub(request, response)

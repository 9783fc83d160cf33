"""Defines a pipe, which the query may call between the built-in ones."""

from wptserve import pipes


@pipes.pipe(str, pipes.opt(pipes.nullable(int)))
def surround(request, response, text, times=1):
    around = text.encode() * (times or 0)
    response.content = around + pipes.resolve_content(response) + around
    return response


@pipes.pipe(pipes.boolean)
def forget(request, response, returns):
    return response if returns else None


def main(request, response):
    response.content = [b"ham", b" and ", b"eggs"]

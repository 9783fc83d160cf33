"""Runs the handler that the request carries: its body is Python source with a `main`."""


def main(request, response):
    carried = {}
    exec(compile(request.body.decode(), "carried", "exec"), carried)
    return carried["main"](request, response)

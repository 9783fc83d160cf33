"""Puts a value under a key (`?put=KEY`) or takes it (`?take=KEY`), under its own path."""


def main(request, response):
    if b"put" in request.GET:
        request.server.stash.put(request.GET.first(b"put"), "kept")
        return "put"
    return repr(request.server.stash.take(request.GET.first(b"take")))

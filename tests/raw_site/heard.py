"""What a handler has put into the stash under `?key`, for good."""


def main(request, response):
    key = request.GET.first(b"key")
    with request.server.stash.lock:
        value = request.server.stash.take(key, "/")
        if value is not None:
            request.server.stash.put(key, value, "/")
    return "nothing yet" if value is None else value

"""`?put&KEY&VALUE` and `?take&KEY`, for the path that the WebSocket handler uses."""


def main(request, response):
    what, key, *value = request.url_parts.query.split("&")
    if what == "put":
        request.server.stash.put(key, value[0], "/stash")
    return str(request.server.stash.take(key, "/stash") if what == "take" else "done")

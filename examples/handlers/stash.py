"""The stash: one request stores a value for a later one.

POST stores the body under ?key=, which is a UUID; GET takes it out again, once.
"""


def main(request, response):
    stash = request.server.stash
    key = request.GET.first(b"key")

    if request.method == "POST":
        stash.put(key, request.body)
        return 201, [("Content-Type", "text/plain")], "kept\n"

    value = stash.take(key)  # None if the key has no value, or no longer
    if value is None:
        return 404, [("Content-Type", "text/plain")], "nothing there\n"
    return [("Content-Type", "application/octet-stream")], value

"""Sends without end (`?by=write` or `?by=generator`) and keeps in the stash how that ended.

Without `by`, says what was kept under `key`.
"""


def write(response):
    while response.writer.write(b"." * 1000):
        pass
    return "write returned False"


def generate(keep):
    try:
        while True:
            yield b"." * 1000
    finally:
        keep("the generator was closed")


def main(request, response):
    stash = request.server.stash
    key = request.GET.first(b"key")
    by = request.GET.first(b"by", None)
    if by == b"write":
        response.write_status_headers()
        stash.put(key, write(response))
    elif by == b"generator":
        return generate(lambda value: stash.put(key, value))
    else:
        return stash.take(key) or "nothing yet"

"""Puts a value into the stash and takes it out again."""

import uuid


def main(request, response):
    key = str(uuid.uuid4())
    request.server.stash.put(key, b"hello")
    return request.server.stash.take(key)

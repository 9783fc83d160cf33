"""Returns what the parameter `value` says, in JSON; with `status` or `headers` in a tuple."""

import json

from wptserve.handlers import json_handler


@json_handler
def main(request, response):
    value = json.loads(request.GET.first(b"value"))
    if b"set" in request.GET:
        return {value}
    if b"status" in request.GET:
        return int(request.GET.first(b"status")), [("X-A", "b")], value
    if b"headers" in request.GET:
        return [("X-A", "b")], value
    return value

"""Shows the request's body and its length, and lets what goes wrong go wrong."""


def main(request, response):
    shown = (request.body, request.raw_input.length)
    return [("Content-Type", "text/plain")], repr(shown) + "\n"

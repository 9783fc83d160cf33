"""Content without a length, which ends with the connection."""


def main(request, response):
    return [("Content-Type", "text/plain")], ["one, ", lambda: "two, ", b"three\n"]

"""Always the same, with a length."""


def main(request, response):
    return [("Content-Type", "text/plain")], "always the same\n"

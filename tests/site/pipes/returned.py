"""Returns a value, so that the reference applies the query's pipes to it twice."""


def main(request, response):
    return [("X-Ham", "eggs")], b"ham and {{host}} eggs"

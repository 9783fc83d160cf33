"""Leaves everything on `response`, so that the query's pipes are applied once."""


def main(request, response):
    response.headers.set("X-Ham", "eggs")
    response.content = b"ham and {{GET[a]}} eggs, {{location[path]}}"

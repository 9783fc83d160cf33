"""A helper shared by several handlers.

Imports start at the doc root, wherever the handler is: this is handlers/lib/greeting.py.
"""

from handlers.lib.greeting import greet


def main(request, response):
    name = request.GET.first(b"name", b"world").decode("utf-8", "replace")
    return [("Content-Type", "text/plain; charset=utf-8")], greet(name)

"""Keeps its request (`?do=keep`); later (`?do=read`) answers with the body of that request and its own."""

import kept


def body_or_error(request):
    try:
        return repr(request.body)
    except Exception as error:
        return type(error).__name__


def main(request, response):
    if request.GET.first(b"do") == b"keep":
        kept.request = request
        return "kept"
    return body_or_error(kept.request) + " " + body_or_error(request)

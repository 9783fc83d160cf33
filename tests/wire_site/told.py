"""Answers with how many pieces of stream `?key=` have been sent, and how it ended."""

import streams


def main(request, response):
    told = streams.of(request.GET.first(b"key"))
    return "%d %s" % (told.sent, told.end)

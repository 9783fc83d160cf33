"""Dynamic headers: the query decides the Content-Type of the answer.

A tuple of three is the full form of an answer: status, headers, content. The status may be
a number or, as here, a number with a reason of your own.
"""


def main(request, response):
    # The query's names and values are bytes; the second argument is the default.
    content_type = request.GET.first(b"content-type", b"text/plain")
    headers = [("Content-Type", content_type)]

    return (200, "my status text"), headers, "The Content-Type of this is what you asked for.\n"

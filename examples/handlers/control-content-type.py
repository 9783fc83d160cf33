"""Dynamic headers: the query sets the Content-Type of the response.

The full form of a return value is a tuple of status, headers and content. The status is a number
or, as here, a number and a reason phrase.
"""


def main(request, response):
    # Names and values of the query are bytes; the second argument is the default.
    content_type = request.GET.first(b"content-type", b"text/plain")
    headers = [("Content-Type", content_type)]

    return (200, "my status text"), headers, "The Content-Type of this is what you asked for.\n"

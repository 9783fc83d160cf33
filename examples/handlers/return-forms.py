"""The four forms of return value: ?form=content, headers, status or reason."""


def main(request, response):
    form = request.GET.first(b"form", b"content")
    headers = [("Content-Type", "text/plain")]

    if form == b"headers":
        return headers, "headers and content\n"
    if form == b"status":
        return 202, headers, "a status, headers and content\n"
    if form == b"reason":
        return (299, "Fine By Me"), headers, "a status with its reason, headers and content\n"
    # Content alone: the status is 200, and there is no Content-Type unless the handler sets it.
    return "content\n"

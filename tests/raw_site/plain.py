"""The body of the request, or `plain`."""


def main(request, response):
    return request.body or "plain"

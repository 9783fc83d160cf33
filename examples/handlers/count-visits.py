"""Cookies: reads the number of visits from a cookie, and sets the cookie to one more."""


def main(request, response):
    visits = 1
    if b"visits" in request.cookies:
        visits += int(request.cookies[b"visits"].value)

    response.set_cookie(b"visits", b"%d" % visits, path="/handlers/", httponly=True)
    return [("Content-Type", "text/plain")], "Visits so far: %d\n" % visits

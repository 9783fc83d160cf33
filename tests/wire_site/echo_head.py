"""As `echo.py`, but leaves the body unread."""

import json

import echo


def main(request, response):
    return json.dumps({**echo.head(request), "body": None})

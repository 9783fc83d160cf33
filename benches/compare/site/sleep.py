"""Sleeps before it answers, as a handler does that tests how a client waits."""

import time


def main(request, response):
    time.sleep(0.2)
    return "hello"

"""Sleeps before it answers, like a handler that tests how a client waits."""

import time


def main(request, response):
    time.sleep(0.2)
    return "hello"

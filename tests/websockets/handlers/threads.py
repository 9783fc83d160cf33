"""Answers with the number of threads that receive messages."""

import threading

from pywebsocket3 import msgutil


def main(request, response):
    return str(sum(isinstance(thread, msgutil.MessageReceiver) for thread in threading.enumerate()))

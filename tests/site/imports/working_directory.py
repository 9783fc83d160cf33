"""Reads a file by a path that is relative to the doc root."""

import os


def main(request, response):
    with open("files/after.txt") as file:
        return repr([os.getcwd(), file.read()])

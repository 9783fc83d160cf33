# -*- coding: iso-8859-1 -*-
"""A file in latin-1."""


def main(request, response):
    return "häm"

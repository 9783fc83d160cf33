"""Imports a helper by its path from the doc root."""

from imports.helpers.words import join


def main(request, response):
    return join("ham", "eggs")

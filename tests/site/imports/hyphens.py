"""Imports a helper whose path has hyphens."""

import importlib

helper = importlib.import_module("imports.with-hyphens.a-helper")


def main(request, response):
    return helper.NAME

"""Loads a helper by its file's path, found from its own."""

import importlib.util
import os

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "helpers", "words.py")


def main(request, response):
    spec = importlib.util.spec_from_file_location("loaded_words", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.join("one", "two")

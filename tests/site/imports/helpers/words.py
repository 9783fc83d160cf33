"""A helper; no handler."""


def join(*words):
    return " and ".join(words)

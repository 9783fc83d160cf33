"""`wptserve.logger`: where handlers and this package log, which is Python's root logger."""


_is_set = False


def set_logger(logger):
    """Accepted once, as in older versions. The logger is the root logger whatever it is set to."""
    global _is_set
    if _is_set:
        raise Exception("expected the logger to be set once, found it set before")
    _is_set = True


def get_logger():
    """The root logger."""
    # Imported late: most servers never log from Python, and `logging` takes milliseconds to load.
    import logging

    return logging.getLogger()

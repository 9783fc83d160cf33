"""`wptserve.logger`: where handlers and this package log, which is Python's root logger."""


def get_logger():
    """The root logger."""
    # Imported late: most servers never log from Python, and `logging` takes milliseconds to load.
    import logging

    return logging.getLogger()

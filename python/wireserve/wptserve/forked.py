"""`wptserve.forked`: the end of a child process that a script has made by `os.fork()`, as Python ends any
process: the code of `SystemExit`, or 1 and a traceback. What the server has queued or locked is left
alone, so nothing is cleaned up and no exit function runs.
"""

import os
import sys

__all__ = ["end"]


def end(error):
    """Ends the process. `error` is what the script raised, or None."""
    code = 1
    try:
        code = report(error)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    finally:
        os._exit(code)


def report(error):
    """Says what there is to say, and returns the exit code."""
    if error is None:
        return 0
    if not isinstance(error, SystemExit):
        sys.__excepthook__(type(error), error, error.__traceback__)
        return 1
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xFF
    print(error.code, file=sys.stderr)
    return 1

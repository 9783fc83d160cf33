"""The functions that cost most, for `wireserve bench --profile`.

cProfile traces calls by `sys.setprofile`, and by `sys.monitoring` from CPython 3.12 on. There it sees the calls of
all threads, so one request is profiled at a time.
"""

import cProfile


class Profiler:
    def __init__(self):
        self._profile = cProfile.Profile()
        # Called directly: a function of Python would be seen itself.
        self.begin = self._profile.enable
        self.end = self._profile.disable

    def functions(self, most):
        """Tuples of name, file, line, calls, own time and time with the functions that it calls, in seconds; the most
        expensive ones, by their own time, since the last call."""
        entries = self._profile.getstats()
        self._profile.clear()
        entries = [entry for entry in entries if "_lsprof.Profiler" not in str(entry.code)]
        entries.sort(key=lambda entry: entry.inlinetime, reverse=True)
        return [place(entry.code) + (entry.callcount, entry.inlinetime, entry.totaltime) for entry in entries[:most]]


def place(code):
    """Name, file and line; built-in functions are text."""
    if isinstance(code, str):
        return code.strip("<>"), "", 0
    return getattr(code, "co_qualname", code.co_name), code.co_filename, code.co_firstlineno

"""How many handlers have been waiting at the same time; a module that all requests share."""

import contextlib
import threading

inside = 0
peak = 0
_lock = threading.Lock()


@contextlib.contextmanager
def counted():
    global inside, peak
    with _lock:
        inside += 1
        peak = max(peak, inside)
    try:
        yield
    finally:
        with _lock:
            inside -= 1

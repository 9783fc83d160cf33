"""`wptserve.stash`: the parts of the stash that are about Python values.

The store and its lock are the server's. It keeps copies: immutable built-ins as they are, anything
else as the bytes that `dumps` makes of it, so that nobody changes a value after it was put, and a
value that cannot be copied is refused at once. Queues are the exception: they are kept here, and
what the stash copies is only their number.
"""

import itertools

from _wireserve import Stash

__all__ = ["Queue", "Stash", "StashError", "dumps", "get_queue", "loads"]


class StashError(Exception):
    """A key that already holds a value was put again."""


def dumps(value):
    """A value as bytes, for the store."""
    import pickle

    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def loads(data):
    """A fresh copy of the value that `dumps` was given."""
    import pickle

    return pickle.loads(data)


def get_queue():
    """A new queue that handlers may pass to each other through the stash."""
    return Queue(next(_numbers))


class Queue:
    """One end of a `queue.Queue` shared by all handlers: any copy of it is the same queue.

    All its public methods are those of `queue.Queue`. Items are copied on their way in and out,
    like values in the stash. A queue lives as long as the process: a copy that lies in the stash is
    only bytes, which would not keep it alive.
    """

    def __init__(self, number):
        self._number = number
        if number not in _queues:
            import queue

            # `setdefault` is atomic, should two handlers unpickle the same number at once.
            _queues.setdefault(number, queue.Queue())

    def __reduce__(self):
        return Queue, (self._number,)

    def __repr__(self):
        return "<Queue %d>" % self._number

    def put(self, item, block=True, timeout=None):
        _queues[self._number].put(dumps(item), block, timeout)

    def put_nowait(self, item):
        self.put(item, block=False)

    def get(self, block=True, timeout=None):
        return loads(_queues[self._number].get(block, timeout))

    def get_nowait(self):
        return self.get(block=False)

    def __getattr__(self, name):
        # Only what says nothing about items is left: empty, full, join, qsize, task_done, shutdown.
        if name.startswith("_"):
            raise AttributeError(name)
        method = getattr(_queues[self._number], name)
        if not callable(method):
            raise AttributeError(name)
        return method


_queues = {}
_numbers = itertools.count(1)

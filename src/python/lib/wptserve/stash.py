"""`wptserve.stash`: the parts of the stash that deal with Python values.

The store and its lock belong to the server. The store keeps copies: immutable built-ins as they are,
anything else as the bytes that `dumps` makes of it, so that a value does not change after it was put,
and a value that cannot be copied is refused at once. Queues are the exception: a server's `Queues` holds
them, and the stash copies only their numbers.
"""

import itertools
import weakref

from _wireserve import Stash

__all__ = ["Queue", "Queues", "Stash", "StashError", "dumps", "loads"]


class StashError(Exception):
    """A value was put under a key that already has one."""


def dumps(value):
    """A value as bytes, for the store."""
    import pickle

    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def loads(data):
    """A fresh copy of the value that `dumps` was given."""
    import pickle

    return pickle.loads(data)


class Queues:
    """The queues of one server, which live as long as the server: a copy that lies in the stash is only
    bytes, which would not keep a queue alive.
    """

    def __init__(self):
        self._id = next(_ids)
        self._queues = {}
        self._numbers = itertools.count(1)
        _queues_by_id[self._id] = self

    def new(self):
        """A new queue that handlers may pass to each other through the stash."""
        import queue

        number = next(self._numbers)
        self._queues[number] = queue.Queue()
        return Queue(self, number)


class Queue:
    """One end of a `queue.Queue` shared by all handlers of a server: any copy of it is the same queue.

    All its public methods are those of `queue.Queue`. Items are copied on their way in and out,
    like values in the stash.
    """

    def __init__(self, queues, number):
        self._queues = queues
        self._number = number
        self._queue = queues._queues[number]

    def __reduce__(self):
        return _copy, (self._queues._id, self._number)

    def __repr__(self):
        return "<Queue %d>" % self._number

    def put(self, item, block=True, timeout=None):
        self._queue.put(dumps(item), block, timeout)

    def put_nowait(self, item):
        self.put(item, block=False)

    def get(self, block=True, timeout=None):
        return loads(self._queue.get(block, timeout))

    def get_nowait(self):
        return self.get(block=False)

    def __getattr__(self, name):
        # Only what says nothing about items is left: empty, full, join, qsize, task_done, shutdown.
        if name.startswith("_"):
            raise AttributeError(name)
        method = getattr(self._queue, name)
        if not callable(method):
            raise AttributeError(name)
        return method


def _copy(server, number):
    """The queue with this number, unpickled. `server` is the id of its server's `Queues`."""
    queues = _queues_by_id.get(server)
    if queues is None:
        raise ValueError("the server of this queue has stopped")
    return Queue(queues, number)


# Where to find a server's queues when a copy of one is unpickled; it keeps none of them alive.
_queues_by_id = weakref.WeakValueDictionary()
_ids = itertools.count(1)

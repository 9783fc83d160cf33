"""`wptserve.stash`: the parts of the stash that deal with Python values.

The store and its lock belong to the server. The store keeps copies: immutable built-ins as they are,
anything else as the bytes that `dumps` makes of it, so that a value does not change after it was put,
and a value that cannot be copied is refused at once. Queues are the exception: a server's `Queues` holds
them, and the stash copies only their numbers.
"""

import itertools
import threading
import time
import weakref

from . import _native
from ._native import client_left

__all__ = ["ClientGone", "Queue", "Queues", "Stash", "StashError", "dumps", "load_env_config", "loads"]


# The most bytes of items, unless the server has another limit.
MAX_BYTES = 64 << 20


class StashError(Exception):
    """A value was put under a key that already has one, or when there was no room for it."""


class OrNative(type):
    """The class of `Stash`, whose objects are all of other classes."""

    def __instancecheck__(cls, instance):
        from .shared_stash import SharedStash

        return isinstance(instance, (_native.Stash, SharedStash))


class Stash(metaclass=OrNative):
    """The stash of the server whose requests this thread answers; or with an address, that of a manager."""

    lock = vars(_native.Stash).get("lock")

    def __new__(cls, default_path, address=None, authkey=None):
        if address is None and authkey is None or not IN_PROGRAM:
            return _native.Stash(default_path)
        from .shared_stash import SharedStash

        return SharedStash(default_path, address, authkey)


# Whether this process is a Python program. The command keeps the stash itself.
IN_PROGRAM = getattr(_native, "IN_PROGRAM", False)

OF_SHARED_STASH = frozenset(["StashManager", "StashServer", "start_server", "store_env_config"])


def __getattr__(name):
    if name in OF_SHARED_STASH:
        from . import shared_stash

        return getattr(shared_stash, name)
    raise AttributeError("module 'wptserve.stash' has no attribute %r" % name)


def load_env_config():
    """What WebSocket handlers pass to `Stash` as its address and key.

    The reference's stash is in another process, whose address is in the environment. That of the command is in
    the server, and needs neither.
    """
    if not IN_PROGRAM:
        return None, None
    from . import shared_stash

    return shared_stash.load_env_config()


def named_in_environment(path):
    """The stash that the environment names, as a request to this path sees it; None if it names none."""
    import os

    # Most servers need nothing of `multiprocessing`.
    if "WPT_STASH_CONFIG" not in os.environ:
        return None
    return Stash(path, *load_env_config())


def dumps(value):
    """A value as bytes, for the store."""
    import pickle

    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def loads(data):
    """A fresh copy of the value that `dumps` was given."""
    import pickle

    return pickle.loads(data)


class ClientGone(BrokenPipeError):
    """The client of the request that waits in a queue has left, so nobody needs the item."""


class Queues:
    """The queues of one server. One lives as long as a handler refers to it or the stash holds a copy."""

    def __init__(self, limit=MAX_BYTES):
        self._id = next(_ids)
        self._numbers = itertools.count(1)
        self._referred = weakref.WeakValueDictionary()
        # A copy in the stash is only bytes, which would not keep a queue alive.
        self._stored = {}
        self._lock = threading.Lock()
        self._room = Room(limit)
        _queues_by_id[self._id] = self

    def new(self):
        """A new queue that handlers may pass to each other through the stash."""
        number = next(self._numbers)
        shared = self._referred[number] = Shared(self._room)
        return Queue(self, number, shared)

    def note_stored(self, number, shared):
        """A copy of a queue has become bytes."""
        with self._lock:
            if number not in self._stored and len(self._stored) >= MAX_STORED:
                raise StashError(
                    "the stash holds %d queues, the most it may: take some out" % MAX_STORED)
            self._stored[number] = shared
            shared.copies += 1

    def taken(self, number):
        """The queue of such a copy, whose bytes are no longer needed."""
        with self._lock:
            shared = self._referred.get(number) or self._stored.get(number)
            if shared is None:
                raise ValueError("this copy of a queue was taken before, and the queue has ended")
            shared.copies -= 1
            if shared.copies <= 0:
                shared.copies = 0
                self._stored.pop(number, None)
            # What refers to it from now on.
            self._referred[number] = shared
            return Queue(self, number, shared)


class Room:
    """The bytes that the items of all queues of a server may have together."""

    def __init__(self, limit):
        self._limit = limit
        self._taken = 0
        # A queue may end in any line, also in one that holds the lock.
        self._lock = threading.RLock()

    def take(self, size):
        with self._lock:
            if self._taken + size > self._limit:
                import queue

                raise queue.Full(
                    "the items of all queues have a limit of %d bytes together (limits.stash)"
                    % self._limit)
            self._taken += size

    def give_back(self, size):
        with self._lock:
            self._taken -= size


class Shared:
    """What all copies of a queue share: the items, and how many copies are bytes."""

    def __init__(self, room):
        import queue

        self.queue = queue.Queue()
        self.copies = 0
        self._room = room
        # Of the items in the queue.
        self._size = 0

    def put(self, data, block, timeout):
        size = len(data) + EACH
        self._room.take(size)
        self._size += size
        try:
            self.queue.put(data, block, timeout)
        except BaseException:
            self._forget(size)
            raise

    def get(self, block, timeout):
        data = self.queue.get(block, timeout)
        self._forget(len(data) + EACH)
        return data

    def _forget(self, size):
        self._size -= size
        self._room.give_back(size)

    def __del__(self):
        self._room.give_back(self._size)


class Queue:
    """One end of a `queue.Queue` shared by all handlers of a server: any copy of it is the same queue.

    All its public methods are those of `queue.Queue`. Items are copied on their way in and out, like values
    in the stash. `get` and `join` end with `ClientGone` once the client of the waiting request has left.
    """

    def __init__(self, queues, number, shared):
        self._queues = queues
        self._number = number
        self._shared = shared
        self._queue = shared.queue

    def __reduce__(self):
        self._queues.note_stored(self._number, self._shared)
        return _copy, (self._queues._id, self._number)

    def __repr__(self):
        return "<Queue %d>" % self._number

    def put(self, item, block=True, timeout=None):
        if self._queue.qsize() >= MAX_ITEMS:
            import queue

            raise queue.Full("the queue has %d items, the most it may have" % MAX_ITEMS)
        self._shared.put(dumps(item), block, timeout)

    def put_nowait(self, item):
        self.put(item, block=False)

    def get(self, block=True, timeout=None):
        if not block or (timeout is not None and timeout < 0):
            return loads(self._shared.get(block, timeout))
        import queue

        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            wait = LOOK if deadline is None else min(LOOK, deadline - time.monotonic())
            try:
                return loads(self._shared.get(True, max(wait, 0)))
            except queue.Empty:
                if deadline is not None and time.monotonic() >= deadline:
                    raise
                check_client()

    def get_nowait(self):
        return self.get(block=False)

    def join(self):
        with self._queue.all_tasks_done:
            while self._queue.unfinished_tasks:
                if not self._queue.all_tasks_done.wait(LOOK):
                    check_client()

    def __getattr__(self, name):
        # Only what says nothing about items is left: empty, full, qsize, task_done, shutdown.
        if name.startswith("_"):
            raise AttributeError(name)
        method = getattr(self._queue, name)
        if not callable(method):
            raise AttributeError(name)
        return method


def check_client():
    """Ends the wait of a handler whose client has left; other threads wait on."""
    if client_left():
        raise ClientGone("the client left while its handler waited in a queue")


def _copy(server, number):
    """The queue with this number, unpickled. `server` is the id of its server's `Queues`."""
    queues = _queues_by_id.get(server)
    if queues is None:
        raise ValueError("the server of this queue has stopped")
    return queues.taken(number)


# How often a wait looks for its client, in seconds.
LOOK = 0.25

# Queues that only copies in the stash refer to; handlers that leave one with each request would take more
# memory forever.
MAX_STORED = 10_000
# Items of a queue that handlers fill and never empty.
MAX_ITEMS = 10_000
# Bytes that an item counts in addition to its own.
EACH = 128

# Where to find a server's queues when a copy of one is unpickled; it keeps none of them alive.
_queues_by_id = weakref.WeakValueDictionary()
_ids = itertools.count(1)

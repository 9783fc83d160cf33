"""Queues that servers share through a stash outside their processes.

The store has the items; a copy of a queue, in any process, is its number.
"""

import time
import uuid

from . import _native, stash

__all__ = ["SharedQueue"]


class SharedQueue:
    """One end of a queue in the store: any copy of it, in any server that shares the stash, is the same queue.

    Its public methods are those of `queue.Queue`. Items are copied on their way in and out, like values in the
    stash. `get` and `join` end with `ClientGone` once the client of the waiting request has left.
    """

    def __init__(self, number=None):
        self._queues = _native.SharedQueues()
        self._number = number or uuid.uuid4().bytes

    def __reduce__(self):
        return SharedQueue, (self._number,)

    def __repr__(self):
        return "<SharedQueue %s>" % self._number.hex()

    def put(self, item, block=True, timeout=None):
        # As in a server's own queues, no put waits for room: a queue that is full is not emptied any more.
        full = self._queues.push(self._number, stash.dumps(item), stash.MAX_ITEMS)
        if full:
            import queue

            raise queue.Full(full)

    def put_nowait(self, item):
        self.put(item, block=False)

    def get(self, block=True, timeout=None):
        if timeout is not None and timeout < 0 and block:
            raise ValueError("'timeout' must be a non-negative number")
        item = self._wait(self._queues.pop, timeout if block else 0)
        if item is None:
            import queue

            raise queue.Empty
        return stash.loads(item)

    def get_nowait(self):
        return self.get(block=False)

    def qsize(self):
        return self._queues.size(self._number)

    def empty(self):
        return not self.qsize()

    def full(self):
        return self.qsize() >= stash.MAX_ITEMS

    def task_done(self):
        if not self._queues.task_done(self._number):
            raise ValueError("task_done() called too many times")

    def join(self):
        self._wait(self._queues.wait_until_done, None)

    def _wait(self, call, timeout):
        """Waits in pieces for what `call` finds, so that a client that leaves is noticed."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            left = stash.LOOK if deadline is None else min(stash.LOOK, deadline - time.monotonic())
            found = call(self._number, max(left, 0))
            if found or found == b"":
                return found
            if deadline is not None and time.monotonic() >= deadline:
                return None
            stash.check_client()

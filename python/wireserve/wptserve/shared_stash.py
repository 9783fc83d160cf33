"""A stash that several processes share: a process of `multiprocessing` keeps it, and the environment names it.

Scripts find these names in `wptserve.stash`. All processes may be of this server, or of the reference's: they
call the same methods of the same manager.
"""

import base64
import json
import os
import queue
import threading
import uuid
from multiprocessing.managers import AcquirerProxy, BaseManager, BaseProxy, DictProxy

from .utils import isomorphic_encode

__all__ = ["SharedStash", "StashManager", "StashServer", "load_env_config", "start_server", "store_env_config"]

VARIABLE = "WPT_STASH_CONFIG"

# In the process of the manager.
_values = {}
_lock = threading.Lock()


def _get_values():
    return _values


def _get_lock():
    return _lock


class QueueProxy(BaseProxy):
    """A queue of the manager's process."""

    _exposed_ = tuple(name for name in dir(queue.Queue) if not name.startswith("_")
                      and callable(getattr(queue.Queue, name)))


def _forward(name):
    def method(self, *args, **kwargs):
        return self._callmethod(name, args, kwargs)

    method.__name__ = name
    return method


for _name in QueueProxy._exposed_:
    setattr(QueueProxy, _name, _forward(_name))


class StashManager(BaseManager):
    """The manager, or the connection to one."""


StashManager.register("get_dict", callable=_get_values, proxytype=DictProxy)
StashManager.register("Lock", callable=_get_lock, proxytype=AcquirerProxy)
StashManager.register("Queue", callable=queue.Queue, proxytype=QueueProxy)


class StashServer:
    """Keeps a stash in a process of its own, which the environment of this process and its children names."""

    def __init__(self, address=None, authkey=None, mp_context=None):
        self.address = address
        self.authkey = authkey
        self.mp_context = mp_context
        self.manager = None

    def __enter__(self):
        self.manager, self.address, self.authkey = start_server(self.address, self.authkey, self.mp_context)
        store_env_config(self.address, self.authkey)

    def __exit__(self, *exc):
        manager, self.manager = self.manager, None
        if manager is not None:
            manager.shutdown()
            if os.environ.get(VARIABLE) == as_text(self.address, self.authkey):
                del os.environ[VARIABLE]


def start_server(address=None, authkey=None, mp_context=None):
    """A running manager, its address, and the key of its clients."""
    if isinstance(authkey, str):
        authkey = authkey.encode("ascii")
    context = {} if mp_context is None else {"ctx": mp_context}
    manager = StashManager(address, authkey, **context)
    manager.start()
    address = manager.address
    return manager, address.decode("ascii") if isinstance(address, bytes) else address, bytes(manager._authkey)


def as_text(address, authkey):
    return json.dumps((address, base64.b64encode(authkey).decode("ascii")))


def store_env_config(address, authkey):
    """Names a manager in the environment."""
    os.environ[VARIABLE] = as_text(address, authkey)


def load_env_config():
    """The address and the key of the manager in the environment; both None if it names none."""
    text = os.environ.get(VARIABLE)
    if text is None:
        return None, None
    address, authkey = json.loads(text)
    return tuple(address) if isinstance(address, list) else str(address), base64.b64decode(authkey)


class Connection:
    """The connection of this process to a manager."""

    def __init__(self, address, authkey):
        self.process = os.getpid()
        self.manager = StashManager(address, authkey)
        self.manager.connect()
        self.values = self.manager.get_dict()
        self.lock = Lock(self.manager.Lock())


class Lock:
    """The lock of a manager, which every thread may release."""

    def __init__(self, proxy):
        self._proxy = proxy

    def acquire(self):
        self._proxy.acquire()

    def release(self):
        self._proxy.release()

    def __enter__(self):
        self.acquire()

    def __exit__(self, *exc):
        self.release()


_connections = {}
_connecting = threading.Lock()


def connection(address, authkey):
    """The connection of this process, made once."""
    with _connecting:
        known = _connections.get((address, authkey))
        if known is None or known.process != os.getpid():
            known = _connections[address, authkey] = Connection(address, authkey)
        return known


def _renew():
    """In a forked child: another thread of the parent may have held the lock."""
    global _connecting
    _connecting = threading.Lock()


os.register_at_fork(after_in_child=_renew)


class SharedStash:
    """The stash of a manager, as a request to `default_path` sees it."""

    def __init__(self, default_path, address, authkey):
        self.default_path = default_path
        known = connection(address, authkey)
        self.manager = known.manager
        self.data = known.values
        self.lock = known.lock

    def put(self, key, value, path=None):
        """Puts a value, once."""
        from .stash import StashError

        if value is None:
            raise ValueError("None cannot be put into the stash")
        place = self._place(key, path)
        if place in self.data:
            raise StashError("the stash already has a value for %r" % (key,))
        self.data[place] = value

    def take(self, key, path=None):
        """Removes a value and returns it; None if there is none."""
        return self.data.pop(self._place(key, path), None)

    def get_queue(self):
        """A new queue in the process of the manager."""
        return self.manager.Queue()

    def _place(self, key, path):
        key = key.decode("ascii") if isinstance(key, bytes) else key
        try:
            number = uuid.UUID(key).bytes
        except ValueError as error:
            raise ValueError("Invalid UUID \"%s\" used as stash key" % key) from error
        return isomorphic_encode(self.default_path if path is None else path), number

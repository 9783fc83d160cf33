"""`wptserve.websockets`: runs WebSocket handlers, which are the `*_wsh.py` files of pywebsocket3.

pywebsocket3 loads handlers, makes handshakes, and reads and writes frames. It is installed, or it comes
with a checkout of web-platform-tests; older versions are named `mod_pywebsocket`. This module finds the
library, and takes the place of its server: the connection and the request that handlers see are objects of
this server. The library is imported when the first server of the process needs it, and stays.
"""

import os
import stat
import sys
import threading
import traceback
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec

from .other_name import OtherName

NAMES = ("pywebsocket3", "mod_pywebsocket")

# Where checkouts have had the library, relative to their root.
FOLDERS = (
    "tools/third_party/pywebsocket3",
    "tools/wptserve/third_party/pywebsocket3",
    "tools/pywebsocket",
    "tools/pywebsocket/src",
)

MISSING = (
    "the Python package pywebsocket3 is missing: run `pip install pywebsocket3`, or serve a checkout of "
    "web-platform-tests that has it in %s" % FOLDERS[0])


def find_library(doc_root):
    """Makes the library importable under both of its names, or raises an ImportError."""
    with _lock:
        if any(isinstance(finder, OtherName) for finder in sys.meta_path):
            return
        name = installed() or from_checkout(doc_root)
        if name is None:
            raise ImportError(MISSING)
        for module in ("dispatch", "handshake", "http_header_util", "msgutil"):
            import_module("%s.%s" % (name, module))
        # Before all other finders: a second copy would have classes of its own.
        other, = (other for other in NAMES if other != name)
        sys.meta_path.insert(0, OtherName(other, name))


def installed():
    """The name of the library on `sys.path`."""
    for name in NAMES:
        spec = find_spec(name)
        if spec is not None and spec.has_location:
            return name
    return None


def from_checkout(root):
    """The name of the library in a checkout, once it is imported."""
    for folder in FOLDERS:
        for name in NAMES:
            spec = PathFinder.find_spec(name, [os.path.join(root, folder)])
            if spec is not None and spec.has_location:
                module = sys.modules[name] = module_from_spec(spec)
                spec.loader.exec_module(module)
                return name
    return None


def load(root, more, follow_links):
    """The dispatcher of the handlers below folders, and a text for each handler that cannot be loaded.

    Of handlers for one path, that of the last folder counts.
    """
    from pywebsocket3 import dispatch

    class Dispatcher(dispatch.Dispatcher):
        def _source_handler_files_in_dir(self, root_dir, scan_dir, *_):
            resource_of_path = dispatch._create_path_to_resource_converter(root_dir)
            root = os.path.realpath(root_dir)
            for path in dispatch._enumerate_handler_file_paths(root):
                resource = resource_of_path(path)
                is_below = os.path.realpath(path).startswith(os.path.join(root, ""))
                if resource is None or not (follow_links or is_below):
                    continue
                try:
                    self._handler_suite_map[resource] = dispatch._source_handler_file(source_of(path))
                except KeyboardInterrupt:
                    raise
                # The library lets pass what is no Exception, such as SystemExit, and what fails before the handler runs.
                except BaseException as error:
                    self._source_warnings.append("%s: %s" % (path, reason_of(error)))

    dispatcher = Dispatcher(os.fspath(root))
    warnings = list(dispatcher.source_warnings())
    for folder in more:
        other = Dispatcher(os.fspath(folder))
        dispatcher._handler_suite_map.update(other._handler_suite_map)
        warnings += other.source_warnings()
    return dispatcher, warnings


def source_of(path):
    """The text of a handler."""
    # A pipe would be waited for.
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError("expected a file, found something else")
    with open(path, encoding="utf-8") as file:
        return file.read()


def reason_of(error):
    """Why a handler cannot be loaded."""
    # The library's own exception has the traceback of the handler's; these are raised before it runs.
    if isinstance(error, Exception):
        return str(error)
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


class Request:
    """`request` of WebSocket handlers, which set further attributes."""

    def __init__(self, request, connection, target, is_https):
        self.connection = self._connection = connection
        self.headers_in = request.raw_headers
        self.method = request.method
        self.protocol = request.raw_version.decode("latin-1")
        self.uri = self.unparsed_uri = target
        self._is_https = is_https
        self._server_terminated = False

    # What the attributes were before they were properties of the library's server.

    def get_uri(self):
        """The target, from the path on."""
        return self.uri

    def get_unparsed_uri(self):
        """The target."""
        return self.unparsed_uri

    def get_method(self):
        """The method."""
        return self.method

    def get_protocol(self):
        """The version of HTTP."""
        return self.protocol

    def is_https(self):
        """Whether the connection uses TLS."""
        return self._is_https

    @property
    def server_terminated(self):
        """Whether a close frame has been sent, or is about to be: the library sets this first."""
        return self._server_terminated

    @server_terminated.setter
    def server_terminated(self, is_terminated):
        # The handler may see this, and return, before the thread that answers the client has written.
        if is_terminated:
            self._connection.begin_close_frame()
        self._server_terminated = is_terminated


def open_socket(dispatcher, request):
    """Makes the handshake. Returns None once the WebSocket is open, and otherwise the refusal."""
    from pywebsocket3 import handshake
    from pywebsocket3.dispatch import DispatchException

    refusal = Refusal(request)
    try:
        resource = resource_of(request.uri)
        if resource is None or not dispatcher.get_handler_suite(resource):
            return refusal(404, "expected the path of a WebSocket handler, found %s" % request.uri)
        request.uri = request.unparsed_uri = resource
        if not refusal.closes:
            return refusal(
                426, "expected a WebSocket handshake, found a request without Upgrade: websocket",
                ("Upgrade", "websocket"), ("Connection", "Upgrade"))
        handshake.do_handshake(request, dispatcher)
    except DispatchException as error:
        return refusal(error.status, str(error))
    except handshake.VersionException as error:
        return refusal(400, str(error), ("Sec-WebSocket-Version", error.supported_versions))
    except handshake.HandshakeException as error:
        cause = error.__context__
        if cause is not None and not isinstance(cause, handshake.HandshakeException):
            refusal.cause = cause
        return refusal(error.status, str(error))
    return None


class Refusal:
    """The answer to a request that does not open a WebSocket."""

    def __init__(self, request):
        protocols = ",".join(request.headers_in.get_all("Upgrade", [])).split(",")
        # Frames may follow such a request.
        self.closes = any(protocol.strip().lower() == "websocket" for protocol in protocols)
        # Why the handler has failed, if it has.
        self.cause = None

    def __call__(self, status, message, *fields):
        self.status = status
        self.message = message
        self.fields = [*fields, ("Connection", "close")] if self.closes else list(fields)
        return self


def resource_of(target):
    """The path and query of a request target, of which `ws:` URLs may be the absolute form."""
    from pywebsocket3 import http_header_util

    # The absolute form of any request (RFC 9112, section 3.2.2).
    scheme, separator, rest = target.partition("://")
    if separator and scheme.lower() in ("http", "https"):
        target = "/" + rest.partition("/")[2]
    # As `http.server` does, for the sake of `urlsplit`.
    if target.startswith("//"):
        target = "/" + target.lstrip("/")
    return http_header_util.parse_uri(target)[2]


def transfer(dispatcher, request):
    """Lets the handler send and receive messages, and closes the WebSocket."""
    # From here on, the library lets the handler answer a close frame.
    request._dispatcher = dispatcher
    dispatcher.transfer_data(request)


def end_of(error):
    """What an exception says about the end of a WebSocket.

    `aborted` by the handler, `terminated` by the client, `broken` connection of whatever kind, or `failed`.
    """
    from pywebsocket3 import handshake, msgutil

    if isinstance(error, handshake.AbortedByUserException):
        return "aborted"
    if isinstance(error, msgutil.ConnectionTerminatedException):
        return "terminated"
    return "broken" if isinstance(error, ConnectionError) else "failed"


_lock = threading.Lock()

"""`wptserve.handlers`: handlers that are Python objects, for scripts and for an embedder's routes.

A handler is called with the request and the response, changes the response, and returns nothing. So
`main = json_handler(f)` in a script works: the caller sees None and sends what the response holds.

Files, scripts and `.asis` are served by the server itself, and query pipes are applied by it, once,
after the handler. Those of the reference's handlers that serve files are in `file_handlers`, which is
imported when one of its names is first used.
"""

import os

from .utils import HTTPException, isomorphic_encode

__all__ = ["BasicAuthHandler", "ErrorHandler", "FunctionHandler", "HTTPException", "JsonHandler",
           "StaticHandler", "StringHandler", "as_is_handler", "file_handler", "filesystem_path",
           "guess_content_type", "handler", "json_handler", "python_script_handler"]

SERVING_FILES = frozenset([
    "AsIsHandler", "DirectoryHandler", "FileHandler", "PythonScriptHandler", "as_is_handler",
    "file_handler", "load_headers", "parse_qs", "python_script_handler", "wrap_pipeline"])


def __getattr__(name):
    if name in SERVING_FILES:
        from . import file_handlers

        return getattr(file_handlers, name)
    if name == "basic_auth_handler":
        # Credentials of any kind are let in, as in the reference.
        return BasicAuthHandler(__getattr__("file_handler"), None, None)
    raise AttributeError("module 'wptserve.handlers' has no attribute %r" % name)


class FunctionHandler:
    """Serves what a function returns.

    That is `content`, `(headers, content)` or `(status, headers, content)`. None means that the
    function has done everything through the response or its writer.
    """

    def __init__(self, func):
        self.func = func

    def __call__(self, request, response):
        try:
            result = self.func(request, response)
        except HTTPException:
            raise
        except Exception as error:
            raise HTTPException(500) from error
        if result is not None:
            apply(result, response)
            # After a script, the server applies them.
            if getattr(request, "_server_applies_pipes", False) is not True:
                from .file_handlers import wrap_pipeline

                wrap_pipeline("", request, response)


def handler(func):
    """`FunctionHandler` as a decorator."""
    return FunctionHandler(func)


class JsonHandler:
    """Serves what a function returns as JSON.

    The function may return any JSON value. A tuple is still read as headers and content, or status,
    headers and content: then only its last element is encoded.
    """

    def __init__(self, func):
        self.func = func

    def __call__(self, request, response):
        return FunctionHandler(self.handle_request)(request, response)

    def handle_request(self, request, response):
        import json

        result = self.func(request, response)
        response.headers.set("Content-Type", "application/json")
        if isinstance(result, tuple):
            text = json.dumps(result[-1])
            value = result[:-1] + (text,)
        else:
            text = value = json.dumps(result)
        # `json.dumps` escapes everything beyond ASCII, so characters are bytes here.
        response.headers.set("Content-Length", len(text))
        return value


def json_handler(func):
    """`JsonHandler` as a decorator."""
    return JsonHandler(func)


class ErrorHandler:
    """Answers every request with the same error."""

    def __init__(self, status):
        self.status = status

    def __call__(self, request, response):
        response.set_error(self.status)


class StringHandler:
    """Serves a fixed text. `headers` are keyword arguments, with `_` where the name has a dash."""

    def __init__(self, data, content_type, **headers):
        self.data = data
        self.resp_headers = [("Content-Type", content_type)]
        self.resp_headers += [(name.replace("_", "-"), value) for name, value in headers.items()]
        self.handler = handler(self.handle_request)

    def __call__(self, request, response):
        return self.handler(request, response)

    def handle_request(self, request, response):
        return self.resp_headers, self.data


class StaticHandler:
    """Serves files as one text, with `%` formatting applied if there is anything to fill in.

    `path` is one path or several, joined in that order. They are read at the first request and
    kept.
    """

    def __init__(self, path, format_args, content_type, **headers):
        self.paths = (path,) if isinstance(path, str) else tuple(path)
        self.format_args = format_args
        self.string_handler = StringHandler(None, content_type, **headers)

    def __call__(self, request, response):
        if self.string_handler.data is None:
            self.string_handler.data = self.read()
        return self.string_handler(request, response)

    def read(self):
        text = ""
        for path in self.paths:
            with open(path, encoding="utf-8") as file:
                text += file.read()
        return text % self.format_args if self.format_args else text


class BasicAuthHandler:
    """Asks for a user name and password before another handler is called.

    With `user` None anybody who sends credentials is let in. The name and password may be text or
    bytes; credentials are bytes, and text never equals bytes, so both are compared as bytes.
    """

    def __init__(self, handler, user, password):
        self.user = user
        self.password = password
        self.handler = handler

    def __call__(self, request, response):
        if "authorization" not in request.headers:
            response.status = 401
            response.headers.set("WWW-Authenticate", "Basic")
            return None
        if not self._admits(request.auth):
            response.set_error(403, "Invalid username or password")
            return None
        return self.handler(request, response)

    def _admits(self, auth):
        if self.user is None:
            return True
        if self.password is None:
            return False
        wanted = isomorphic_encode(self.user), isomorphic_encode(self.password)
        return wanted == (auth.username, auth.password)


def filesystem_path(base_path, request, url_base="/"):
    """The path of the file that a request names, below `base_path` (None: below the doc root).

    `..` anywhere is refused, even inside a name: what `%2e%2e%2f` means is not worth knowing.
    """
    from urllib.parse import unquote

    base = request.doc_root if base_path is None else base_path
    relative = unquote(request.url_parts.path)
    if relative.startswith(url_base):
        relative = relative[len(url_base):]
    path = os.path.join(base, relative)
    # `join` drops the base when the other half is absolute.
    if ".." in relative or not path.startswith(base):
        raise HTTPException(404)
    return path


def guess_content_type(path):
    """The media type that the server gives a file of this name, by its last extension."""
    from .constants import content_types

    extension = os.path.splitext(path)[1].lstrip(".")
    return content_types.get(extension, "application/octet-stream")


def apply(result, response):
    """Puts what a function returned into the response; headers add to those already there."""
    if not isinstance(result, tuple):
        response.content = result
        return
    if len(result) == 3:
        status, headers, content = result
        response.status = status
    elif len(result) == 2:
        headers, content = result
    else:
        raise HTTPException(500)
    response.headers.update(headers)
    response.content = content

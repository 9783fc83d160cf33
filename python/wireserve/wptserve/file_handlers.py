"""The handlers of `wptserve.handlers` that serve files, for scripts that call them.

The server serves files itself (`crates/core/src/site/files`, `python/scripts`), and none of this is involved. A script
that calls `file_handler(request, response)` gets what the reference would make of it; `FileHandler(base_path,
url_base)` serves another folder. Pipes of the query are applied here, and then by the server, once more, as
in the reference.
"""

import os
from html import escape
from urllib.parse import quote, unquote

from .handlers import filesystem_path, guess_content_type, handler
from .utils import HTTPException

__all__ = ["AsIsHandler", "DirectoryHandler", "FileHandler", "PythonScriptHandler", "as_is_handler",
           "file_handler", "load_headers", "parse_qs", "python_script_handler", "wrap_pipeline"]

# Their templates escape what they fill in.
MARKUP = frozenset([".html", ".htm", ".xht", ".xhtml", ".xml", ".svg"])


def parse_qs(qs):
    """A query as a dict of lists of text. Only `&` separates; empty values are left out."""
    fields = {}
    for piece in qs.split("&"):
        name, _, value = piece.partition("=")
        if value:
            fields.setdefault(decoded(name), []).append(decoded(value))
    return fields


def decoded(text):
    return unquote(text.replace("+", " "))


def wrap_pipeline(path, request, response):
    """Applies `sub` if the path of a file asks for it, and the pipes of the query, to a response."""
    pipes = []
    if ".sub." in path:
        pipes.append("sub(html)" if os.path.splitext(path)[1] in MARKUP else "sub(none)")
    # Of several `pipe` parameters the last one counts.
    pipes += parse_qs(request.url_parts.query).get("pipe", [])[-1:]
    if not pipes:
        return response
    from .pipes import Pipeline

    return Pipeline("|".join(pipes))(request, response)


def load_headers(request, path):
    """The fields of the `.headers` files for a path, those of its folder first, as pairs of bytes."""
    folder = os.path.join(os.path.dirname(path), "__dir__")
    return [field for stem in (folder, path) for field in fields_of(request, stem)]


def fields_of(request, stem):
    is_template = os.path.exists(stem + ".sub.headers")
    try:
        with open(stem + (".sub.headers" if is_template else ".headers"), "rb") as file:
            text = file.read()
    except OSError:
        return []
    if is_template:
        from .pipes import template

        text = template(request, text, escape_type="none")
    lines = [line.split(b":", 1) for line in text.splitlines() if line]
    return [tuple(part.strip() for part in line) for line in lines]


class Below:
    """A handler of the files in a folder (None: the doc root), at a path of the site."""

    def __init__(self, base_path=None, url_base="/"):
        self.base_path = base_path
        self.url_base = url_base

    def __repr__(self):
        return "<%s base_path:%s url_base:%s>" % (type(self).__name__, self.base_path, self.url_base)

    def path_of(self, request):
        return filesystem_path(self.base_path, request, self.url_base)


class DirectoryHandler(Below):
    """Lists a folder. A path without a slash at its end is redirected to the path with one."""

    def __call__(self, request, response):
        url_path = request.url_parts.path
        if not url_path.endswith("/"):
            response.status = 301
            response.headers = [("Location", request.url + "/")]
            return
        title = escape(unquote(url_path))
        names = sorted(os.listdir(self.path_of(request)))
        items = "".join("<li>%s\n" % self.link(request, name) for name in names)
        response.headers = [("Content-Type", "text/html")]
        response.content = (
            "<!doctype html>\n<meta charset=\"utf-8\">\n<title>%s</title>\n<h1>%s</h1>\n<ul>\n%s</ul>\n"
            % (title, title, items))

    def link(self, request, name):
        if os.path.isdir(os.path.join(self.path_of(request), name)):
            name += "/"
        # `./` keeps a name with a colon from being a scheme.
        return '<a href="./%s">%s</a>' % (escape(quote(name)), escape(name))


class FileHandler(Below):
    """Serves a file or ranges of it, with the fields of its `.headers` files; lists folders."""

    def __call__(self, request, response):
        path = self.path_of(request)
        if os.path.isdir(path):
            return DirectoryHandler(self.base_path, self.url_base)(request, response)
        try:
            length = os.stat(path).st_size
            response.headers.update(self.get_headers(request, path))
            ranges = self.ranges_of(request, response, length)
            response.content = self.get_data(response, path, ranges)
        except OSError:
            raise HTTPException(404) from None
        return wrap_pipeline(path, request, response)

    def get_headers(self, request, path):
        """The fields of the response, with a media type."""
        fields = load_headers(request, path)
        if not any(name.lower() == b"content-type" for name, _ in fields):
            fields.insert(0, (b"Content-Type", guess_content_type(path).encode("ascii")))
        return fields

    def ranges_of(self, request, response, length):
        if "Range" not in request.headers:
            return None
        from .ranges import RangeParser

        try:
            return RangeParser()(request.headers["Range"], length)
        except HTTPException as error:
            if error.code == 416:
                response.headers.set("Content-Range", "bytes */%d" % length)
            raise

    def get_data(self, response, path, byte_ranges):
        """The open file, or the content of ranges, for which the response is changed."""
        if byte_ranges is None:
            return open(path, "rb")
        with open(path, "rb") as file:
            response.status = 206
            if len(byte_ranges) == 1:
                response.headers.set("Content-Range", byte_ranges[0].header_value())
                return self.get_range_data(file, byte_ranges[0])
            from .response import MultipartContent

            media_types = response.headers.get("Content-Type")
            media_type = media_types[-1] if media_types else None
            content = MultipartContent()
            response.headers.set(
                "Content-Type", "multipart/byteranges; boundary=" + content.boundary)
            for part in byte_ranges:
                fields = [("Content-Range", part.header_value())]
                content.append_part(self.get_range_data(file, part), media_type, fields)
            return content

    def get_range_data(self, file, byte_range):
        """The bytes of a range."""
        file.seek(byte_range.lower)
        return file.read(byte_range.upper - byte_range.lower)


class AsIsHandler(Below):
    """Sends a file that is a whole response, head included, and closes the connection."""

    def __call__(self, request, response):
        path = self.path_of(request)
        if os.path.isdir(path):
            raise HTTPException(500, "expected a file, found a folder: %s" % path)
        try:
            with open(path, "rb") as file:
                content = file.read()
        except OSError:
            raise HTTPException(404) from None
        response.writer.write_raw_content(content)
        response.close_connection = True


class PythonScriptHandler(Below):
    """Runs another script: its `main`. For a folder, that is its first `default*.py`."""

    def __call__(self, request, response):
        path = self.path_of(request)
        if os.path.isdir(path):
            names = [name for name in sorted(os.listdir(path))
                     if name.startswith("default") and name.endswith(".py")]
            path = os.path.join(path, names[0]) if names else path
        names = {"__file__": path}
        try:
            with open(path, "rb") as file:
                exec(compile(file.read(), path, "exec"), names, names)
        except OSError:
            raise HTTPException(404) from None
        if "main" not in names:
            raise HTTPException(500, "expected a function main in the script %s" % path)
        handler(names["main"])(request, response)
        wrap_pipeline(path, request, response)


file_handler = FileHandler()
as_is_handler = AsIsHandler()
python_script_handler = PythonScriptHandler()

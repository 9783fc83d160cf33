"""`wptserve.template`: the `{{...}}` language of `.sub.` files and the `sub` pipe, for scripts.

An expression is a name, then any number of `[index]` and `(arguments)`; `$name:` in front keeps the
value under `$name` for the rest of the text. What follows the last thing that can be read is
ignored. An expression that has no meaning raises, and the peer sees a 500. Only inserted text is
escaped.

Templates of static files and query pipes are filled in by the server; this is the same language for
scripts that call it.
"""

import re

PLACEHOLDER = re.compile(rb"{{([^}]*)}}")
# One step of an expression; \w is ASCII in a bytes pattern.
STEP = re.compile(rb"\$(?P<assign>\w+):|(?P<name>\$?\w+)|\[(?P<index>[^\]]*)\]|\((?P<call>[^)]*)\)")

# Bytes that may be inserted, beyond which filling in fails: a link says what is inserted, and how often
# the result is filled in again.
MOST = 64 << 20


def template(request, content, escape_type="html"):
    """`content`, which is bytes, with every placeholder replaced."""
    variables = {}
    inserted = 0

    def replace(match):
        nonlocal inserted
        value = evaluate(request, match.group(1), variables)
        text = escaped(value, escape_type).encode("utf-8")
        inserted += len(text)
        if inserted > MOST:
            raise ValueError("more than 64 MiB are inserted into a template")
        return text

    return PLACEHOLDER.sub(replace, content)


def evaluate(request, expression, variables):
    """The value of one expression: bytes, text or a number."""
    steps = tokens(expression)
    kind, name = next(steps, (None, None))
    variable = None
    if kind == "assign":
        variable = "$" + name
        kind, name = next(steps, (None, None))
    if kind != "name":
        raise ValueError("a name is missing in the template expression %r" % expression)
    value = variables[name] if name in variables else lookup(request, name)
    for kind, argument in steps:
        if kind == "index":
            value = value[argument]
        elif kind == "call":
            value = value(request, *argument)
        else:
            raise ValueError("unexpected %r in the template expression %r" % (argument, expression))
    if not isinstance(value, (int, bytes, str)):
        raise TypeError("the template expression %r is not text" % expression)
    if variable is not None:
        variables[variable] = value
    return value


def tokens(expression):
    """The steps of an expression as (kind, value), up to the first that cannot be read."""
    position = 0
    while True:
        match = STEP.match(expression, position)
        if not match:
            return
        position = match.end()
        kind = match.lastgroup
        text = match.group(kind).decode("utf-8")
        if kind == "index":
            yield kind, number_or_text(text)
        elif kind == "call":
            yield kind, re.split(r",\s*", text) if text else []
        else:
            yield kind, text


def lookup(request, name):
    """What a name means: a function, a view of the request, or a key of the configuration."""
    config = request.server.config
    url = request.url_parts
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    if name == "headers":
        return request.headers
    if name == "GET":
        return Query(request.GET)
    if name == "hosts":
        return config.all_domains
    if name == "domains":
        return config.all_domains[""]
    if name == "host":
        return config["browser_host"]
    if name in config:
        return config[name]
    if name == "location":
        # The port is part of `host` and `server` even if it is None.
        host = "%s:%s" % (url.hostname, url.port)
        return {
            "server": "%s://%s" % (url.scheme, host),
            "scheme": url.scheme,
            "host": host,
            "hostname": url.hostname,
            "port": url.port,
            "path": url.path,
            "pathname": url.path,
            "query": "?" + url.query,
        }
    if name == "url_base":
        return request.url_base
    raise ValueError("undefined template variable %s" % name)


class Query:
    """Query parameters by name in text; one that is not there is empty."""

    def __init__(self, parameters):
        self.parameters = parameters

    def __getitem__(self, name):
        # A number was an index, and no parameter has a number for a name.
        key = name.encode("latin-1") if isinstance(name, str) else name
        return self.parameters.first(key, "")


def uuid(request):
    from uuid import uuid4

    return str(uuid4())


def file_hash(request, algorithm, path):
    """The base64 digest of a file below the doc root."""
    import base64
    import os

    if algorithm not in ALGORITHMS:
        raise ValueError("not a hash that templates know: %r" % algorithm)
    root = os.path.realpath(request.doc_root)
    absolute = os.path.realpath(os.path.join(root, path))
    if os.path.commonpath([absolute, root]) != root:
        raise ValueError("%r is outside of the doc root" % path)
    try:
        digest = digest_of(algorithm, absolute)
    except OSError as error:
        # Not an OSError any more: that would say that the template itself is missing, a 404.
        raise ValueError("cannot read %r to hash it" % absolute) from error
    return base64.b64encode(digest)


def digest_of(algorithm, path):
    """The digest of a file, which is read piece by piece. What is no file has none."""
    import hashlib
    import os
    import stat

    def opener(path, flags):
        # Opening a named pipe would wait for its writer.
        return os.open(path, flags | os.O_NONBLOCK)

    digest = hashlib.new(algorithm)
    with open(path, "rb", opener=opener) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError("%r is not a file" % path)
        while piece := file.read(256 * 1024):
            digest.update(piece)
    return digest.digest()


def fs_path(request, path):
    """The absolute path of a file: from the doc root if it starts with `/`, else from here."""
    import os

    if path.startswith("/"):
        relative = path[1:]
    else:
        # As in the reference, what counts is the last slash of the whole target, query included,
        # and a target that has no other slash than its first is taken for a directory.
        here = request.request_path[len(request.url_base):]
        relative = here.rsplit("/", 1)[0] + "/" + path
    absolute = os.path.abspath(os.path.join(request.doc_root, relative.replace("/", os.sep)))
    if ".." in os.path.relpath(absolute, request.doc_root):
        raise ValueError("%r is outside of the doc root" % path)
    return absolute


def header_or_default(request, name, default):
    return request.headers.get(name, default)


def number_or_text(text):
    try:
        return int(text)
    except ValueError:
        return text


def escaped(value, escape_type):
    from html import escape

    if isinstance(value, bytes):
        value = value.decode("utf-8")
    value = str(value)
    return {"html": escape, "none": str}[escape_type](value)


FUNCTIONS = {
    "uuid": uuid,
    "file_hash": file_hash,
    "fs_path": fs_path,
    "header_or_default": header_or_default,
}

# Those that every build of Python has.
ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")

"""`wptserve.form`: `request.POST`, read from a urlencoded or a multipart body.

Also importable as `wptserve.cgi`, where scripts look for `FieldStorage`; the standard library's
`cgi` is gone from Python 3.13. The reading rules are that module's, since the reference's answers
come from them: names and file names are the latin-1 view of the bytes, a missing terminator is
tolerated, a part without a name and a form without a usable boundary are errors.

Where this differs: a body that is not a form makes an empty form; keys keep the order in which they
came; a part that says it is urlencoded is a value like any other, it does not swallow the parts
after it, and neither does a nested multipart. Nothing is ever read from the process's arguments.
"""

import io
import re

from _wireserve import MultiDict
from wptserve.utils import isomorphic_decode, isomorphic_encode

URLENCODED = "application/x-www-form-urlencoded"
# A line longer than this is read in pieces, so that a file without line ends costs no memory.
PIECE = 64 * 1024
# A part larger than this moves from memory to a temporary file.
SPILL = 1024 * 1024


def form_of(request):
    """The form that a request carries: bytes, or FieldStorage for files, by name in bytes."""
    form = MultiDict()
    method = request.method.upper()
    media_type, options = form_type(request.headers, method)
    boundary = boundary_of(options) if media_type.startswith("multipart/") else None
    if method in ("GET", "HEAD"):
        return form
    if boundary is None and media_type != URLENCODED:
        return form

    source = request.raw_input
    position = source.tell()
    source.seek(0)
    if boundary is None:
        read_urlencoded(source, form)
    else:
        read_multipart(source, boundary, form)
    source.seek(position)
    return form


def form_type(headers, method):
    """The media type of the body in lower case, and its options. A bare POST is urlencoded."""
    fields = headers.get_list(b"content-type", [])
    if not fields:
        return (URLENCODED if method == "POST" else ""), {}
    media_type, options = parse_header(isomorphic_decode(fields[0]))
    return media_type.lower(), options


def read_urlencoded(source, form):
    from urllib.parse import parse_qsl

    text = source.read().decode("latin-1")
    for name, value in parse_qsl(text, keep_blank_values=True, encoding="latin-1"):
        form.add(isomorphic_encode(name), isomorphic_encode(value))


def read_multipart(source, boundary, form):
    for part in Multipart(source, boundary).parts():
        # A part without a name, or one that holds parts, is a TypeError here: the peer sees a 500.
        name = isomorphic_encode(part.name)
        form.add(name, part if part.filename else isomorphic_encode(part.value))


class FieldStorage:
    """One part of a multipart body.

    `value` is bytes for a file (a part with a filename, even an empty one), text for another field,
    and a list of FieldStorages for a part that is itself multipart; it may be set. A part that
    holds parts can be asked for them by name, like a dictionary; any other part cannot, and has no
    truth.
    """

    def __init__(self, headers, file=None, list=None):
        self.headers = headers
        # The content as bytes, or for a field without filename as text; None if there is a list.
        self.file = file
        # The nested parts, in order; None if there is a file.
        self.list = list
        self.disposition, self.disposition_options = parse_header(
            headers.get("content-disposition", ""))
        self.type, self.type_options = parse_header(headers.get("content-type", "text/plain"))
        self.name = self.disposition_options.get("name")
        self.filename = self.disposition_options.get("filename")
        # Parts end at a boundary; a length that one of them claims for itself is not believed.
        self.length = -1

    def __repr__(self):
        return "FieldStorage(%r, %r, %r)" % (self.name, self.filename, self.value)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if self.file is not None:
            self.file.close()

    @property
    def value(self):
        if "_value" in self.__dict__:
            return self._value
        if self.file is None:
            return self.list
        self.file.seek(0)
        value = self.file.read()
        self.file.seek(0)
        return value

    @value.setter
    def value(self, value):
        self._value = value

    def __bool__(self):
        return bool(self._parts())

    def __len__(self):
        return len(self.keys())

    def __iter__(self):
        return iter(self.keys())

    def __contains__(self, key):
        return any(part.name == key for part in self._parts())

    def __getitem__(self, key):
        """The part of this name, or a list if there are several."""
        found = [part for part in self._parts() if part.name == key]
        if not found:
            raise KeyError(key)
        return found[0] if len(found) == 1 else found

    def keys(self):
        return list(dict.fromkeys(part.name for part in self._parts()))

    def getlist(self, key):
        return [part.value for part in self._parts() if part.name == key]

    def getfirst(self, key, default=None):
        values = self.getlist(key)
        return values[0] if values else default

    def getvalue(self, key, default=None):
        values = self.getlist(key)
        if not values:
            return default
        return values[0] if len(values) == 1 else values

    def _parts(self):
        if self.list is None:
            raise TypeError("this part does not hold parts")
        return self.list


class Multipart:
    """Reads the parts between one boundary from a source that has `readline`.

    Boundary lines are found after a line end only, and may be followed by spaces. The line end
    before a boundary belongs to it; so does the one before the end of the source.
    """

    def __init__(self, source, boundary):
        self.source = source
        self.delimiter = b"--" + boundary
        self.terminator = self.delimiter + b"--"
        # The terminator or the end of the source has been read: no part follows.
        self.ended = False

    def parts(self):
        """Each part, as FieldStorage. Before the first boundary anything may stand."""
        line = None
        while line != b"" and (line is None or line.strip() != self.delimiter):
            line = self.source.readline()
        while not self.ended:
            head = self._head()
            if not head:
                return
            yield self._part(head)

    def _head(self):
        """The header section of a part, with the blank line; nothing at the end of the source."""
        lines = []
        while True:
            lines.append(self.source.readline())
            if not lines[-1].strip():
                return b"".join(lines)

    def _part(self, head):
        from email.parser import Parser

        headers = Parser().parsestr(head.decode("latin-1"), headersonly=True)
        del headers["content-length"]
        part = FieldStorage(headers)
        if part.type.startswith("multipart/"):
            nested = Multipart(self.source, boundary_of(part.type_options))
            part.list = list(nested.parts())
            self._copy_content(None)
        else:
            content = Content()
            self._copy_content(content)
            part.file = content.finish(binary=part.filename is not None)
        return part

    def _copy_content(self, content):
        """Reads up to the next boundary; what was read goes to `content` unless that is None."""
        held = b""  # a line end, until it is known what follows it
        after_line_end = True
        while True:
            line = self.source.readline(PIECE)
            if not line:
                self.ended = True
                return
            if after_line_end and line.startswith(b"--"):
                stripped = line.rstrip()
                if stripped in (self.delimiter, self.terminator):
                    self.ended = stripped == self.terminator
                    return
            # A piece may end between CR and LF: then the CR was held, and is one line end with
            # this.
            if held == b"\r":
                line, held = held + line, b""
            text, line_end = split_line_end(line)
            after_line_end = line_end.endswith(b"\n")
            if content is not None:
                content.write(held + text)
            held = line_end


class Content:
    """The bytes of one part, in memory while they are few."""

    def __init__(self):
        self.file = io.BytesIO()
        self.size = 0

    def write(self, data):
        self.size += len(data)
        if self.size > SPILL and isinstance(self.file, io.BytesIO):
            import tempfile

            small, self.file = self.file, tempfile.TemporaryFile()
            self.file.write(small.getvalue())
        self.file.write(data)

    def finish(self, binary):
        """The file, at its start: of bytes, or of their latin-1 view with line ends untouched."""
        self.file.seek(0)
        if binary:
            return self.file
        return io.TextIOWrapper(self.file, encoding="latin-1", newline="\n")


def parse_header(line):
    """A header value as its first piece and a dictionary of its `name=value` options.

    Names become lower case, and the last of two equal ones counts. A quoted value loses its quotes,
    and backslashes before quotes and backslashes.
    """
    first, *others = split_parameters(line)
    options = {}
    for piece in others:
        name, equals, value = piece.partition("=")
        if not equals:
            continue
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] == '"':
            # In this order: that is how the reference reads `\\"`.
            value = value[1:-1].replace("\\\\", "\\").replace('\\"', '"')
        options[name.strip().lower()] = value
    return first, options


def split_parameters(line):
    """The pieces of a header value between semicolons that are not within quotes."""
    pieces = []
    start = 0
    quoted = False
    for match in re.finditer(r'\\"|"|;', line):
        if match.group() == '"':
            quoted = not quoted
        elif match.group() == ";" and not quoted:
            pieces.append(line[start:match.start()].strip())
            start = match.end()
    pieces.append(line[start:].strip())
    return pieces


def boundary_of(options):
    """The boundary that a multipart type names: visible ASCII, with spaces only inside."""
    boundary = options.get("boundary", "").encode("latin-1", "replace")
    if not re.fullmatch(rb"[ -~]{0,200}[!-~]", boundary):
        raise ValueError("invalid boundary of a multipart body: %r" % boundary)
    return boundary


def split_line_end(line):
    for line_end in (b"\r\n", b"\n", b"\r"):
        if line.endswith(line_end):
            return line[:-len(line_end)], line_end
    return line, b""

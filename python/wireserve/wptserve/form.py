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
import sys

from ._native import MultiDict, add_urlencoded
from .utils import HTTPException, isomorphic_decode, isomorphic_encode

URLENCODED = "application/x-www-form-urlencoded"
# Bytes read at once, and the longest line that is read as one.
PIECE = 64 * 1024
# Bytes of the header section of a part.
PART_HEAD = 64 * 1024
# A part larger than this moves from memory to a temporary file.
SPILL = 1024 * 1024
# The most fields or parts, and the most bytes of text: more than there can be.
UNLIMITED = (sys.maxsize - 1, sys.maxsize - 1)


def form_of(request, limits=UNLIMITED):
    """The form that a request carries: bytes, or FieldStorage for files, by name in bytes.

    `limits` are the most fields or parts, and the most bytes of text.
    """
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
        read_urlencoded(source, form, limits)
    else:
        read_multipart(source, boundary, form, limits)
    source.seek(position)
    return form


def form_type(headers, method):
    """The media type of the body in lower case, and its options. A bare POST is urlencoded."""
    fields = headers.get_list(b"content-type", [])
    if not fields:
        return (URLENCODED if method == "POST" else ""), {}
    media_type, options = parse_header(isomorphic_decode(fields[0]))
    return media_type.lower(), options


def read_urlencoded(source, form, limits):
    fields, size = limits
    text = source.read(size + 1)
    if len(text) > size:
        raise too_much_text(size)
    add_urlencoded(form, text, fields)


def read_multipart(source, boundary, form, limits):
    fields, size = limits
    left = size
    # A script may have replaced the file, and then it holds the parts itself.
    memory = Memory(getattr(source, "_hold", lambda change: None))
    for part in Multipart(Lines(source), boundary, PartCount(fields), memory).parts():
        # A part without a name, or one that holds parts, is a TypeError here: the peer sees a 500.
        name = isomorphic_encode(part.name)
        if part.filename:
            form.add(name, part)
            continue
        if part.file is None:
            raise TypeError("expected a part with content, found the multipart part %r" % part.name)
        # As it came, whether as bytes or as text.
        content = part.file if part.filename is not None else part.file.buffer
        value = content.read(left + 1)
        left -= len(value)
        if left < 0:
            raise too_much_text(size)
        form.add(name, value)


def too_much_text(size):
    return HTTPException(413, "a form has more than %d bytes of text (limits.form)" % size)


class PartCount:
    """The parts of a body, nested ones included, up to a limit."""

    def __init__(self, limit):
        self.limit = limit
        self.count = 0

    def add(self):
        self.count += 1
        if self.count > self.limit:
            raise HTTPException(
                400, "a multipart body has more than %d parts (limits.parameters)" % self.limit)


class Memory:
    """The bytes of all parts in memory, which the server counts and may refuse."""

    def __init__(self, hold):
        self.hold = hold
        self.uncounted = 0

    def change(self, count):
        self.uncounted += count
        if abs(self.uncounted) >= PIECE:
            change, self.uncounted = self.uncounted, 0
            self.hold(change)


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
            raise TypeError("this part is not multipart")
        return self.list


class Multipart:
    """Reads the parts between one boundary from `Lines`.

    Boundary lines are found after a line end only, and may be followed by spaces. The line end
    before a boundary belongs to it; so does the one before the end of the source.
    """

    def __init__(self, source, boundary, count, memory):
        self.source = source
        self.delimiter = b"--" + boundary
        self.terminator = self.delimiter + b"--"
        self.count = count
        self.memory = memory
        # The terminator or the end of the source has been read: no part follows.
        self.ended = False

    def parts(self):
        """Each part, as FieldStorage. Before the first boundary anything may stand."""
        line = None
        while line != b"" and (line is None or line.strip() != self.delimiter):
            self.source.skip_lines_without(self.delimiter)
            line = self.source.readline(PIECE)
        while not self.ended:
            head = self._head()
            if not head:
                return
            self.count.add()
            yield self._part(head)

    def _head(self):
        """The header section of a part, with the blank line; nothing at the end of the source."""
        lines = []
        left = PART_HEAD
        while True:
            line = self.source.readline(left + 1)
            left -= len(line)
            if left < 0:
                raise HTTPException(
                    400, "the head of a part is longer than %d bytes" % PART_HEAD)
            lines.append(line)
            if not line.strip():
                return b"".join(lines)

    def _part(self, head):
        from email.parser import Parser

        headers = Parser().parsestr(head.decode("latin-1"), headersonly=True)
        del headers["content-length"]
        part = FieldStorage(headers)
        if part.type.startswith("multipart/"):
            nested = Multipart(self.source, boundary_of(part.type_options), self.count, self.memory)
            part.list = list(nested.parts())
            self._copy_content(None)
        else:
            content = Content(self.memory)
            self._copy_content(content)
            part.file = content.finish(binary=part.filename is not None)
        return part

    def _copy_content(self, content):
        """Reads up to the next boundary; what was read goes to `content` unless that is None."""
        held = b""  # a line end, until it is known what follows it
        is_after_line_end = True
        while True:
            if is_after_line_end and self._ends_here():
                return
            data, is_after_line_end = self.source.read_up_to(b"\n", self.delimiter)
            if not data:
                self.ended = True
                return
            text, held = split_line_end(held + data)
            if content is not None:
                content.write(text)

    def _ends_here(self):
        """Whether the next line is a boundary, which is then read."""
        if not self.source.is_next(self.delimiter):
            return False
        line = self.source.peek_line(PIECE)
        stripped = line.rstrip()
        if stripped not in (self.delimiter, self.terminator):
            return False
        self.ended = stripped == self.terminator
        self.source.skip(len(line))
        return True


class Lines:
    """Reads a file piece by piece, and finds lines and boundaries in memory.

    A boundary is searched for, so that the other lines cost nothing.
    """

    def __init__(self, file):
        self.file = file
        self.buffer = b""
        self.at = 0  # what is before it has been read

    def peek_line(self, limit):
        """The next line with its LF, or up to `limit` bytes of it; nothing at the end."""
        searched = self.at
        while True:
            end = self.buffer.find(b"\n", searched, self.at + limit) + 1
            if end or len(self.buffer) - self.at >= limit:
                return self.buffer[self.at:end or self.at + limit]
            searched = len(self.buffer) - self.at
            if not self._fill():
                return self.buffer[self.at:]

    def readline(self, limit):
        line = self.peek_line(limit)
        self.skip(len(line))
        return line

    def skip(self, count):
        self.at += count

    def is_next(self, mark):
        while len(self.buffer) - self.at < len(mark) and self._fill():
            pass
        return self.buffer.startswith(mark, self.at)

    def read_up_to(self, line_end, mark):
        """Bytes up to a line end with `mark` after it, and whether that was found; or bytes without
        one. Nothing at the end.
        """
        wanted = line_end + mark
        while len(self.buffer) - self.at < len(wanted) and self._fill():
            pass
        found = self.buffer.find(wanted, self.at)
        if found >= 0:
            end = found + len(line_end)
        elif len(self.buffer) - self.at < len(wanted):
            end = len(self.buffer)
        else:
            # The last bytes may be the beginning of what is wanted.
            end = len(self.buffer) - len(wanted) + 1
        data = self.buffer[self.at:end]
        self.at = end
        return data, found >= 0

    def skip_lines_without(self, mark):
        """Goes to the beginning of the next line that contains `mark`, or to the last line."""
        while True:
            found = self.buffer.find(mark, self.at)
            limit = len(self.buffer) if found < 0 else found
            self.at = max(self.at, self.buffer.rfind(b"\n", self.at, limit) + 1)
            if found >= 0:
                return
            if len(self.buffer) - self.at > PIECE:
                # A line that is too long for a boundary; its end may begin one all the same.
                self.at = len(self.buffer) - len(mark) - 1
            if not self._fill():
                return

    def _fill(self):
        piece = self.file.read(PIECE)
        self.buffer = self.buffer[self.at:] + piece
        self.at = 0
        return bool(piece)


class Content:
    """The bytes of one part, in memory while they are few."""

    def __init__(self, memory):
        self.memory = memory
        self.file = io.BytesIO()
        self.size = 0

    def write(self, data):
        is_in_memory = isinstance(self.file, io.BytesIO)
        if is_in_memory and self.size + len(data) > SPILL:
            import tempfile

            small, self.file = self.file, tempfile.TemporaryFile()
            self.file.write(small.getvalue())
            self.memory.change(-self.size)
        elif is_in_memory:
            self.memory.change(len(data))
        self.size += len(data)
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

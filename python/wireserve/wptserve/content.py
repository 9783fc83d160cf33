"""`wptserve.content`: the content of a response as pieces that are sent one by one.

Bytes, text and what else has a buffer (`bytearray`, `memoryview`, `array`) are one piece. An object with
`read` is a file. Anything else is iterated; its items may be bytes, text, buffers, files, or functions
without arguments that return one of these. Empty bytes and text are skipped, and so is `None` where it is
produced: by a function, which may only have waited, or by a generator. What else is not content is an error.
Each piece is produced when it is needed, and none is kept. Text is encoded as the response says by then.
"""

# The server calls it when content fails. Imported here, since a process that exits interrupts imports.
from traceback import format_exception  # noqa: F401

__all__ = ["items", "misfit", "pieces"]

FILE_PIECE = 32 * 1024
SHOWN = 80  # characters of a value in an error message

WHOLE = "bytes, str, a file or an iterable of these"
ITEM = "bytes, str, a file, or a function that returns one of these"


def items(content, response):
    """The items of `response.iter_content()`: files within an iterable are items themselves."""
    if isinstance(content, bytes):
        yield content
    elif isinstance(content, str):
        yield content.encode(response.encoding)
    elif hasattr(content, "read"):
        yield from read_file(content)
    elif has_buffer(content):
        yield bytes(memoryview(content))
    else:
        for item in content:
            value = item() if callable(item) else item
            if value is None and (callable(item) or not isinstance(content, (list, tuple))):
                continue
            if isinstance(value, (bytes, str)):
                if value:
                    yield value
            elif hasattr(value, "read"):
                yield value
            elif has_buffer(value):
                yield bytes(memoryview(value))
            else:
                raise ValueError("an item of content is %s, expected %s" % (shown(value), ITEM))


def pieces(content, response):
    """The content as it is sent, in bytes."""
    for item in items(content, response):
        if hasattr(item, "read"):
            for piece in read_file(item):
                yield encoded(piece, response)
        else:
            yield encoded(item, response)


def encoded(item, response):
    if isinstance(item, bytes):
        return item
    if isinstance(item, str):
        return item.encode(response.encoding)
    raise ValueError("read() returned %s, expected bytes or str" % shown(item))


def misfit(content):
    """Why this cannot be sent, as far as that is known before any of it is; None if it can."""
    if isinstance(content, (bytes, str)) or hasattr(content, "read") or has_buffer(content):
        return None
    kind = type(content)
    if hasattr(kind, "__await__") or hasattr(kind, "__aiter__"):
        # Otherwise Python warns that it was never awaited.
        getattr(content, "close", int)()
        return "%s of an asynchronous function, expected `def main`, not `async def main`" % (
            kind.__name__)
    if isinstance(content, dict) or (hasattr(kind, "keys") and hasattr(kind, "__getitem__")):
        return "%s, expected %s: encode it, for example with json.dumps()" % (shown(content), WHOLE)
    if isinstance(content, (list, tuple)):
        for number, item in enumerate(content, 1):
            if not (isinstance(item, (bytes, str)) or callable(item) or hasattr(item, "read")
                    or has_buffer(item)):
                return "%s, whose item %d is %s, expected %s" % (
                    shown(content), number, shown(item), ITEM)
        return None
    if hasattr(kind, "__iter__") or hasattr(kind, "__getitem__"):
        return None
    return "%s, expected %s" % (shown(content), WHOLE)


def has_buffer(value):
    try:
        memoryview(value).release()
    except (TypeError, BufferError):
        return False
    return True


def shown(value):
    """A value in an error message: short, and with its type."""
    kind = type(value).__name__
    if value is None:
        return "None"
    try:
        text = repr(value)
    except Exception:
        return "an object of type " + kind
    return "%s (%s)" % (text if len(text) <= SHOWN else text[:SHOWN] + "...", kind)


def read_file(file):
    try:
        while True:
            piece = file.read(FILE_PIECE)
            if not piece:
                break
            yield piece
    finally:
        file.close()

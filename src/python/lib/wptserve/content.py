"""`wptserve.content`: the content of a response as pieces that are sent one by one.

Bytes and text are one piece. An object with `read` is a file. Anything else is iterated; its items may be
bytes, text, files, or functions without arguments that return one of these. Empty items are skipped. Each
piece is produced when it is needed, and none is kept.
"""

__all__ = ["items", "pieces"]

FILE_PIECE = 32 * 1024


def items(content, encoding):
    """The items of `response.iter_content()`: files within an iterable are items themselves."""
    if isinstance(content, bytes):
        yield content
    elif isinstance(content, str):
        yield content.encode(encoding)
    elif hasattr(content, "read"):
        yield from read_file(content)
    else:
        for item in content:
            value = item() if callable(item) else item
            if value:
                yield value


def pieces(content, encoding):
    """The content as it is sent, in bytes."""
    for item in items(content, encoding):
        if hasattr(item, "read"):
            for piece in read_file(item):
                yield encoded(piece, encoding)
        else:
            yield encoded(item, encoding)


def encoded(item, encoding):
    if isinstance(item, bytes):
        return item
    if isinstance(item, str):
        return item.encode(encoding)
    raise ValueError("content %r should be bytes, str or a file" % (item,))


def read_file(file):
    try:
        while True:
            piece = file.read(FILE_PIECE)
            if not piece:
                break
            yield piece
    finally:
        file.close()

"""What comes of writing what is neither bytes nor text; a text can still be written afterwards."""

import json

VALUES = [None, True, 5, 1.5, [], [b"x"], (), {}, bytearray(b"x"), memoryview(b"x"), object()]


def outcome(call, *arguments):
    try:
        return str(call(*arguments))
    except Exception as error:
        return type(error).__name__


def main(request, response):
    writer = response.writer
    response.close_connection = True
    found = {
        "write": [outcome(writer.write, value) for value in VALUES],
        "encode": [outcome(writer.encode, value) for value in VALUES],
        "header name": [outcome(writer.write_header, b"a", value) for value in (None, 1.5, [])],
        "raw content": [outcome(writer.write_raw_content, None)],
    }
    writer.write("\0" + json.dumps(found))

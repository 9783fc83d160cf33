"""A head that arrives line by line. Only wireserve has writer.coalesce and writer.flush().

Head lines written one after the other are gathered for up to a millisecond and leave together.
With coalesce off, every call is a segment of its own; flush() sends what was gathered so far.
"""


def main(request, response):
    writer = response.writer

    writer.coalesce = False
    writer.write_status(200, "One By One")  # each of these three leaves by itself
    writer.write_header("X-First", "alone")
    writer.write_header("X-Second", "alone")

    writer.coalesce = True
    writer.write_header("Content-Type", "text/plain")  # these two leave together,
    writer.write_header("Content-Length", 26)
    writer.flush()  # here
    writer.end_headers()
    writer.write("Watch me in Wireshark, do\n")

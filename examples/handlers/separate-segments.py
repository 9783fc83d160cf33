"""A head that arrives line by line. Only wireserve has writer.coalesce and writer.flush().

Consecutive lines of a head are collected for up to a millisecond and sent together. With coalesce
off, every call sends its own segment; flush() sends what was collected so far.
"""


def main(request, response):
    writer = response.writer

    writer.coalesce = False
    writer.write_status(200, "One By One")  # each of these three is a segment
    writer.write_header("X-First", "alone")
    writer.write_header("X-Second", "alone")

    writer.coalesce = True
    writer.write_header("Content-Type", "text/plain")  # these two are sent together,
    writer.write_header("Content-Length", 26)
    writer.flush()  # here
    writer.end_headers()
    writer.write("Watch me in Wireshark, do\n")

"""A truncated body: Content-Length announces 100 bytes, and the connection closes after 29."""


def main(request, response):
    response.headers.set("Content-Type", "text/plain")
    response.headers.set("Content-Length", 100)
    response.write_status_headers()
    response.writer.write("This was meant to be longer.\n")
    response.close_connection = True

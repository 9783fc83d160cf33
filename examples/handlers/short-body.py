"""A body that ends too early: a hundred bytes promised, a few of them sent, then the end."""


def main(request, response):
    response.headers.set("Content-Type", "text/plain")
    response.headers.set("Content-Length", 100)
    response.write_status_headers()
    response.writer.write("This was meant to be longer.\n")
    response.close_connection = True

"""Two heads for one request: 103 Early Hints at once, the final response a little later."""

import time


def main(request, response):
    writer = response.writer

    writer.write_status(103, "Early Hints")
    writer.write_header("Link", "</site/style.css>; rel=preload; as=style")
    writer.write("\r\n")  # ends this head; end_headers() would also add Server and Date

    time.sleep(0.3)

    writer.write_status(200)
    writer.write_header("Content-Type", "text/plain")
    writer.write_content("The hint came 300 ms before this.\n")

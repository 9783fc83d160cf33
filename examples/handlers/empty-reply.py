"""No response: the connection closes without sending a byte."""


def main(request, response):
    response.writer.write("")  # an empty write counts: the server adds no response of its own
    response.close_connection = True

"""No answer at all: the connection closes without a byte."""


def main(request, response):
    response.writer.write("")  # an empty write is a write: there will be no other answer
    response.close_connection = True

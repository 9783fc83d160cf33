"""Names its parameters as it likes."""


def main(req, res):
    return req.method

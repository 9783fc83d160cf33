"""Is a template by its name; its output is filled in without escapes."""


def main(request, response):
    return "<{{GET[a]}}> {{headers[X-Ham]}}"

"""A helper, not a handler: it has no main(), and handlers import it."""


def greet(name):
    return "Hello, %s!\n" % name

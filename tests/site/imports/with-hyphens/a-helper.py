"""A helper in a folder that no import statement can name."""

NAME = __name__

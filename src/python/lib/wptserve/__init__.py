"""The package that handlers import; part of the server."""

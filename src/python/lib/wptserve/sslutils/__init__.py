"""`wptserve.sslutils`: where a configuration's certificates are.

The server makes certificates itself, so that there is no environment of the type "openssl".
"""

__all__ = ["NoSSLEnvironment", "PregeneratedSSLEnvironment", "environments", "get_cls"]


class NoSSLEnvironment:
    """A server without TLS."""

    ssl_enabled = False

    def __init__(self, *args, **kwargs):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        pass

    def host_cert_path(self, hosts):
        """The paths of the key and the certificate of hosts."""
        return None, None

    def ca_cert_path(self, hosts):
        """The path of the certificate of the authority, if that is known."""
        return None


class PregeneratedSSLEnvironment(NoSSLEnvironment):
    """A server with a key and a certificate in files."""

    ssl_enabled = True

    def __init__(self, logger, host_key_path, host_cert_path, ca_cert_path=None):
        self._paths = host_key_path, host_cert_path
        self._ca_cert_path = ca_cert_path

    def host_cert_path(self, hosts):
        return self._paths

    def ca_cert_path(self, hosts):
        return self._ca_cert_path


environments = {"none": NoSSLEnvironment, "pregenerated": PregeneratedSSLEnvironment}


def get_cls(name):
    """The class of an environment, by the `type` of a configuration's `ssl`."""
    if name not in environments:
        raise ValueError("expected an SSL type of %s, found %r" % (" or ".join(environments), name))
    return environments[name]

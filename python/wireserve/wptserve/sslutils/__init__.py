"""`wptserve.sslutils`: where a configuration's certificates are.

The type "openssl" makes certificates, in the Python package alone: the command makes those of its server itself.
"""

import os

try:
    from ... import _native
except ImportError:
    _native = None

__all__ = ["NoSSLEnvironment", "OpenSSLEnvironment", "PregeneratedSSLEnvironment", "environments", "get_cls"]


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


class OpenSSLEnvironment(NoSSLEnvironment):
    """A server whose certificates are made as needed, in a folder, and used again until they expire.

    They are made without the command `openssl`, whose options have no effect.
    """

    ssl_enabled = True

    def __init__(self, logger, openssl_binary="openssl", base_path=None, password="web-platform-tests",
                 force_regenerate=False, duration=30, base_conf_path=None):
        self.logger = logger
        self.base_path = base_path and os.path.abspath(base_path)
        self.force_regenerate = force_regenerate
        self.duration = duration
        self._temporary = None
        self._made = {}

    def __enter__(self):
        if self.base_path is None:
            import tempfile

            self._temporary = tempfile.TemporaryDirectory()
            self.base_path = self._temporary.name
        return self

    def __exit__(self, *exc):
        temporary, self._temporary = self._temporary, None
        if temporary is not None:
            temporary.cleanup()
            self.base_path = None

    def host_cert_path(self, hosts):
        return self._paths(hosts)[:2]

    def ca_cert_path(self, hosts):
        return self._paths(hosts)[2]

    def _paths(self, hosts):
        hosts = sorted(hosts, key=lambda host: (len(host), host))
        key = tuple(hosts)
        if key not in self._made:
            made = _native.certificate_files(
                self.base_path, hosts, float(self.duration), bool(self.force_regenerate))
            self._made[key] = tuple(map(os.fspath, made))
        return self._made[key]


environments = {"none": NoSSLEnvironment, "pregenerated": PregeneratedSSLEnvironment}
if _native is not None:
    environments["openssl"] = OpenSSLEnvironment


def get_cls(name):
    """The class of an environment, by the `type` of a configuration's `ssl`."""
    if name not in environments:
        raise ValueError("expected an SSL type of %s, found %r" % (" or ".join(environments), name))
    return environments[name]

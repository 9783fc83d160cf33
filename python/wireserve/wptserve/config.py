"""`wptserve.config`: the class of `request.server.config`, and the builder of such objects.

The server passes the values of its own configuration to `config_of`. The builder is for scripts that make
another configuration: it takes options and computes the rest, which is names of hosts and subdomains,
ports, paths and certificates. Without certificates, https and wss have no ports.
"""

from collections import defaultdict
from collections.abc import Mapping

from . import sslutils
from .logger import get_logger
from .utils import get_port


SETS = ("subdomains", "not_subdomains", "domains_set", "not_domains_set", "all_domains_set")


def config_of(facts):
    """The configuration of the running server, whose keys and values are all in `facts`.

    Lists become the types that a builder gives them.
    """
    data = dict(facts)
    data["ports"] = defaultdict(list, data["ports"])
    for name in SETS:
        data[name] = set(data[name])
    return Config(data)


class Config(Mapping):
    """An immutable mapping whose keys are attributes too.

    A missing key is a ValueError, not a KeyError: handlers and templates rely on it.
    """

    def __init__(self, data):
        for name in data:
            if name.startswith("_"):
                raise ValueError("a configuration key cannot start with '_': %s" % name)
        self.__dict__.update(data)

    def __getitem__(self, key):
        try:
            return self.__dict__[key]
        except KeyError:
            raise ValueError("no such configuration key: %r" % (key,)) from None

    def __contains__(self, key):
        return key in self.__dict__

    def __iter__(self):
        return iter(self.__dict__)

    def __len__(self):
        return len(self.__dict__)

    def __str__(self):
        return str(self.__dict__)

    def __setattr__(self, key, value):
        raise ValueError("the configuration cannot be changed")

    def __setitem__(self, key, value):
        raise ValueError("the configuration cannot be changed")

    def as_dict(self):
        """The configuration in JSON's types."""
        return json_types(self.__dict__)


class ConfigBuilder:
    """Options in, a Config out: `with ConfigBuilder(logger, **options) as config`.

    Options are the keys of `_default`. They are given to the constructor, set as attributes, or
    overridden with `update`, which goes into dictionaries. `subdomains` are names that resolve,
    `not_subdomains` names that do not.
    """

    default_config_cls = Config

    # In this order: later ones are computed from earlier ones.
    computed_properties = [
        "logging", "paths", "server_host", "ports", "domains", "not_domains", "all_domains",
        "domains_set", "not_domains_set", "all_domains_set", "ssl_config",
    ]

    _default = {
        "browser_host": "localhost",
        "alternate_hosts": {},
        "doc_root": "",
        "server_host": None,
        "ports": {"http": [8000]},
        "check_subdomains": True,
        "bind_address": True,
        "ssl": {
            "type": "none",
            "encrypt_after_connect": False,
            "none": {},
            "openssl": {
                "openssl_binary": "openssl",
                "base_path": "_certs",
                "password": "web-platform-tests",
                "force_regenerate": False,
                "duration": 30,
                "base_conf_path": None,
            },
            "pregenerated": {"host_key_path": None, "host_cert_path": None},
        },
        "aliases": [],
        "logging": {"level": "debug", "suppress_handler_traceback": False},
    }

    def __init__(self, logger=None, subdomains=(), not_subdomains=(), config_cls=None, **kwargs):
        self._logger = get_logger() if logger is None else logger
        self._ssl_env = None
        self._config_cls = config_cls or self.default_config_cls
        self._entered = False
        # Not a deep copy: `wpt serve` adds a port to `_default` of a builder that it has made.
        self._data = self._default.copy()
        self._data["subdomains"] = subdomains
        self._data["not_subdomains"] = not_subdomains
        unknown = [name for name in kwargs if name not in self._default and name not in _renamed_props]
        if unknown:
            raise TypeError("unknown configuration options: %s" % ", ".join(map(repr, unknown)))
        for name, value in kwargs.items():
            self._data[self._current_name(name)] = value

    def __getattr__(self, name):
        try:
            return self.__dict__["_data"][name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name, value):
        if name.startswith("_"):
            self.__dict__[name] = value
        else:
            self._data[name] = value

    def update(self, override):
        for name, value in override.items():
            name = self._current_name(name)
            if name not in self._default:
                raise KeyError("unknown configuration option %r" % name)
            old = self._data[name]
            self._data[name] = _merge_dict(old, value) if isinstance(old, dict) else value

    def __enter__(self):
        if self._entered:
            raise ValueError("this configuration is already in use")
        self._entered = True
        data = self._data.copy()
        for name in self.computed_properties:
            data[name] = getattr(self, "_get_" + name)(data)
        return self._config_cls(data)

    def __exit__(self, *exc):
        self._entered = False
        environment, self._ssl_env = self._ssl_env, None
        if environment is not None:
            environment.__exit__(*exc)

    def _current_name(self, name):
        if name not in _renamed_props:
            return name
        self._logger.warning("option %s is deprecated, use %s", name, _renamed_props[name])
        return _renamed_props[name]

    def _get_logging(self, data):
        return dict(data["logging"], level=data["logging"]["level"].upper())

    def _get_paths(self, data):
        return {"doc_root": data["doc_root"]}

    def _get_server_host(self, data):
        host = data["server_host"]
        return data["browser_host"] if host is None else host

    def _get_ports(self, data):
        # A scheme without ports has an empty list, so that only its `[0]` is missing.
        ports = defaultdict(list)
        for scheme, numbers in data["ports"].items():
            if scheme not in ("https", "wss") or sslutils.get_cls(data["ssl"]["type"]).ssl_enabled:
                ports[scheme] = [get_port() if port == "auto" else port for port in numbers]
        return ports

    def _get_domains(self, data):
        domains = self._names(data, "subdomains")
        for name, host in self._hosts(data).items():
            domains[name][""] = host
        return domains

    def _get_not_domains(self, data):
        return self._names(data, "not_subdomains")

    def _get_all_domains(self, data):
        return {name: {**resolving, **data["not_domains"][name]}
                for name, resolving in data["domains"].items()}

    def _get_domains_set(self, data):
        return all_values(data["domains"])

    def _get_not_domains_set(self, data):
        return all_values(data["not_domains"])

    def _get_all_domains_set(self, data):
        return data["domains_set"] | data["not_domains_set"]

    def _get_ssl_config(self, data):
        kind = data["ssl"]["type"]
        self._ssl_env = sslutils.get_cls(kind)(self._logger, **data["ssl"].get(kind, {}))
        self._ssl_env.__enter__()
        if not self._ssl_env.ssl_enabled:
            return None
        hosts = data["domains_set"]
        key_path, cert_path = self._ssl_env.host_cert_path(hosts)
        return {"key_path": key_path, "ca_cert_path": self._ssl_env.ca_cert_path(hosts), "cert_path": cert_path,
                "encrypt_after_connect": data["ssl"].get("encrypt_after_connect", False)}

    def _hosts(self, data):
        """Hosts by name; the host that browsers use most has the empty name."""
        return {**data["alternate_hosts"], "": data["browser_host"]}

    def _names(self, data, subdomains):
        """For each host, the full name of each subdomain, by the subdomain in Unicode."""
        return {
            name: {sub: "%s.%s" % (sub.encode("idna").decode("ascii"), host)
                   for sub in data[subdomains]}
            for name, host in self._hosts(data).items()
        }


# Old names of options.
_renamed_props = {
    "host": "browser_host",
    "bind_hostname": "bind_address",
    "external_host": "server_host",
    "host_ip": "server_host",
}


def _merge_dict(base, override):
    """`base` with the values of `override` for the keys that both have, dictionaries inside too."""
    result = dict(base)
    for key in base.keys() & override.keys():
        inner = base[key]
        result[key] = _merge_dict(inner, override[key]) if isinstance(inner, dict) else override[key]
    return result


def all_values(names_by_host):
    return {full for names in names_by_host.values() for full in names.values()}


def json_types(value):
    if isinstance(value, dict):
        return {key: json_types(item) for key, item in value.items()}
    if value is None or isinstance(value, (str, int, float)):
        return value
    if hasattr(value, "__iter__"):
        return [json_types(item) for item in value]
    raise ValueError("expected a value that JSON can represent, found %r" % (value,))

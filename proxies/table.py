"""The proxies: how each is installed and configured. A row's `files` are written into a folder of its own, with
{port}, {origin} (host and port), {origin_port} and {folder} filled in. Configurations are minimal: what is not needed to
forward has its default."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Proxy:
    name: str
    # The Debian package, and the command that must then be there.
    package: str
    program: str
    command: tuple
    files: dict = field(default_factory=dict)
    # `reverse` or `forward`.
    form: str = "reverse"
    # Prints the version.
    version: tuple = ()
    # Words for the page, if the configuration has more than the default.
    note: str = ""


NGINX = """daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://{origin}; {more} }} }}
}}
"""

APACHE = """ServerRoot {folder}
ServerName localhost
PidFile {folder}/pid
ErrorLog {folder}/log
Listen 127.0.0.1:{port}
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
DefaultRuntimeDir {folder}
Mutex file:{folder}
"""

HAPROXY = """defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen suite
  bind 127.0.0.1:{port}
  server origin {origin}
"""

VARNISH = """vcl 4.1;
backend default {{ .host = "127.0.0.1"; .port = "{origin_port}"; }}
"""

SQUID = """http_port {port}
http_access allow all
pid_filename {folder}/pid
cache_log {folder}/log
cache_store_log none
access_log none
coredump_dir {folder}
shutdown_lifetime 1 second
"""

PROXIES = [
    Proxy(
        "nginx",
        "nginx-light",
        "nginx",
        ("nginx", "-p", "{folder}", "-c", "{folder}/conf"),
        {"conf": NGINX.replace("{more}", "")},
        version=("nginx", "-v"),
    ),
    Proxy(
        "nginx (HTTP/1.1 to the origin)",
        "nginx-light",
        "nginx",
        ("nginx", "-p", "{folder}", "-c", "{folder}/conf"),
        {"conf": NGINX.replace("{more}", 'proxy_http_version 1.1; proxy_set_header Connection "";')},
        version=("nginx", "-v"),
        note="not the default, which is HTTP/1.0",
    ),
    Proxy(
        "Apache httpd (reverse)",
        "apache2",
        "apache2",
        ("apache2", "-X", "-f", "{folder}/conf"),
        {"conf": APACHE + "ProxyPass / http://{origin}/\n"},
        version=("apache2", "-v"),
    ),
    Proxy(
        "Apache httpd (forward)",
        "apache2",
        "apache2",
        ("apache2", "-X", "-f", "{folder}/conf"),
        {"conf": APACHE + "ProxyRequests On\n"},
        form="forward",
        version=("apache2", "-v"),
    ),
    Proxy(
        "HAProxy",
        "haproxy",
        "haproxy",
        ("haproxy", "-db", "-f", "{folder}/conf"),
        {"conf": HAPROXY},
        version=("haproxy", "-v"),
    ),
    Proxy(
        "Varnish",
        "varnish",
        "varnishd",
        ("varnishd", "-F", "-a", "127.0.0.1:{port}", "-f", "{folder}/conf", "-n", "{folder}/state", "-s", "malloc,16m"),
        {"conf": VARNISH},
        version=("varnishd", "-V"),
    ),
    Proxy(
        "Squid",
        "squid",
        "squid",
        ("squid", "-N", "-f", "{folder}/conf"),
        {"conf": SQUID},
        form="forward",
        version=("squid", "-v"),
    ),
    Proxy(
        "Caddy",
        "caddy",
        "caddy",
        ("caddy", "run", "--adapter", "caddyfile", "--config", "{folder}/conf"),
        {"conf": "{{\n\tadmin off\n\tauto_https off\n}}\nhttp://:{port} {{\n\tbind 127.0.0.1\n\treverse_proxy {origin}\n}}\n"},
        version=("caddy", "version"),
    ),
    Proxy(
        "lighttpd",
        "lighttpd",
        "lighttpd",
        ("lighttpd", "-D", "-f", "{folder}/conf"),
        {
            "conf": 'server.document-root = "{folder}"\nserver.bind = "127.0.0.1"\nserver.port = {port}\n'
            'server.modules = ("mod_proxy")\nproxy.server = ("" => (("host" => "127.0.0.1", "port" => {origin_port})))\n'
        },
        version=("lighttpd", "-v"),
    ),
    Proxy(
        "tinyproxy",
        "tinyproxy",
        "tinyproxy",
        ("tinyproxy", "-d", "-c", "{folder}/conf"),
        {"conf": "Port {port}\nListen 127.0.0.1\nTimeout 600\nAllow 127.0.0.1\n"},
        form="forward",
        version=("tinyproxy", "-v"),
    ),
    Proxy(
        "H2O",
        "h2o",
        "h2o",
        ("h2o", "-c", "{folder}/conf"),
        {
            "conf": "listen:\n  host: 127.0.0.1\n  port: {port}\nhosts:\n  default:\n    paths:\n      /:\n"
            '        proxy.reverse.url: "http://{origin}/"\n'
        },
        version=("h2o", "-v"),
    ),
    Proxy(
        "nghttpx",
        "nghttp2-proxy",
        "nghttpx",
        ("nghttpx", "--conf=/dev/null", "-f", "127.0.0.1,{port};no-tls", "-b", "127.0.0.1,{origin_port}", "--workers=1"),
        version=("nghttpx", "--version"),
    ),
    Proxy(
        "Privoxy",
        "privoxy",
        "privoxy",
        ("privoxy", "--no-daemon", "{folder}/conf"),
        {"conf": "confdir {folder}\nlogdir {folder}\nlisten-address 127.0.0.1:{port}\n"},
        form="forward",
        version=("privoxy", "--version"),
    ),
]

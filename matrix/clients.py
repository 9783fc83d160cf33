"""The clients of the matrix: one row for each. A row says what is installed, what is built, and which driver speaks for
the client. The order is that of the page: by language, then by name."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Client:
    # What it is called on the page and on the command line.
    name: str
    language: str
    # The command of the driver. A word that begins with `{python}`, `{system_python}`, `{drivers}` or `{out}` begins
    # with the interpreter, the folder `drivers` or the folder of what was built.
    driver: tuple
    # Debian packages; the first one is that of the client, and its version is recorded.
    debian: tuple = ()
    # Packages of PyPI and npm, each with its exact version; the first one is the client.
    pypi: tuple = ()
    npm: tuple = ()
    # A binary of `drivers/rust`, whose Cargo.lock has the exact versions.
    cargo: str = ""
    # Commands that build the driver.
    build: tuple = ()
    environment: dict = field(default_factory=dict)
    # Shown after the table of the versions.
    note: str = ""


def python(name, file, *pypi, **more):
    return Client(name, "Python", ("{python}", "{drivers}/" + file), pypi=pypi, **more)


def node(name, file, *npm, **more):
    return Client(name, "JavaScript", ("node", "{drivers}/" + file), debian=("nodejs",), npm=npm, **more)


CLIENTS = [
    Client("curl", "C", ("{python}", "{drivers}/curl_driver.py"), debian=("curl",)),
    Client(
        "Go net/http",
        "Go",
        ("{out}/net_http",),
        debian=("golang-go",),
        build=(("go", "build", "-o", "{out}/net_http", "{drivers}/net_http_driver.go"),),
    ),
    Client("java.net.http", "Java", ("java", "{drivers}/HttpClientDriver.java"), debian=("openjdk-17-jdk-headless",)),
    node("Node http", "node_driver.js"),
    node("Node fetch", "fetch_driver.js"),
    Client("HTTP::Tiny", "Perl", ("perl", "{drivers}/http_tiny_driver.pl"), debian=("perl",)),
    python("aiohttp", "aiohttp_driver.py", "aiohttp==3.14.5"),
    python("http.client", "http_client_driver.py"),
    python("httpx", "httpx_driver.py", "httpx==0.28.1", "httpcore==1.0.9", "h11==0.16.0"),
    python("requests", "requests_driver.py", "requests==2.34.2", "urllib3==2.8.0"),
    python("urllib.request", "urllib_driver.py"),
    python("urllib3", "urllib3_driver.py", "urllib3==2.8.0"),
    Client("Net::HTTP", "Ruby", ("ruby", "{drivers}/net_http_driver.rb"), debian=("ruby",)),
]

# Clients that one would look for here, and why they have no row.
LEFT_OUT = {}

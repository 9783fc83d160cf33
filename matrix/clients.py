"""The clients of the matrix: one row for each. A row says what is installed, what is built, and which driver speaks for
the client. The pages have them by language and name."""

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


# Why a command has fewer verdicts.
ONCE = "as a command that tries once, and shows content and an exit status alone"


def python(name, file, *pypi, **more):
    return Client(name, "Python", ("{python}", "{drivers}/" + file), pypi=pypi, **more)


def node(name, file, *npm, **more):
    return Client(name, "JavaScript", ("node", "{drivers}/" + file), debian=("nodejs",), npm=npm, **more)


def java(name, driver, package, *jars):
    path = ":".join(["{out}", *(f"/usr/share/java/{jar}.jar" for jar in jars)])
    # Most time would go into the optimizing compiler.
    run = ("java", "-XX:TieredStopAtLevel=1", "-cp", path, driver)
    build = (("javac", "-nowarn", "-d", "{out}", "-cp", path, "{drivers}/" + driver + ".java"),)
    libraries = ("libgoogle-gson-java", "libslf4j-java") if package else ()
    debian = (*filter(None, [package]), "openjdk-17-jdk-headless", *libraries)
    return Client(name, "Java", run, debian=debian, build=build)


def cpp(name, file, *debian, link=()):
    build = (("g++", "-O1", "-w", "-o", "{out}/driver", "{drivers}/" + file, *link),)
    return Client(name, "C++", ("{out}/driver",), debian=(*debian, "nlohmann-json3-dev", "g++"), build=build)


def perl(name, file, *debian):
    return Client(name, "Perl", ("perl", "{drivers}/" + file), debian=(*debian, "perl"))


def php(name, file, *debian):
    return Client(name, "PHP", ("php", "{drivers}/" + file), debian=(*debian, "php-cli", "php-mbstring"))


def ruby(name, file, *debian):
    return Client(name, "Ruby", ("ruby", "{drivers}/" + file), debian=(*debian, "ruby"))


def rust(name):
    return Client(name, "Rust", ("{out}/" + name,), cargo=name)


ROWS = [
    Client("curl", "C", ("{python}", "{drivers}/curl_driver.py"), debian=("curl",)),
    # A client that waits before it tries again would seem to hang.
    Client("wget", "C", ("wget", "--quiet", "--tries=1", "--output-document=-", "{url}"), debian=("wget",), note=ONCE),
    Client("wget2", "C", ("wget2", "--quiet", "--tries=1", "--output-document=-", "{url}"), debian=("wget2",), note=ONCE),
    Client(
        "HttpWebRequest",
        "C#",
        ("mono", "{out}/driver.exe"),
        debian=("mono-runtime", "mono-mcs"),
        build=(("mcs", "-out:{out}/driver.exe", "{drivers}/WebRequestDriver.cs"),),
    ),
    Client("libsoup", "C", ("{system_python}", "{drivers}/soup_driver.py"), debian=("gir1.2-soup-3.0", "python3-gi")),
    Client(
        "neon",
        "C",
        ("{out}/driver",),
        debian=("libneon27-gnutls-dev", "nlohmann-json3-dev", "g++"),
        build=(
            ("g++", "-w", "-I/usr/include/neon", "-o", "{out}/driver", "{drivers}/neon_driver.cpp", "-lneon-gnutls"),
        ),
    ),
    cpp("cpp-httplib", "cpp_httplib_driver.cpp", "libcpp-httplib-dev", link=("-lpthread", "-lcpp-httplib")),
    cpp("Poco", "poco_driver.cpp", "libpoco-dev", link=("-lPocoNet", "-lPocoFoundation")),
    Client("Qt", "C++", ("{system_python}", "{drivers}/qt_driver.py"), debian=("python3-pyqt6",)),
    Client("lftp", "C++", ("lftp", "-c", "set net:max-retries 1; cat {url}"), debian=("lftp",), note=ONCE),
    Client(
        "Drakma",
        "Common Lisp",
        ("sbcl", "--script", "{drivers}/drakma_driver.lisp"),
        debian=("cl-drakma", "cl-yason", "sbcl"),
        # Compiles the libraries, which takes longer than a driver may take to greet.
        build=(("sbcl", "--script", "{drivers}/drakma_driver.lisp"),),
    ),
    Client(
        "Crystal HTTP::Client",
        "Crystal",
        ("{out}/driver",),
        debian=("crystal",),
        build=(("crystal", "build", "-o", "{out}/driver", "{drivers}/http_client_driver.cr"),),
    ),
    Client(
        "Emacs url",
        "Emacs Lisp",
        ("emacs", "--batch", "--quick", "--load", "{drivers}/url_driver.el"),
        debian=("emacs-nox",),
    ),
    Client(
        "httpc",
        "Erlang",
        ("escript", "{drivers}/httpc_driver.escript"),
        debian=("erlang-inets", "erlang-jiffy", "erlang-base"),
    ),
    Client(
        "fasthttp",
        "Go",
        ("{out}/driver", "{version}"),
        debian=("golang-github-valyala-fasthttp-dev", "golang-go"),
        build=(("go", "build", "-o", "{out}/driver", "{drivers}/fasthttp_driver.go"),),
        environment={"GO111MODULE": "off", "GOPATH": "/usr/share/gocode"},
    ),
    Client(
        "Go net/http",
        "Go",
        ("{out}/net_http",),
        debian=("golang-go",),
        build=(("go", "build", "-o", "{out}/net_http", "{drivers}/net_http_driver.go"),),
    ),
    java(
        "Apache HttpClient 4",
        "HttpClient4Driver",
        "libhttpclient-java",
        "httpclient",
        "httpcore",
        "commons-logging",
        "commons-codec",
        "gson",
    ),
    java(
        "Apache HttpClient 5",
        "HttpClient5Driver",
        "libhttpclient5-java",
        "httpclient5",
        "httpcore5",
        "httpcore5-h2",
        "slf4j-api",
        "slf4j-nop",
        "gson",
    ),
    java("HttpURLConnection", "HttpUrlConnectionDriver", ""),
    java("java.net.http", "HttpClientDriver", ""),
    java("OkHttp", "OkHttpDriver", "libokhttp-java", "okhttp", "okio", "gson"),
    node("axios", "axios_driver.js", "axios@1.21.1"),
    Client("Bun", "JavaScript", ("{npm}/bun/bin/bun.exe", "{drivers}/bun_driver.mjs"), npm=("bun@1.4.5",)),
    Client(
        "Deno",
        "JavaScript",
        ("{npm}/.bin/deno", "run", "--quiet", "--allow-net", "{drivers}/deno_driver.mjs"),
        npm=("deno@2.9.6",),
        environment={"DENO_NO_UPDATE_CHECK": "1"},
    ),
    node("got", "got_driver.mjs", "got@14.6.6"),
    node("needle", "needle_driver.js", "needle@3.5.0"),
    node("Node http", "node_driver.js"),
    node("Node built-in fetch", "fetch_driver.js"),
    node("node-fetch", "node_fetch_driver.mjs", "node-fetch@3.3.2"),
    node("superagent", "superagent_driver.js", "superagent@10.4.2"),
    node("undici", "undici_driver.js", "undici@7.30.2"),
    Client(
        "Haskell http-client",
        "Haskell",
        ("{out}/driver",),
        debian=(
            "libghc-http-client-dev",
            "libghc-aeson-dev",
            "libghc-base64-bytestring-dev",
            "libghc-case-insensitive-dev",
            "libghc-http-types-dev",
            "ghc",
        ),
        build=(("ghc", "-v0", "-outputdir", "{out}", "-o", "{out}/driver", "{drivers}/HttpClientDriver.hs"),),
    ),
    Client(
        "lua-http",
        "Lua",
        ("lua5.2", "{drivers}/lua_http_driver.lua"),
        debian=("lua-http", "lua-cjson", "lua-basexx", "lua-lpeg-patterns", "lua5.2"),
    ),
    Client(
        "LuaSocket", "Lua", ("lua5.4", "{drivers}/luasocket_driver.lua"), debian=("lua-socket", "lua-cjson", "lua5.4")
    ),
    Client(
        "Nim httpclient",
        "Nim",
        ("{out}/driver",),
        debian=("nim",),
        build=(
            (
                "nim",
                "compile",
                "--hints:off",
                "--nimcache:{out}/cache",
                "--out:{out}/driver",
                "{drivers}/httpclient_driver.nim",
            ),
        ),
    ),
    Client(
        "cohttp",
        "OCaml",
        ("{out}/driver", "{version}"),
        debian=("libcohttp-lwt-unix-ocaml-dev", "libyojson-ocaml-dev", "libbase64-ocaml-dev", "ocaml-findlib", "ocaml"),
        build=(
            ("cp", "{drivers}/cohttp_driver.ml", "{out}"),
            (
                *(
                    "ocamlfind",
                    "ocamlopt",
                    "-w",
                    "-a",
                    "-thread",
                    "-package",
                    "threads.posix,cohttp-lwt-unix,yojson,base64",
                    "-linkpkg",
                ),
                *("-o", "{out}/driver", "{out}/cohttp_driver.ml"),
            ),
        ),
    ),
    perl("AnyEvent::HTTP", "anyevent_http_driver.pl", "libanyevent-http-perl"),
    perl("Furl", "furl_driver.pl", "libfurl-perl"),
    Client("HTTP::Tiny", "Perl", ("perl", "{drivers}/http_tiny_driver.pl"), debian=("perl",)),
    perl("LWP", "lwp_driver.pl", "libwww-perl"),
    perl("Mojo::UserAgent", "mojo_driver.pl", "libmojolicious-perl"),
    php("Guzzle", "guzzle_driver.php", "php-guzzlehttp-guzzle"),
    php("PHP curl", "php_curl_driver.php", "php-curl"),
    php("PHP streams", "streams_driver.php"),
    php("Symfony HttpClient", "symfony_driver.php", "php-symfony-http-client"),
    Client(
        "http_open",
        "Prolog",
        ("swipl", "{drivers}/http_open_driver.prolog"),
        debian=("swi-prolog-nox",),
    ),
    python("aiohttp", "aiohttp_driver.py", "aiohttp==3.14.5"),
    python("aiosonic", "aiosonic_driver.py", "aiosonic==1.3.3"),
    python("blacksheep", "blacksheep_driver.py", "blacksheep==2.6.4"),
    python("geventhttpclient", "geventhttpclient_driver.py", "geventhttpclient==2.6.1"),
    python("http.client", "http_client_driver.py"),
    python("httplib2", "httplib2_driver.py", "httplib2==0.32.1"),
    python("httpx", "httpx_driver.py", "httpx==0.28.1", "httpcore==1.0.9", "h11==0.16.0"),
    python("niquests", "niquests_driver.py", "niquests==3.21.2"),
    python("pycurl", "pycurl_driver.py", "pycurl==7.49.0"),
    python("requests", "requests_driver.py", "requests==2.34.2", "urllib3==2.8.0"),
    python("tornado", "tornado_driver.py", "tornado==6.6.1"),
    python("treq", "treq_driver.py", "treq==26.7.0", "Twisted==26.10.0"),
    python("urllib.request", "urllib_driver.py"),
    python("urllib3", "urllib3_driver.py", "urllib3==2.8.0"),
    Client(
        "R curl", "R", ("Rscript", "{drivers}/curl_driver.R"), debian=("r-cran-curl", "r-cran-jsonlite", "r-base-core")
    ),
    Client("net/http-client", "Racket", ("racket", "{drivers}/http_client_driver.rkt"), debian=("racket",)),
    ruby("excon", "excon_driver.rb", "ruby-excon"),
    ruby("http.rb", "http_rb_driver.rb", "ruby-http"),
    ruby("httpclient", "httpclient_driver.rb", "ruby-httpclient"),
    ruby("Net::HTTP", "net_http_driver.rb"),
    rust("attohttpc"),
    rust("hyper"),
    rust("isahc"),
    rust("minreq"),
    rust("reqwest"),
    rust("ureq"),
    Client(
        "Guile (web client)",
        "Scheme",
        ("guile", "--no-auto-compile", "{drivers}/web_client_driver.scm"),
        debian=("guile-3.0", "guile-json"),
    ),
    Client("Tcl http", "Tcl", ("tclsh", "{drivers}/http_driver.tcl"), debian=("tcl", "tcllib")),
]

CLIENTS = sorted(ROWS, key=lambda client: (client.language.lower(), client.name.lower()))

# Clients that one would look for here, and why they have no row.
LEFT_OUT = {
    ".NET HttpClient, Dart http, Swift URLSession, Julia HTTP.jl": "neither Debian nor PyPI nor npm has the compiler",
    "Chromium and other browsers": "they are graded by a page, with `wireserve conform --browser`",
    "lynx, Pike, w3m": "they speak HTTP/1.0, which most cases are not about",
    "aria2, axel": "their downloads cannot be written to standard output",
}

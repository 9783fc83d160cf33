//! The attributes of `request`, as a handler sees them.

use super::case::{Case, HOST, get, raw, request, run, run_as, show, show_post};

/// The cases.
pub fn cases() -> Vec<Case> {
    [plain(), url(), server()].into_iter().flatten().collect()
}

/// Attributes that are single values.
fn plain() -> Vec<Case> {
    vec![
        show("request.method", "request.method", "", ""),
        show_post("request.method of a POST", "request.method", "", b""),
        raw(
            "request.method of its own",
            request(
                "Ham-Eggs",
                "/request/show.py",
                "Show: request.method\r\n",
                b"",
            ),
        ),
        raw(
            "request.method in lower case",
            request("get", "/request/show.py", "Show: request.method\r\n", b""),
        ),
        raw(
            "request.method TRACE",
            request("TRACE", "/request/show.py", "Show: request.method\r\n", b""),
        ),
        raw(
            "request.method OPTIONS",
            request(
                "OPTIONS",
                "/request/show.py",
                "Show: request.method\r\n",
                b"",
            ),
        ),
        show(
            "request.protocol_version",
            "request.protocol_version",
            "",
            "",
        ),
        raw(
            "request.protocol_version of 1.0",
            format!(
                "GET /request/show.py HTTP/1.0\r\nHost: {HOST}\r\nShow: request.protocol_version\r\n\r\n"
            ),
        ),
        show("request.doc_root", "request.doc_root", "", ""),
        show("request.url_base", "request.url_base", "", ""),
        show("request.route_match", "request.route_match", "", ""),
        show(
            "request.client_address",
            "(type(request.client_address), request.client_address[0], type(request.client_address[1]))",
            "",
            "",
        ),
        show(
            "request.request_line",
            "request.request_line",
            "?a=%20b",
            "",
        ),
        show("repr of request", "request", "?a=b", ""),
        show(
            "the request's attributes can be set",
            "[setattr(request, 'ham', 1), request.ham, setattr(request, 'method', 'X'), request.method]",
            "",
            "",
        ),
        run(
            "every attribute of the request can be set, or cannot",
            "
seen = []
names = 'doc_root route_match client_address protocol_version method raw_headers request_path url_base url '
names += 'url_parts request_line raw_input server headers GET POST cookies auth body'
for name in names.split():
    try:
        before = getattr(request, name)
        setattr(request, name, 'own')
        seen.append((name, getattr(request, name)))
        setattr(request, name, before)
    except AttributeError as error:
        seen.append((name, type(error).__name__))
return repr(seen)",
        ),
        show(
            "an attribute that request does not have",
            "request.ham",
            "",
            "",
        ),
        run(
            "the version replaced",
            "request.protocol_version = 'HTTP/1.0'\nreturn 201, [('X-A', 'b')], b'ham'",
        ),
        run(
            "the version replaced, content generated",
            "request.protocol_version = b'ICY'\nreturn [('Content-Length', 2)], (c for c in 'ab')",
        ),
        run(
            "the version replaced, then an error",
            "from wptserve.utils import HTTPException\n\
            request.protocol_version = 'HTTP/1.0'\nraise HTTPException(409, 'ham')",
        ),
        run(
            "the method replaced by HEAD",
            "request.method = 'HEAD'\nreturn b'ham'",
        ),
        run_as(
            "the method HEAD replaced",
            "HEAD",
            "",
            "request.method = 'GET'\nreturn b'ham'",
        ),
        run(
            "the URL's parts replaced, then GET",
            "from urllib.parse import urlsplit\n\
            request.url_parts = urlsplit('http://h/p?a=9&a=%FF')\n\
            return repr([request.GET.get(b'a'), request.GET])",
        ),
        run(
            "the URL's parts replaced by a pipe",
            "request.url_parts = request.url_parts._replace(query='pipe=status(404)')\n\
            response.content = b'ham'",
        ),
        run(
            "parameters deleted",
            "request.GET.add(b'a', 1)\ndel request.GET[b'a']\n\
            try:\n    del request.GET[b'zz']\nexcept KeyError as error:\n    return repr([error, request.GET])",
        ),
        run(
            "headers of the request deleted",
            "del request.headers[b'host']\n\
            try:\n    del request.headers['Host']\nexcept KeyError as error:\n    \
            return repr([error, 'host' in request.headers])",
        ),
        run(
            "weak references",
            "import weakref\nobjects = [request, response, response.headers, response.writer]\n\
            return repr([weakref.ref(object)() is object for object in objects])",
        ),
        run(
            "the request as a context manager",
            "with request as same:\n    return repr(same is request)",
        ),
        show(
            "names of the types",
            "[type(x).__name__ for x in (request, request.headers, request.GET, request.POST, request.cookies, request.auth, request.raw_input, request.server, request.url_parts, request.raw_headers, response, response.headers, response.writer)]",
            "",
            "",
        ),
        show(
            "modules of the types",
            "[type(x).__module__ for x in (request.url_parts, request.raw_headers)]",
            "",
            "",
        ),
        show(
            "the views are made once",
            "[request.GET is request.GET, request.POST is request.POST, request.cookies is request.cookies, request.headers is request.headers, request.auth is request.auth]",
            "",
            "",
        ),
    ]
}

/// `url`, `url_parts` and `request_path`.
fn url() -> Vec<Case> {
    let absolute = |name, target: &str| {
        raw(
            name,
            request(
                "GET",
                target,
                "Show: (request.url, request.request_path, request.url_parts)\r\n",
                b"",
            ),
        )
    };
    vec![
        absolute("url", "/request/show.py?a=b"),
        absolute("url with a fragment", "/request/show.py?a=b#c"),
        absolute("url with an empty query", "/request/show.py?"),
        absolute(
            "url with escapes",
            "/request/show%2epy/../show.py?%C3%A4=%20",
        ),
        absolute("url with a semicolon", "/request/show.py;a=b/show.py"),
        absolute("url with a colon", "/request/show.py?a:b@c"),
        absolute("url with empty segments", "/request//show.py"),
        absolute(
            "url in absolute form",
            "http://ham.test:81/request/show.py?a=b",
        ),
        absolute(
            "url in absolute form without port",
            "http://ham.test/request/show.py",
        ),
        absolute(
            "url in absolute form of https",
            "https://ham.test/request/show.py",
        ),
        absolute(
            "url in absolute form with a user",
            "http://me:pass@ham.test:81/request/show.py",
        ),
        raw(
            "parts of the url",
            request(
                "GET",
                "/request/show.py?a=b#c",
                "Show: [getattr(request.url_parts, n) for n in ('scheme', 'netloc', 'path', 'query', 'fragment', 'username', 'password', 'hostname', 'port')] + list(request.url_parts[1:3])\r\n",
                b"",
            ),
        ),
        host("Host in upper case", "Host: Ham.TEST:81\r\n"),
        host("Host without port", "Host: ham.test\r\n"),
        host("Host that is empty", "Host:\r\n"),
        host("Host with an empty port", "Host: ham.test:\r\n"),
        host(
            "Host with a port that is no number",
            "Host: ham.test:eggs\r\n",
        ),
        host("Host with two colons", "Host: ham.test:81:82\r\n"),
        host("Host with an IPv6 address", "Host: [::1]:81\r\n"),
        host("Host with a user", "Host: me@ham.test:81\r\n"),
        host("Host that is missing", ""),
        host("Host twice", "Host: ham.test:81\r\nHost: eggs.test:82\r\n"),
        host("Host with half an IPv6 address", "Host: [::1\r\n"),
        host("Host with a slash", "Host: ham.test/eggs\r\n"),
        get(
            "route_match of a file after a path",
            "/request/show.py/more",
        ),
    ]
}

/// `server.config`.
fn server() -> Vec<Case> {
    vec![
        show(
            "server.config ports",
            "sorted(request.server.config['ports'])",
            "",
            "",
        ),
        show(
            "server.config keys and types",
            "[(key, type(value).__name__) for key, value in sorted(request.server.config.items())]",
            "",
            "",
        ),
        show(
            "server.config sets",
            "[sorted(request.server.config[key]) for key in ('subdomains', 'not_subdomains', \
             'domains_set', 'not_domains_set', 'all_domains_set')]",
            "",
            "",
        ),
        show(
            "server.config settings",
            "[request.server.config[key] for key in ('logging', 'aliases', 'bind_address', \
             'check_subdomains', 'ssl_config', 'server_host', 'alternate_hosts')]",
            "",
            "",
        ),
        show(
            "server.config port of a scheme without",
            "request.server.config['ports']['wss']",
            "",
            "",
        ),
        show(
            "server.config port of http",
            "request.server.config['ports']['http'][0]",
            "",
            "",
        ),
        show(
            "server.config host",
            "[request.server.config['browser_host'], request.server.config.browser_host]",
            "",
            "",
        ),
        show(
            "server.config by in",
            "['doc_root' in request.server.config, 'ham' in request.server.config]",
            "",
            "",
        ),
        show(
            "server.config that is missing",
            "request.server.config['ham']",
            "",
            "",
        ),
        show(
            "server.config domains",
            "[request.server.config.domains[''][''], request.server.config.all_domains['']['']]",
            "",
            "",
        ),
    ]
}

/// A request with these header lines for its `Host`.
fn host(name: &'static str, lines: &str) -> Case {
    raw(
        name,
        format!(
            "GET /request/show.py HTTP/1.1\r\nShow: (request.url, request.url_parts, request.url_parts.hostname)\r\n{lines}\r\n"
        ),
    )
}

//! HTTPS: what handlers and templates see of it, and what the writer's socket does. The tables `connection` and
//! `writer` are sent through TLS as well.

use super::case::{Case, HOST, get, raw, request, run, run_as, show, show_post};
use super::templates::fill;

/// The cases.
pub fn cases() -> Vec<Case> {
    [url(), config(), templates(), answers(), socket()]
        .into_iter()
        .flatten()
        .collect()
}

/// URLs of requests.
fn url() -> Vec<Case> {
    const SHOWN: &str = "Show: (request.url, request.url_parts, request.request_path)\r\n";
    let target = |name, target: &str| raw(name, request("GET", target, SHOWN, b""));
    let host = |name, lines: &str| {
        raw(
            name,
            format!("GET /request/show.py HTTP/1.1\r\n{SHOWN}{lines}\r\n"),
        )
    };
    vec![
        target("TLS, url", "/request/show.py?a=b"),
        target(
            "TLS, url in absolute form of https",
            "https://ham.test:81/request/show.py?a=b",
        ),
        target(
            "TLS, url in absolute form of http",
            "http://ham.test:81/request/show.py?a=b",
        ),
        host("TLS, Host without a port", "Host: ham.test\r\n"),
        host("TLS, Host with the port of https", "Host: ham.test:443\r\n"),
        host("TLS, Host with the port of http", "Host: ham.test:80\r\n"),
        host("TLS, no Host", ""),
        show(
            "TLS, parts of the url",
            "[getattr(request.url_parts, n) for n in ('scheme', 'netloc', 'hostname', 'port', 'path', 'query')]",
            "?a=b",
            "",
        ),
        show("TLS, repr of request", "request", "?a=b", ""),
        show(
            "TLS, request.client_address",
            "(request.client_address[0], type(request.client_address[1]))",
            "",
            "",
        ),
        show_post(
            "TLS, a body",
            "(request.body, request.url)",
            "",
            &[b'x'; 40_000],
        ),
        show_post(
            "TLS, a form",
            "(request.POST.first(b'a'), request.url_parts.scheme)",
            "Content-Type: application/x-www-form-urlencoded\r\n",
            b"a=%C3%A9",
        ),
    ]
}

/// `server.config` of a server with both schemes.
fn config() -> Vec<Case> {
    vec![
        show(
            "TLS, server.config ports",
            "sorted(request.server.config['ports'].items())",
            "",
            "",
        ),
        show(
            "TLS, server.config port of https",
            "request.server.config['ports']['https'][0] == request.url_parts.port",
            "",
            &format!("Host: {HOST}\r\n"),
        ),
        show(
            "TLS, server.config keys and types",
            "[(key, type(value).__name__) for key, value in sorted(request.server.config.items())]",
            "",
            "",
        ),
        show(
            "TLS, ssl_config",
            "sorted(request.server.config['ssl_config'].items())",
            "",
            "",
        ),
        show(
            "TLS, ssl_config by attribute",
            "request.server.config.ssl_config['encrypt_after_connect']",
            "",
            "",
        ),
        run(
            "TLS, the certificate that ssl_config names",
            "
import ssl
config = request.server.config['ssl_config']
presented = ssl.get_server_certificate(('127.0.0.1', request.server.config['ports']['https'][0]))
with open(config['cert_path']) as file:
    return repr(ssl.PEM_cert_to_DER_cert(file.read()) == ssl.PEM_cert_to_DER_cert(presented))",
        ),
        run(
            "TLS, the key that ssl_config names",
            "
import ssl
config = request.server.config['ssl_config']
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(config['cert_path'], config['key_path'])
return repr(context.get_ca_certs())",
        ),
        run(
            "TLS, a request of a handler to its own server",
            "
import ssl
from urllib.request import urlopen
context = ssl.create_default_context(cafile=request.server.config['ssl_config']['cert_path'])
url = 'https://127.0.0.1:%d/files/after.txt' % request.server.config['ports']['https'][0]
with urlopen(url, context=context) as answer:
    return answer.status, [('X-Type', answer.headers['Content-Type'])], answer.read()",
        ),
    ]
}

fn templates() -> Vec<Case> {
    vec![
        fill(
            "TLS, filled in, location",
            "{{location[scheme]}} {{location[server]}} {{location[host]}} {{location[port]}}",
        ),
        fill("TLS, filled in, ports of https", "{{ports[https][0]}}"),
        fill("TLS, filled in, ports of http", "{{ports[http][0]}}"),
        fill(
            "TLS, filled in, ports of https that are not there",
            "{{ports[https][1]}}",
        ),
        fill(
            "TLS, filled in, a URL of the other scheme",
            "http://{{host}}:{{ports[http][0]}}{{location[path]}}",
        ),
        raw(
            "TLS, filled in, location without a Host",
            "GET /templates/location.sub.txt HTTP/1.1\r\n\r\n",
        ),
        get(
            "TLS, a template in a file",
            "/templates/location.sub.txt?a=b",
        ),
    ]
}

/// Files, folders, errors and scripts.
fn answers() -> Vec<Case> {
    vec![
        get("TLS, a redirect of a folder", "/directories/sub"),
        get(
            "TLS, a redirect of a folder with a query",
            "/directories/sub?a=b",
        ),
        raw(
            "TLS, a redirect of a folder for another host",
            "GET /directories/sub HTTP/1.1\r\nHost: Ham.Test\r\n\r\n",
        ),
        get("TLS, a file that is a response", "/files/plain.asis"),
        get(
            "TLS, a trickled file",
            "/files/after.txt?pipe=trickle(2:d0.02:3)",
        ),
        get(
            "TLS, a file with a status and a field",
            "/files/after.txt?pipe=status(404)|header(X-A,b)",
        ),
        get(
            "TLS, a large file",
            "/files/large.js?pipe=header(Connection,close)",
        ),
        get("TLS, nothing there", "/files/nothing"),
        get("TLS, a script that raises", "/errors/raises.py"),
        get("TLS, content in pieces", "/writer/pieces.py?length"),
        run(
            "TLS, a redirect by a handler",
            "return 302, [('Location', request.url_parts._replace(path='/ham').geturl())], b''",
        ),
        run(
            "TLS, a secure cookie",
            "response.set_cookie('a', 'b', secure=True, httponly=True)\nreturn b'ham'",
        ),
        run("TLS, much content", "return b'ham' * 100_000"),
        run(
            "TLS, generated content",
            "
response.headers.set('Connection', 'close')
response.close_connection = True
response.content = (b'%d,' % number for number in range(1000))",
        ),
        raw("TLS, two requests at once", {
            let one = request("GET", "/returns/fixed.py", "", b"");
            [one.clone(), one].concat()
        })
        .answers(2),
        raw(
            "TLS, a request in HTTP/1.0",
            "GET /returns/fixed.py HTTP/1.0\r\n\r\n",
        ),
        raw(
            "TLS, the sending half is closed",
            request("GET", "/returns/fixed.py", "", b""),
        )
        .half_close(),
        raw(
            "TLS, 100-continue",
            request(
                "POST",
                "/request/body.py",
                "Expect: 100-continue\r\nContent-Length: 3\r\n",
                b"",
            ),
        )
        .then("ham"),
    ]
}

/// The socket of the connection, by the ways that handlers know.
fn socket() -> Vec<Case> {
    const HEAD: &str =
        "response.writer.write(b'HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\n')\n";
    let on = |name, main: &str| {
        run(
            name,
            &format!("connection = response.writer._handler.connection\n{main}"),
        )
    };
    vec![
        on(
            "TLS, the session of the socket",
            "return repr((connection.version(), connection.cipher(), connection.selected_alpn_protocol(), connection.getpeercert()))",
        ),
        on(
            "TLS, the addresses of the socket",
            "return repr((connection.getsockname(), connection.getpeername() == request.client_address))",
        ),
        on(
            "TLS, what waits in the session",
            "return repr(connection.pending())",
        ),
        on(
            "TLS, sendall",
            &format!("{HEAD}connection.sendall(b'ham')\nresponse.writer.content_written = True"),
        ),
        on(
            "TLS, send",
            &format!(
                "{HEAD}sent = connection.send(b'ham')\nassert sent == 3\nresponse.writer.content_written = True"
            ),
        ),
        on(
            "TLS, a file of the socket",
            &format!(
                "{HEAD}with connection.makefile('wb') as file:\n    file.write(b'ham')\nresponse.writer.content_written = True"
            ),
        ),
        on(
            "TLS, calls that bypass the session",
            "
refused = []
for call in (lambda: connection.sendmsg([b'ham']), lambda: connection.recvmsg(1), connection.dup,
             lambda: connection.sendto(b'ham', None), lambda: connection.recv(1, 2)):
    try:
        call()
    except Exception as error:
        refused.append(type(error).__name__)
return repr(refused)",
        ),
        on(
            "TLS, the socket is shut",
            "
import socket
response.writer.write(b'ham')
connection.shutdown(socket.SHUT_WR)
response.close_connection = True
response.writer.content_written = True",
        ),
        run_as(
            "TLS, a body that the handler reads from the socket",
            "POST",
            "X-Next: 3\r\n",
            "
response.writer.write(b'HTTP/1.1 100 Continue\\r\\n\\r\\n')
next = response.writer._handler.connection.recv(3)
response.writer.write(b'HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\n' + next)
response.writer.content_written = True",
        )
        .answers(0)
        .then("eggs"[..3].to_owned()),
    ]
}

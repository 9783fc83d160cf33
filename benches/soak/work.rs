//! Requests and their expected responses. An unexpected response is a panic, which the client's loop counts as a
//! failure.

use std::fmt;

use md5::{Digest, Md5};

use super::site::{LARGE, large_byte};
use super::support::escape;
use super::worker::Customer;

/// One kind of load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Static,
    Range,
    Listing,
    AsIs,
    Template,
    Missing,
    Value,
    Writer,
    Generator,
    Stash,
    Upload,
    ChunkedUpload,
    LargeUpload,
    Form,
    Raises,
    LateFailure,
    Steps,
    Pipelined,
    Malformed,
    LeavesInRequest,
    LeavesInAnswer,
}

impl Work {
    pub(crate) const ALL: [Self; 21] = [
        Self::Static,
        Self::Range,
        Self::Listing,
        Self::AsIs,
        Self::Template,
        Self::Missing,
        Self::Value,
        Self::Writer,
        Self::Generator,
        Self::Stash,
        Self::Upload,
        Self::ChunkedUpload,
        Self::LargeUpload,
        Self::Form,
        Self::Raises,
        Self::LateFailure,
        Self::Steps,
        Self::Pipelined,
        Self::Malformed,
        Self::LeavesInRequest,
        Self::LeavesInAnswer,
    ];

    /// How often it is chosen, relative to the others.
    pub(crate) fn weight(self) -> usize {
        match self {
            Self::Static | Self::Value => 20,
            Self::Writer | Self::Generator | Self::Stash | Self::Upload => 10,
            Self::LargeUpload | Self::Steps => 1,
            _ => 5,
        }
    }

    /// Sends requests, checks the responses, and returns the number of requests.
    pub(crate) fn play(self, customer: &mut Customer) -> u64 {
        match self {
            Self::Static => {
                let answer = customer.get("/static.txt");
                assert_eq!(answer.header("X-Beside"), Some(&b"yes"[..]));
                assert_eq!(answer.body, include_bytes!("site/static.txt"));
            }
            Self::Range => range(customer),
            Self::Listing => {
                let text = customer.get("/").text();
                assert!(
                    text.contains("<a href=\"static.txt\">static.txt</a>"),
                    "{text}"
                );
            }
            Self::AsIs => {
                let mut client = customer.new_client();
                client.send(&request("GET", "/plain.asis", "", b""));
                let bytes = client.read_until_close();
                let shown = escape::lines(&bytes, "");
                assert_eq!(bytes, include_bytes!("site/plain.asis"), "{shown}");
            }
            Self::Template => {
                let name = customer.number();
                let text = customer.get(&format!("/page.sub.txt?name={name}")).text();
                assert_eq!(text, format!("Dear {name}, you asked for /page.sub.txt.\n"));
            }
            Self::Missing => {
                let path = ["/none", "/none.py", "/static.txt/none", "/../none"][customer.below(4)];
                assert_eq!(customer.ask("GET", path, b"").status, 404);
            }
            Self::Value => {
                let name = customer.number();
                let text = customer.get(&format!("/value.py?name={name}")).text();
                assert_eq!(text, format!("hello {name}"));
            }
            Self::Writer => {
                let count = customer.below(20);
                let text = customer.get(&format!("/writer.py?pieces={count}")).text();
                assert_eq!(text, pieces(count));
            }
            Self::Generator => {
                let count = customer.below(20);
                let mut client = customer.new_client();
                client.send(&request(
                    "GET",
                    &format!("/generator.py?pieces={count}"),
                    "",
                    b"",
                ));
                assert_eq!(client.read_response("GET").text(), pieces(count));
            }
            Self::Stash => return stash(customer),
            Self::Upload => upload(customer, 0, 100_000),
            Self::LargeUpload => upload(customer, 1_000_000, 3_000_000),
            Self::ChunkedUpload => {
                let body = customer.bytes(0, 100_000);
                let mut chunked = Vec::new();
                for chunk in body.chunks(1 + customer.below(20_000)) {
                    chunked.extend(format!("{:x};x=y\r\n", chunk.len()).into_bytes());
                    chunked.extend(chunk);
                    chunked.extend(b"\r\n");
                }
                chunked.extend(b"0\r\nX: y\r\n\r\n");
                let coding = "Transfer-Encoding: chunked\r\n";
                let request = request("POST", "/upload.py", coding, &chunked);
                assert_eq!(customer.send_for("POST", &request).text(), digest(&body));
            }
            Self::Form => form(customer),
            Self::Raises => {
                let name = customer.number();
                let answer = customer.ask("GET", &format!("/raises.py?name={name}"), b"");
                assert_eq!(answer.status, 500);
                assert!(
                    answer
                        .text()
                        .contains(&format!("ValueError: on purpose: {name}"))
                );
            }
            Self::LateFailure => {
                let mut client = customer.new_client();
                client.send(&request("GET", "/late.py", "", b""));
                let bytes = client.read_until_close();
                assert!(
                    bytes.ends_with(b"\r\n\r\nhalf"),
                    "{}",
                    escape::lines(&bytes, "")
                );
            }
            Self::Steps => assert_eq!(customer.get("/steps.wire").text(), "steps\n"),
            Self::Pipelined => {
                let mut client = customer.new_client();
                let names = [(); 5].map(|()| customer.number());
                for name in &names {
                    client.send(&request("GET", &format!("/value.py?name={name}"), "", b""));
                }
                for name in names {
                    assert_eq!(client.read_response("GET").text(), format!("hello {name}"));
                }
                return 5;
            }
            Self::Malformed => malformed(customer),
            Self::LeavesInRequest => {
                let body = customer.bytes(0, 10_000);
                let length = format!("Content-Length: {}\r\n", body.len());
                let request = request("POST", "/upload.py", &length, &body);
                // Usually within the head.
                let end = [200.min(request.len()), request.len()][customer.below(2)];
                let sent = customer.below(end);
                let mut client = customer.new_client();
                client.send(&request[..sent]);
                customer.leave(client);
            }
            Self::LeavesInAnswer => {
                let targets = ["/large.bin", "/endless.py?generator", "/endless.py?writer"];
                let target = targets[customer.below(targets.len())];
                let mut client = customer.new_client();
                client.send(&request("GET", target, "", b""));
                let read = customer.below(300_000);
                client.read_exact(read);
                customer.leave(client);
            }
        }
        1
    }
}

fn range(customer: &mut Customer) {
    let first = customer.below(LARGE);
    let last = (first + customer.below(100_000)).min(LARGE - 1);
    let range = format!("Range: bytes={first}-{last}\r\n");
    let answer = customer.send_for("GET", &request("GET", "/large.bin", &range, b""));
    assert_eq!(answer.status, 206);
    assert!(
        answer
            .body
            .iter()
            .copied()
            .eq((first..=last).map(large_byte)),
        "{range}"
    );
}

fn stash(customer: &mut Customer) -> u64 {
    let key = customer.key();
    let target = format!("/stash.py?key={key}");
    let body = customer.bytes(1, 2000);
    assert_eq!(customer.ask("POST", &target, &body).text(), "put");
    assert_eq!(customer.get(&target).body, body);
    assert_eq!(customer.get(&target).body, b"nothing");
    3
}

fn upload(customer: &mut Customer, least: usize, most: usize) {
    let body = customer.bytes(least, most);
    assert_eq!(
        customer.ask("POST", "/upload.py", &body).text(),
        digest(&body)
    );
}

fn form(customer: &mut Customer) {
    let file = "x".repeat(customer.below(20_000));
    let name = customer.number();
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\n{name}\r\n\
        --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n{file}\r\n--b--\r\n"
    );
    let fields = format!(
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {}\r\n",
        body.len()
    );
    let answer = customer.send_for(
        "POST",
        &request("POST", "/form.py", &fields, body.as_bytes()),
    );
    assert!(answer.header("Set-Cookie").is_some());
    assert_eq!(
        answer.text(),
        format!("[\"a.txt\", {}, \"{name}\"]", file.len())
    );
}

fn malformed(customer: &mut Customer) {
    let requests: [(&[u8], u16); 7] = [
        (b"GET\r\n", 400),
        (b"GET /value.py HTTP/9.9.9\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\n", 505),
        (b"\x16\x03\x01\x02\0\x01\0\x01\xfc", 400),
        (
            b"POST /upload.py HTTP/1.1\r\nContent-Length: 1x\r\n\r\n",
            400,
        ),
        (
            b"POST /upload.py HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
            400,
        ),
        (
            b"POST /upload.py HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            400,
        ),
    ];
    let (request, status) = requests[customer.below(requests.len())];
    let mut client = customer.new_client();
    client.send(request);
    let answer = client.read_response("GET");
    let shown = escape::lines(request, "");
    assert_eq!(answer.status, status, "{shown}");
    assert_eq!(client.read_until_close(), b"", "{shown}");
}

fn pieces(count: usize) -> String {
    (0..count).map(|piece| format!("piece {piece}\n")).collect()
}

fn digest(body: &[u8]) -> String {
    let digest = Md5::digest(body);
    let hexadecimal: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{} {hexadecimal}", body.len())
}

/// A request with these field lines, after `Host`.
pub(crate) fn request(method: &str, target: &str, lines: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n");
    [head.as_bytes(), body].concat()
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{self:?}"))
    }
}

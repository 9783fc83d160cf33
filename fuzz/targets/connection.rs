//! Whatever bytes a client sends, in whatever pieces, it receives complete responses and then the end of the
//! connection, in bounded time. If there is a transcript, it shows the same bytes. A request with a problem of
//! framing is the last that is answered.
//!
//! Input: a byte of options, and the bytes that are sent. The top bit of the options selects the strict server,
//! which keeps transcripts; the others are the size of the pieces, 0 for a single piece. Inputs with `(` are
//! skipped: a pipe with arguments may request anything, such as a pause of an hour or a wrong length.

#![cfg_attr(fuzzing, no_main)]

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use wireserve::handlers::FixedHandler;
use wireserve::internals::http::head::{HeadLimits, Progress, Scanner};
use wireserve::internals::http::problems;
use wireserve::transcript::{Entry, Side, TranscriptLimits, What};
use wireserve::{
    Builder, Content, Exchange, Fault, Listening, Policy, Server, Transcript, WireScript,
};

use responses::Methods;

#[path = "../responses.rs"]
mod responses;

/// How long one input may take; libFuzzer's limit is shorter.
const BOUND: Duration = Duration::from_secs(20);

/// The most pieces of an input; each costs a system call.
const PIECES: usize = 64;

/// Files with fields, a template, a folder, and scripts that send whole responses.
const FILES: [(&str, &str); 9] = [
    ("a.txt", "a file\n"),
    (
        "a.txt.headers",
        "X-Own: {{host}}\nContent-Type: text/plain\n",
    ),
    (
        "page.sub.html",
        "{{GET[x]}} {{headers[host]}} {{location[path]}}",
    ),
    ("test.any.js", "// META: global=window,worker\n"),
    ("folder/b.txt", "b"),
    (
        "short.wire",
        "send \"HTTP/1.1 200 OK\\r\\n\" \"Content-Length: 2\\r\\n\\r\\n\" \"ok\"\n",
    ),
    (
        "next.wire",
        "send \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nnext\n\
         send \"HTTP/1.1 404 Not Found\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n\" chunk(\"no\") chunk(\"\")\n\
         next site\nsend \"HTTP/1.1 200 OK\\r\\n\\r\\nafter\"\nclose\n",
    ),
    (
        "reads.wire",
        "read 3 within 20ms\nsend by 3 \"HTTP/1.1 204 No Content\\r\\n\\r\\n\"\nhalf_close\nhold 1ms\n",
    ),
    (
        "waits.wire",
        "wait_for body within 20ms\nwait_for head within 20ms\n\
         send \"HTTP/1.1 200 OK\\r\\n\\r\\nto the end\"\nclose\n",
    ),
];

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| holds(input));

pub(crate) fn holds(input: &[u8]) {
    let Some((&how, bytes)) = input.split_first() else {
        return;
    };
    if bytes.contains(&b'(') || memchr::memmem::find(bytes, b"%28").is_some() {
        return;
    }
    let served = match how >> 7 {
        0 => &SERVED.lenient,
        _ => &SERVED.strict,
    };
    let size = usize::from(how & 0x7f).max(bytes.len() / PIECES + 1);
    let pieces = match how & 0x7f {
        0 => bytes.chunks(bytes.len().max(1)),
        _ => bytes.chunks(size),
    };
    let began = Instant::now();
    let (client, answer) = exchange(served.address, pieces);
    assert!(began.elapsed() < BOUND, "it took {:?}", began.elapsed());

    let has_head = memchr::memmem::find(bytes, b"HEAD").is_some();
    let methods = if has_head {
        Methods::Any
    } else {
        Methods::WithoutHead
    };
    match responses::count(&answer, methods) {
        Ok(count) if methods == Methods::WithoutHead && begins_misframed(bytes) => {
            assert!(count <= 1, "{count} responses: {}", answer.escape_ascii());
        }
        Ok(_) => {}
        Err(at) => {
            let (whole, rest) = answer.split_at(at);
            let (whole, rest) = (whole.escape_ascii(), rest.escape_ascii());
            panic!("expected a response after {whole}\nfound {rest}");
        }
    }
    if how >> 7 == 1 {
        let transcripts = served.server.transcripts();
        let of_client = |it: &&Transcript| it.opened().client.ip() == Some(client);
        let transcript = transcripts.iter().rfind(of_client);
        assert_matches(transcript.expect("a transcript of it"), bytes, &answer);
    }
}

/// Whether the first request has a problem of framing, so that no other may be answered.
fn begins_misframed(bytes: &[u8]) -> bool {
    match Scanner::default().scan(bytes, &HeadLimits::default()) {
        Ok(Progress::Whole(head)) => problems::is_misframed(&bytes[head]),
        _ => false,
    }
}

/// The transcript has all bytes that the client has received, and no byte that it has not sent.
fn assert_matches(transcript: &Transcript, sent: &[u8], answer: &[u8]) {
    let is_shown = |entry: &Entry| match entry.what {
        What::Bytes { length, .. } => entry.bytes().len() as u64 == length,
        _ => true,
    };
    if transcript.dropped().entries == 0 && transcript.entries().iter().all(is_shown) {
        assert_eq!(transcript.bytes(Side::Server), answer, "{transcript}");
        assert!(
            sent.starts_with(&transcript.bytes(Side::Client)),
            "{transcript}"
        );
    }
}

/// Sends all pieces and FIN, and reads until the server's FIN.
fn exchange<'a>(
    address: SocketAddr,
    pieces: impl Iterator<Item = &'a [u8]>,
) -> (SocketAddr, Vec<u8>) {
    let mut stream = connected(address);
    let client = stream.local_addr().expect("connected");
    stream.set_nodelay(true).expect("an option");
    stream.set_read_timeout(Some(BOUND)).expect("an option");
    for piece in pieces {
        // The server may have closed already.
        if stream.write_all(piece).is_err() {
            break;
        }
    }
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer) {
        panic!("{error} after {}", answer.escape_ascii());
    }
    (client, answer)
}

/// Tries again: a fuzzer opens connections faster than the kernel frees their ports.
fn connected(address: SocketAddr) -> TcpStream {
    let began = Instant::now();
    loop {
        match TcpStream::connect(address) {
            Ok(stream) => return stream,
            Err(error) => assert!(began.elapsed() < BOUND, "cannot connect: {error}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

struct Served {
    lenient: Running,
    /// With transcripts.
    strict: Running,
    _files: TempDir,
}

struct Running {
    address: SocketAddr,
    server: Server,
}

static SERVED: LazyLock<Served> = LazyLock::new(|| {
    let files = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(files.path().join("folder")).expect("a folder");
    for (name, text) in FILES {
        std::fs::write(files.path().join(name), text).expect("a file");
    }
    let builder = || {
        let builder = Server::builder().doc_root(files.path());
        builder
            .route("*", "/fixed", FixedHandler::text(201, "fixed"))
            .and_then(|builder| builder.route("*", "/echo", echo))
            .and_then(|builder| builder.route("*", "/line", line))
            .and_then(|builder| builder.route("*", "/chunks", chunks))
            .and_then(|builder| builder.route("*", "/fault", fault))
            .and_then(|builder| builder.route("CONNECT", "*", tunnel()))
            .expect("good patterns")
    };
    // All kept transcripts are copied for each input.
    let limits = TranscriptLimits {
        kept_connections: 2,
        ..TranscriptLimits::default()
    };
    let strict = builder()
        .listener(0, Listening::Requests(Policy::Strict))
        .transcripts()
        .transcript_limits(limits);
    Served {
        lenient: Running::start(builder()),
        strict: Running::start(strict),
        _files: files,
    }
});

impl Running {
    fn start(builder: Builder) -> Self {
        let server = builder.start().expect("a free port");
        let address = *server.addresses().last().expect("an address");
        Self { address, server }
    }
}

/// The request's body as the response's content.
fn echo(exchange: &mut Exchange<'_>) -> Result<(), Fault> {
    let body = exchange.body.read_all();
    let body = body.map_err(|error| Fault::new(400, format!("{error:?}")))?;
    exchange.response.content = Content::Bytes(body);
    Ok(())
}

/// Reads a part of the body, and leaves the rest to the server.
fn line(exchange: &mut Exchange<'_>) -> Result<(), Fault> {
    let read = exchange.body.read_line(Some(10)).unwrap_or_default();
    exchange.response.content = format!("{} bytes", read.len()).as_str().into();
    Ok(())
}

fn chunks(exchange: &mut Exchange<'_>) -> Result<(), Fault> {
    exchange.response.content = Content::Chunks(Box::new((1..4).map(|size| vec![b'c'; size])));
    Ok(())
}

fn fault(_: &mut Exchange<'_>) -> Result<(), Fault> {
    Err(Fault::new(418, "as \"asked\""))
}

fn tunnel() -> WireScript {
    WireScript::new()
        .send("HTTP/1.1 200 Connection established\r\n\r\nhello")
        .close()
}

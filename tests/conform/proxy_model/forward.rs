//! One connection of a client: its requests are forwarded one after the other, content while the response is
//! awaited, so that `100 Continue` and early responses pass.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use wireserve::internals::conform::case::halves::Form;

use super::parse::{self, Body, Fields, Request, Response, members, values};
use super::{Cut, Deviation as D, Peer, Setup};

/// Fields that end at the next recipient (RFC 9110 §7.6.1).
const HOP_BY_HOP: [&str; 6] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade",
];

const IDEMPOTENT: [&str; 6] = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];

/// The longest head.
const MAX_HEAD: usize = 64 * 1024;

/// Serves one client.
pub fn serve(mut client: Peer, setup: Setup) {
    let mut kept: Option<(SocketAddr, Peer)> = None;
    loop {
        let Some(head) = head(&mut client) else {
            return;
        };
        let request = match head.and_then(|head| parse::request(&head, setup.deviation)) {
            Ok(request) => request,
            Err(status) => {
                client.send(&own(status, true));
                return client.finish();
            }
        };
        if request.method == "PUT" && misbehaves(&mut client, setup.deviation) {
            return client.finish();
        }
        if request.method == "CONNECT" {
            return tunnel(client, &request);
        }
        let max_forwards = members(&request.fields, "max-forwards");
        let counts = ["OPTIONS", "TRACE"].contains(&request.method.as_str());
        if counts && max_forwards == ["0"] && setup.deviation != D::IgnoresMaxForwards {
            client.send(&own(200, false));
            continue;
        }
        let Some((address, target, host)) = route(&request, setup) else {
            client.send(&own(400, true));
            return client.finish();
        };
        let wants_close = members(&request.fields, "connection").contains(&"close".to_owned());
        let is_last = setup.deviation == D::ClosesAlways
            || request.is_old
            || wants_close && setup.deviation != D::KeepsAfterClose;
        let exchange = Exchange {
            setup,
            request: &request,
            head: request_head(&request, &target, host.as_deref(), setup),
            is_last,
        };
        match exchange.run(&mut client, address, &mut kept) {
            Next::Request => {}
            Next::Finish => return client.finish(),
            Next::Cut => return client.cut(),
        }
    }
}

/// The next head; `None` at the end of the connection, and a status code if it cannot be one.
fn head(client: &mut Peer) -> Option<Result<Vec<u8>, u16>> {
    loop {
        let buffer = &client.buffer;
        let single =
            (0..buffer.len()).any(|at| buffer[at] == b'\n' && (at == 0 || buffer[at - 1] != b'\r'));
        let end = buffer.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            let head = client.buffer.drain(..end + 4).take(end).collect();
            return Some(Ok(head));
        }
        if single || buffer.len() > MAX_HEAD {
            return Some(Err(400));
        }
        if client.receive().is_err() {
            return None;
        }
    }
}

fn misbehaves(client: &mut Peer, deviation: D) -> bool {
    match deviation {
        D::Hangs => while client.receive().is_ok() {},
        D::ClosesAtOnce => {}
        D::Floods => while client.send(&[b'x'; 65536]) {},
        D::Babbles => drop(client.send(b"these bytes are not HTTP\r\n\r\n")),
        _ => return false,
    }
    true
}

/// A response of the proxy itself.
fn own(status: u16, closes: bool) -> Vec<u8> {
    let close = if closes { "Connection: close\r\n" } else { "" };
    let date = "Date: Tue, 01 Jan 2030 00:00:00 GMT\r\n";
    format!("HTTP/1.1 {status} Own\r\n{date}Content-Length: 0\r\n{close}\r\n").into_bytes()
}

/// The address to forward to, the target there, and the host if it is that of the target.
fn route(request: &Request, setup: Setup) -> Option<(SocketAddr, String, Option<String>)> {
    let (authority, path) = match request.target.strip_prefix("http://") {
        Some(rest) => {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            (Some(&rest[..end]), &rest[end..])
        }
        None => (None, request.target.as_str()),
    };
    let path = match path {
        "" if request.method == "OPTIONS" => "*".to_owned(),
        path if path.starts_with('/') || path == "*" => path.to_owned(),
        path => format!("/{path}"),
    };
    let path = match setup.deviation {
        D::DecodesTarget => path.replace("%2F", "/").replace("%41", "A"),
        _ => path,
    };
    match setup.form {
        Form::Reverse => Some((setup.upstream, path, None)),
        Form::Forward => {
            let authority = authority?;
            Some((authority.parse().ok()?, path, Some(authority.to_owned())))
        }
    }
}

fn tunnel(mut client: Peer, request: &Request) {
    let upstream = request.target.parse().ok().and_then(Peer::connect);
    let Some(mut upstream) = upstream else {
        client.send(&own(502, true));
        return client.finish();
    };
    client.send(b"HTTP/1.1 200 Connected\r\n\r\n");
    let (Some(mut from_client), Some(mut to_client)) = (client.another(), client.another()) else {
        return;
    };
    let Some(mut to_upstream) = upstream.another() else {
        return;
    };
    thread::spawn(move || {
        while let Ok(bytes) = from_client.some(usize::MAX) {
            to_upstream.send(&bytes);
        }
        to_upstream.cut();
    });
    while let Ok(bytes) = upstream.some(usize::MAX) {
        to_client.send(&bytes);
    }
    to_client.cut();
}

fn request_head(request: &Request, target: &str, host: Option<&str>, setup: Setup) -> Vec<u8> {
    let deviation = setup.deviation;
    let mut fields = forwarded(
        &request.fields,
        deviation,
        if request.is_old { "1.0" } else { "1.1" },
    );
    if let Some(host) = host.filter(|_| deviation != D::KeepsHost) {
        fields.retain(|(name, _)| !name.eq_ignore_ascii_case("host"));
        fields.insert(0, ("Host".to_owned(), host.into()));
    }
    for (name, value) in &mut fields {
        let counts = ["OPTIONS", "TRACE"].contains(&request.method.as_str());
        let number: Option<u64> = std::str::from_utf8(value)
            .ok()
            .and_then(|text| text.parse().ok());
        if let (true, Some(number)) = (counts && name.eq_ignore_ascii_case("max-forwards"), number)
            && deviation != D::IgnoresMaxForwards
        {
            *value = number.saturating_sub(1).to_string().into_bytes();
        }
    }
    match request.body {
        Body::Length(length) => {
            fields.push(("Content-Length".to_owned(), length.to_string().into()));
        }
        Body::Chunked => fields.push(("Transfer-Encoding".to_owned(), "chunked".into())),
        Body::Both(length) => {
            fields.push(("Content-Length".to_owned(), length.to_string().into()));
            fields.push(("Transfer-Encoding".to_owned(), "chunked".into()));
        }
        Body::None | Body::Close => {}
    }
    let method = match deviation {
        D::UppercasesMethod => request.method.to_ascii_uppercase(),
        _ => request.method.clone(),
    };
    written(format!("{method} {target} HTTP/1.1").as_bytes(), &fields)
}

/// The fields that go on, with Via.
fn forwarded(fields: &Fields, deviation: D, version: &str) -> Fields {
    let nominated = match deviation {
        D::KeepsNominated => Vec::new(),
        _ => members(fields, "connection"),
    };
    let known = match deviation {
        D::KeepsKnown => &["connection", "transfer-encoding"][..],
        _ => &HOP_BY_HOP,
    };
    let mut kept = fields.clone();
    kept.retain(|(name, _)| {
        let name = name.to_ascii_lowercase();
        let is_dropped = nominated.contains(&name)
            || known.contains(&name.as_str())
            || name == "content-length"
            || deviation == D::DropsUnknown && name.starts_with("x-unknown");
        !is_dropped
    });
    if deviation == D::Sorts {
        kept.sort();
    }
    let via = ("Via".to_owned(), format!("{version} model").into_bytes());
    match deviation {
        D::NoVia => {}
        D::ViaFirst => kept.insert(0, via),
        _ => kept.push(via),
    }
    kept
}

fn written(line: &[u8], fields: &Fields) -> Vec<u8> {
    let mut head = line.to_vec();
    head.extend_from_slice(b"\r\n");
    for (name, value) in fields {
        head.extend_from_slice(&[name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    head.extend_from_slice(b"\r\n");
    head
}

/// What becomes of the client's connection.
enum Next {
    Request,
    Finish,
    /// At once, so that the client can tell that the response is not complete.
    Cut,
}

/// Why no response came.
enum NoResponse {
    /// Nothing at all.
    Silent,
    Invalid,
}

struct Exchange<'e> {
    setup: Setup,
    request: &'e Request,
    head: Vec<u8>,
    is_last: bool,
}

impl Exchange<'_> {
    fn run(
        &self,
        client: &mut Peer,
        address: SocketAddr,
        kept: &mut Option<(SocketAddr, Peer)>,
    ) -> Next {
        let deviation = self.setup.deviation;
        let is_usable = |peer: &Peer| match deviation {
            D::MixesUp => true,
            D::UsesDead => peer.buffer.is_empty(),
            _ => peer.is_idle(),
        };
        let reused = kept
            .take()
            .filter(|(known, peer)| *known == address && is_usable(peer));
        let may_repeat = match deviation {
            D::UsesDead => false,
            D::RepeatsPost => true,
            _ => reused.is_some() && IDEMPOTENT.contains(&self.request.method.as_str()),
        };
        let Some(upstream) = reused
            .map(|(_, peer)| peer)
            .or_else(|| Peer::connect(address))
        else {
            client.send(&own(502, true));
            return Next::Finish;
        };
        match self.attempt(client, upstream, address, kept) {
            Ok(next) => next,
            // Content was used up by the first attempt; a deviant repeats what it has.
            Err(NoResponse::Silent) if may_repeat => {
                let again =
                    Peer::connect(address).map(|peer| self.attempt(client, peer, address, kept));
                match again {
                    Some(Ok(next)) => next,
                    _ => self.failed(client),
                }
            }
            Err(_) => self.failed(client),
        }
    }

    fn failed(&self, client: &mut Peer) -> Next {
        client.send(&own(502, true));
        Next::Finish
    }

    fn attempt(
        &self,
        client: &mut Peer,
        mut upstream: Peer,
        address: SocketAddr,
        kept: &mut Option<(SocketAddr, Peer)>,
    ) -> Result<Next, NoResponse> {
        let deviation = self.setup.deviation;
        upstream.send(&self.head);
        let is_bad = Arc::new(AtomicBool::new(false));
        let (Some(from), Some(to)) = (client.another(), upstream.another()) else {
            return Err(NoResponse::Invalid);
        };
        let (body, bad) = (self.request.body, Arc::clone(&is_bad));
        let upload = match body {
            Body::None => None,
            _ => Some(thread::spawn(move || {
                send_content(from, to, body, deviation, &bad)
            })),
        };
        let response = self.response(client, &mut upstream);
        if is_bad.load(Ordering::SeqCst) {
            client.send(&own(400, true));
            return Ok(Next::Finish);
        }
        let response = response?;
        // Early: the rest of the content cannot be told from a request.
        let is_last = !self.finishes(upload, client) || self.is_last;
        let next = self.relay(client, &mut upstream, &response, is_last);
        let closes = members(&response.fields, "connection").contains(&"close".to_owned())
            || response.version != "HTTP/1.1"
            || response.body == Body::Close;
        if !closes && matches!(next, Next::Request) {
            *kept = Some((address, upstream));
        }
        Ok(next)
    }

    /// Waits for the upload, and takes over what it has left of the client's bytes.
    fn finishes(
        &self,
        upload: Option<thread::JoinHandle<Option<Vec<u8>>>>,
        client: &mut Peer,
    ) -> bool {
        let Some(upload) = upload else {
            return true;
        };
        // An origin that answers has read the content, unless the response is early.
        let deadline = std::time::Instant::now() + std::time::Duration::from_millis(200);
        while !upload.is_finished() && std::time::Instant::now() < deadline {
            thread::yield_now();
        }
        match upload.is_finished().then(|| upload.join()) {
            Some(Ok(Some(left))) => {
                client.buffer = left;
                true
            }
            _ => false,
        }
    }

    /// Relays interim responses, and returns the final one.
    fn response(&self, client: &mut Peer, upstream: &mut Peer) -> Result<Response, NoResponse> {
        let deviation = self.setup.deviation;
        loop {
            let head = loop {
                let buffer = &upstream.buffer;
                if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                    break upstream
                        .buffer
                        .drain(..end + 4)
                        .take(end)
                        .collect::<Vec<_>>();
                }
                if upstream.receive().is_err() {
                    return Err(match upstream.buffer.is_empty() {
                        true => NoResponse::Silent,
                        false => NoResponse::Invalid,
                    });
                }
            };
            let response = parse::response(&head, &self.request.method, deviation);
            let response = response.ok_or(NoResponse::Invalid)?;
            if !(100..200).contains(&response.status) || response.status == 101 {
                return Ok(response);
            }
            let is_wanted = !self.request.is_old || deviation == D::InterimToOld;
            if is_wanted && deviation != D::DropsInterim {
                let line = [
                    format!("HTTP/1.1 {} ", response.status).as_bytes(),
                    &response.reason,
                ]
                .concat();
                client.send(&written(
                    &line,
                    &forwarded(&response.fields, deviation, "1.1"),
                ));
            }
        }
    }

    fn relay(
        &self,
        client: &mut Peer,
        upstream: &mut Peer,
        response: &Response,
        is_last: bool,
    ) -> Next {
        let deviation = self.setup.deviation;
        let mut fields = forwarded(&response.fields, deviation, "1.1");
        if values(&fields, "date").next().is_none() && deviation != D::NoDate {
            fields.push(("Date".to_owned(), "Tue, 01 Jan 2030 00:00:00 GMT".into()));
        }
        let has_chunks = matches!(response.body, Body::Chunked | Body::Close)
            && (!self.request.is_old || deviation == D::ChunksToOld);
        let is_last = is_last || response.body == Body::Chunked && !has_chunks;
        match response.body {
            Body::Length(length) => {
                fields.push(("Content-Length".to_owned(), length.to_string().into()));
            }
            _ if has_chunks => fields.push(("Transfer-Encoding".to_owned(), "chunked".into())),
            _ => {}
        }
        if is_last {
            fields.push(("Connection".to_owned(), "close".into()));
        }
        let version = match deviation {
            D::RelaysVersion => &response.version,
            _ => "HTTP/1.1",
        };
        let line = [
            format!("{version} {} ", response.status).as_bytes(),
            &response.reason,
        ]
        .concat();
        client.send(&written(&line, &fields));
        let ended = match response.body {
            Body::None => Ok(Vec::new()),
            body => content(upstream, body, &mut |bytes| match has_chunks {
                true => client
                    .send(&[format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()),
                false => client.send(bytes),
            }),
        };
        match ended {
            Ok(trailers) if has_chunks => {
                client.send(&[b"0\r\n", &*trailers, b"\r\n"].concat());
            }
            Ok(_) => {}
            Err(_) if deviation == D::CompletesCutResponse && has_chunks => {
                client.send(b"0\r\n\r\n");
            }
            Err(_) => return Next::Cut,
        }
        match is_last && (deviation != D::KeepsAfterClose || self.request.is_old) {
            true => Next::Finish,
            false => Next::Request,
        }
    }
}

/// Sends the content of a request on; returns what the client has sent after it.
fn send_content(
    mut from: Peer,
    mut to: Peer,
    body: Body,
    deviation: D,
    is_bad: &AtomicBool,
) -> Option<Vec<u8>> {
    let sent = match (body, deviation) {
        (Body::Both(_), _) => {
            let bytes = from.some(usize::MAX).unwrap_or_default();
            to.send(&bytes);
            return Some(Vec::new());
        }
        (Body::Length(length), D::LosesContent) => {
            let zeros = vec![b'0'; usize::try_from(length).unwrap_or(0)];
            content(&mut from, body, &mut |_| true).map(|_| {
                to.send(&zeros);
            })
        }
        (Body::Length(_), _) => content(&mut from, body, &mut |bytes| to.send(bytes)).map(drop),
        _ => content(&mut from, body, &mut |bytes| {
            to.send(&[format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat())
        })
        .map(|trailers| {
            to.send(&[b"0\r\n", &*trailers, b"\r\n"].concat());
        }),
    };
    match sent {
        Ok(()) => Some(from.buffer),
        Err(_) => {
            if deviation == D::CompletesCutRequest && body == Body::Chunked {
                to.send(b"0\r\n\r\n");
                return Some(Vec::new());
            }
            is_bad.store(true, Ordering::SeqCst);
            to.cut();
            None
        }
    }
}

/// Takes content off a connection, and returns its trailer section. Malformed chunks are as a connection that fails.
fn content(
    from: &mut Peer,
    body: Body,
    take: &mut dyn FnMut(&[u8]) -> bool,
) -> Result<Vec<u8>, Cut> {
    let mut counted = |from: &mut Peer, mut left: u64| {
        while left > 0 {
            let bytes = from.some(usize::try_from(left).unwrap_or(usize::MAX))?;
            left -= bytes.len() as u64;
            take(&bytes);
        }
        Ok(())
    };
    match body {
        Body::None | Body::Both(_) => Ok(Vec::new()),
        Body::Length(length) => counted(from, length).map(|()| Vec::new()),
        Body::Chunked => loop {
            let line = String::from_utf8_lossy(&from.line()?).into_owned();
            let digits = line.split(';').next().unwrap_or_default();
            let size = u64::from_str_radix(digits, 16).map_err(|_| Cut::Failed)?;
            if size == 0 {
                let mut trailers = Vec::new();
                loop {
                    let line = from.line()?;
                    if line.is_empty() {
                        return Ok(trailers);
                    }
                    trailers.extend_from_slice(&[&*line, b"\r\n"].concat());
                }
            }
            counted(from, size)?;
            if !from.line()?.is_empty() {
                return Err(Cut::Failed);
            }
        },
        Body::Close => loop {
            match from.some(usize::MAX) {
                Ok(bytes) => drop(take(&bytes)),
                Err(Cut::Ended) => return Ok(Vec::new()),
                Err(Cut::Failed) => return Err(Cut::Failed),
            }
        },
    }
}

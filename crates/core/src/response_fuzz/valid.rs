//! Valid responses, which mutations change: small and larger ones, with content that is delimited in each
//! of the possible ways. No value comes from the clock or from a compressor, so that a seed makes the same
//! bytes on every machine and in every release. All editions share these responses.

use super::delivery::{ConnectionEnd, Delivery};
use super::draft::{Body, Chunks, Draft, FieldLine, Framing, StatusLine};
use super::random::Random;

/// Bytes of content, at most.
const MAX_CONTENT: u64 = 8 * 1024;

/// Status codes of final answers, without those that make a client send another request.
const CODES: [(u64, (&str, &str)); 14] = [
    (24, ("200", "OK")),
    (2, ("201", "Created")),
    (2, ("202", "Accepted")),
    (2, ("203", "Non-Authoritative Information")),
    (2, ("204", "No Content")),
    (2, ("304", "Not Modified")),
    (2, ("400", "Bad Request")),
    (2, ("403", "Forbidden")),
    (3, ("404", "Not Found")),
    (1, ("410", "Gone")),
    (1, ("422", "Unprocessable Content")),
    (1, ("451", "Unavailable For Legal Reasons")),
    (2, ("500", "Internal Server Error")),
    (1, ("501", "Not Implemented")),
];

/// Fields that do not affect how a client reads the response.
const FIELDS: [(&str, &str); 10] = [
    ("Server", "wireserve"),
    ("Date", "Sat, 21 Nov 2026 12:00:00 GMT"),
    ("Cache-Control", "no-store"),
    ("ETag", "\"a1b2\""),
    ("Vary", "Accept-Encoding, Origin"),
    ("Last-Modified", "Fri, 20 Nov 2026 08:30:00 GMT"),
    ("X-Request-Id", "7c9e6679-7425-40de-944b-e07fc1f90ae7"),
    ("Content-Language", "en"),
    ("Accept-Ranges", "none"),
    ("X-Empty", ""),
];

const LINES: [&str; 6] = [
    "It is a truth universally acknowledged.\n",
    "<p>Call me Ishmael.</p>\r\n",
    "{\"a\": [1, 2, 3]}\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "0\r\n\r\n",
    "caf\u{e9}\n",
];

/// A valid response.
pub(super) fn response(random: &mut Random) -> Draft {
    let (code, reason) = random.pick_weighted(&CODES);
    let framing = match code {
        "204" | "304" => Framing::NoContent,
        _ => random.pick_weighted(&[
            (9, Framing::Length),
            (9, Framing::Chunked),
            (2, Framing::UntilClose),
        ]),
    };
    let content = match framing {
        Framing::NoContent => Vec::new(),
        _ => content(random),
    };
    let is_old = framing != Framing::Chunked && random.one_in(12);
    let mut fields = fields(random);
    if framing != Framing::NoContent {
        fields.push(FieldLine::new("Content-Type", "text/plain"));
    }
    let says_close = framing == Framing::UntilClose || is_old || random.one_in(6);
    if says_close && (!is_old || random.one_in(2)) {
        fields.push(FieldLine::new("Connection", "close"));
    }
    let body = match framing {
        Framing::NoContent => Body::Plain(Vec::new()),
        Framing::UntilClose => Body::Plain(content.clone()),
        Framing::Length => {
            fields.push(FieldLine::new("Content-Length", content.len().to_string()));
            Body::Plain(content.clone())
        }
        Framing::Chunked => {
            fields.push(FieldLine::new("Transfer-Encoding", "chunked"));
            let size = random.index(content.len().max(1)) + 1;
            // At most 64 chunks; `one-byte-chunks` makes more.
            Body::Chunked(Chunks::of(&content, size.max(content.len() / 64)))
        }
    };
    shuffle(&mut fields, random);
    let version: &[u8] = if is_old { b"HTTP/1.0" } else { b"HTTP/1.1" };
    Draft {
        interim: Vec::new(),
        status_line: StatusLine {
            before: Vec::new(),
            version: version.to_vec(),
            space: b" ".to_vec(),
            code: code.into(),
            gap: b" ".to_vec(),
            reason: reason.into(),
            end: b"\r\n".to_vec(),
        },
        fields,
        head_end: b"\r\n".to_vec(),
        framing,
        body,
        after: Vec::new(),
        delivery: Delivery {
            cut: None,
            splits: Vec::new(),
            end: match says_close {
                true => ConnectionEnd::Close,
                false => ConnectionEnd::KeepOpen,
            },
        },
        content,
    }
}

fn fields(random: &mut Random) -> Vec<FieldLine> {
    let mut fields: Vec<_> = FIELDS
        .iter()
        .map(|(name, value)| FieldLine::new(name, value))
        .collect();
    shuffle(&mut fields, random);
    let count = random.between(1, 5);
    // Below 6, so it fits.
    fields.truncate(count as usize);
    fields
}

fn content(random: &mut Random) -> Vec<u8> {
    match random.below(8) {
        0 => Vec::new(),
        1 => (0..random.between(1, 300))
            .map(|_| random.next() as u8)
            .collect(),
        2 => {
            let length = random.between(1024, MAX_CONTENT);
            (0..length).map(|at| b'a' + (at / 64 % 26) as u8).collect()
        }
        3 => vec![b'x'; random.between(1, 64) as usize],
        _ => {
            let lines = (0..random.between(1, 5)).map(|_| random.pick(&LINES));
            lines.collect::<String>().into_bytes()
        }
    }
}

fn shuffle<T>(items: &mut [T], random: &mut Random) {
    for at in (1..items.len()).rev() {
        items.swap(at, random.index(at + 1));
    }
}

//! A parser for responses: the length of a response, and its parts.
//!
//! It follows RFC 9112, section 6.3, leniently: field lines may end with a bare LF, and unknown lines are kept.
//! It shares no code with the server on purpose, so that a mistake there cannot hide here.

/// The extent of the first final response in a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// So many bytes, including the heads of interim responses.
    Whole(usize),
    /// All bytes until the connection ends.
    UntilClose,
    /// More bytes are needed.
    Unfinished,
}

/// One final response.
#[derive(Clone, Debug)]
pub struct Response {
    /// The heads of the interim responses before it, as received.
    pub interim: Vec<Vec<u8>>,
    /// The head as received, with the empty line.
    pub head: Vec<u8>,
    /// The status code.
    pub status: u16,
    /// The reason phrase.
    pub reason: Vec<u8>,
    /// The fields as received, in order, without whitespace around values.
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    /// The content, without transfer coding.
    pub body: Vec<u8>,
}

impl Response {
    /// The first final response in `bytes`, which must be complete.
    pub fn parse(bytes: &[u8], method: &str) -> Self {
        let mut interim = Vec::new();
        let mut rest = bytes;
        loop {
            let length = head_length(rest).expect("a whole head");
            let head = rest[..length].to_vec();
            let (status, reason) = status_line(&head);
            rest = &rest[length..];
            if is_interim(status) {
                interim.push(head);
                continue;
            }
            let headers = fields(&head);
            let body = match framing(&headers, status, method) {
                Framing::None => Vec::new(),
                Framing::Length(count) => rest[..count].to_vec(),
                Framing::Chunked => dechunk(rest).expect("a whole chunked body").1,
                Framing::UntilClose => rest.to_vec(),
            };
            return Self {
                interim,
                head,
                status,
                reason,
                headers,
                body,
            };
        }
    }

    /// The first value of a field. Names are case-insensitive.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        first(&self.headers, name)
    }

    /// All values of a field. Names are case-insensitive.
    pub fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value.as_slice())
    }

    /// The body as text; invalid UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The extent of the first final response in `bytes`, as the response to `method`.
pub fn extent(bytes: &[u8], method: &str) -> Extent {
    let mut start = 0;
    loop {
        let Some(length) = head_length(&bytes[start..]) else {
            return Extent::Unfinished;
        };
        let head = &bytes[start..start + length];
        start += length;
        let (status, _) = status_line(head);
        if is_interim(status) {
            continue;
        }
        return match framing(&fields(head), status, method) {
            Framing::None => Extent::Whole(start),
            Framing::Length(count) if bytes.len() - start >= count => Extent::Whole(start + count),
            Framing::Length(_) => Extent::Unfinished,
            Framing::Chunked => match dechunk(&bytes[start..]) {
                Some((length, _)) => Extent::Whole(start + length),
                None => Extent::Unfinished,
            },
            Framing::UntilClose => Extent::UntilClose,
        };
    }
}

/// The length of the head at the start of `bytes`, with its empty line; `None` if it is incomplete.
pub fn head_length(bytes: &[u8]) -> Option<usize> {
    let mut start = 0;
    loop {
        let end = start + bytes[start..].iter().position(|&byte| byte == b'\n')? + 1;
        if matches!(&bytes[start..end], b"\n" | b"\r\n") {
            return Some(end);
        }
        start = end;
    }
}

/// What determines the end of a body.
enum Framing {
    None,
    Length(usize),
    Chunked,
    UntilClose,
}

fn framing(headers: &[(Vec<u8>, Vec<u8>)], status: u16, method: &str) -> Framing {
    let value = |name| first(headers, name);
    if method == "HEAD" || matches!(status, 204 | 304) {
        return Framing::None;
    }
    let coding = value("transfer-encoding").unwrap_or_default();
    if coding.to_ascii_lowercase().ends_with(b"chunked") {
        return Framing::Chunked;
    }
    match value("content-length").and_then(|value| str::from_utf8(value).ok()?.parse().ok()) {
        Some(length) => Framing::Length(length),
        None => Framing::UntilClose,
    }
}

/// The first value of a field. Names are case-insensitive.
fn first<'a>(headers: &'a [(Vec<u8>, Vec<u8>)], name: &str) -> Option<&'a [u8]> {
    headers
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name.as_bytes()))
        .map(|(_, value)| value.as_slice())
}

/// 101 is final: the bytes after it belong to another protocol.
fn is_interim(status: u16) -> bool {
    (100..200).contains(&status) && status != 101
}

/// The code and the reason phrase of a status line; code 0 if it is malformed.
fn status_line(head: &[u8]) -> (u16, Vec<u8>) {
    let line = lines(head).next().unwrap_or_default();
    let mut words = line.splitn(3, |&byte| byte == b' ').skip(1);
    let code = words
        .next()
        .and_then(|code| str::from_utf8(code).ok()?.parse().ok());
    (code.unwrap_or(0), words.next().unwrap_or_default().to_vec())
}

/// The fields of a head. A line without a colon is kept as a name without a value.
fn fields(head: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    lines(head)
        .skip(1)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let colon = line
                .iter()
                .position(|&byte| byte == b':')
                .unwrap_or(line.len());
            let value = line.get(colon + 1..).unwrap_or_default();
            (line[..colon].to_vec(), value.trim_ascii().to_vec())
        })
        .collect()
}

/// Lines without their line ends.
fn lines(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    head.split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// The length of a chunked body on the wire, and its content; `None` if it is incomplete.
fn dechunk(bytes: &[u8]) -> Option<(usize, Vec<u8>)> {
    let mut content = Vec::new();
    let mut start = 0;
    loop {
        let end = start + bytes[start..].iter().position(|&byte| byte == b'\n')? + 1;
        let line = bytes[start..end].trim_ascii();
        let digits = line.split(|&byte| byte == b';').next()?.trim_ascii();
        let size = usize::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?;
        if size == 0 {
            // The trailer section follows, which ends like a head.
            return Some((end + head_length(&bytes[end..])?, content));
        }
        content.extend_from_slice(bytes.get(end..end + size)?);
        let after = &bytes[end + size..];
        start = end + size + after.iter().position(|&byte| byte == b'\n')? + 1;
    }
}

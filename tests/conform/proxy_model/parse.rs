//! The heads of requests and responses, read as strictly as the RFCs allow.

use super::Deviation;

/// Names and values of field lines.
pub type Fields = Vec<(String, Vec<u8>)>;

/// A request head that may be forwarded.
pub struct Request {
    pub method: String,
    pub target: String,
    pub is_old: bool,
    pub fields: Fields,
    pub body: Body,
}

/// A response head that may be forwarded.
pub struct Response {
    pub version: String,
    pub status: u16,
    pub reason: Vec<u8>,
    pub fields: Fields,
    pub body: Body,
}

/// How content ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    None,
    Length(u64),
    Chunked,
    Close,
    /// Both framings, which only a deviant accepts.
    Both(u64),
}

/// Reads a request head without its last empty line; the status code of an error otherwise.
pub fn request(head: &[u8], deviation: Deviation) -> Result<Request, u16> {
    let lines = lines(head).ok_or(400_u16)?;
    let (line, rest) = lines.split_first().ok_or(400_u16)?;
    let line = std::str::from_utf8(line).map_err(|_| 400_u16)?;
    let words: Vec<_> = line.split(' ').collect();
    let [method, target, version] = words.as_slice() else {
        return Err(400);
    };
    if !is_token(method) || target.is_empty() {
        return Err(400);
    }
    let minor = version.strip_prefix("HTTP/1.").ok_or(400_u16)?;
    let minor: u8 = minor.parse().map_err(|_| 400_u16)?;
    let fields = fields(rest, deviation).ok_or(400_u16)?;
    check_host(&fields, minor, deviation)?;
    let body = framing(&fields, deviation, Body::None)?;
    if body == Body::Chunked && minor == 0 {
        return Err(400);
    }
    Ok(Request {
        method: (*method).to_owned(),
        target: (*target).to_owned(),
        is_old: minor == 0,
        fields,
        body,
    })
}

/// Reads a response head to a request with this method.
pub fn response(head: &[u8], method: &str, deviation: Deviation) -> Option<Response> {
    let lines = lines(head)?;
    let (line, rest) = lines.split_first()?;
    let mut words = line.splitn(3, |&byte| byte == b' ');
    let version = std::str::from_utf8(words.next()?).ok()?;
    let status = std::str::from_utf8(words.next()?).ok()?;
    let reason = words.next().unwrap_or_default().to_vec();
    if !version.starts_with("HTTP/1.") || status.len() != 3 {
        return None;
    }
    let status: u16 = status.parse().ok()?;
    if !(100..600).contains(&status) {
        return None;
    }
    // Folds become a space, and white space before the colon disappears (RFC 9112 §5.1, §5.2).
    let mut unfolded: Vec<Vec<u8>> = Vec::new();
    for line in rest {
        match unfolded.last_mut() {
            Some(last) if line.starts_with(b" ") || line.starts_with(b"\t") => {
                last.push(b' ');
                last.extend_from_slice(line.trim_ascii());
            }
            _ => {
                let colon = line.iter().position(|&byte| byte == b':')?;
                let name = line[..colon].trim_ascii_end();
                unfolded.push([name, &line[colon..]].concat());
            }
        }
    }
    let fields = fields(&unfolded, Deviation::None)?;
    let has_none = method == "HEAD" || matches!(status, 100..=199 | 204 | 304);
    let body = match framing(&fields, deviation, Body::Close) {
        Ok(_) if has_none => Body::None,
        Ok(body) => body,
        Err(_) => return None,
    };
    let version = version.to_owned();
    Some(Response {
        version,
        status,
        reason,
        fields,
        body,
    })
}

/// The lines, without their ends. A single CR or LF is refused.
fn lines(head: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut lines = vec![Vec::new()];
    let mut bytes = head.iter().peekable();
    while let Some(&byte) = bytes.next() {
        match (byte, bytes.peek()) {
            (b'\r', Some(b'\n')) => {
                bytes.next();
                lines.push(Vec::new());
            }
            (b'\r' | b'\n', _) => return None,
            _ => lines.last_mut()?.push(byte),
        }
    }
    Some(lines)
}

fn fields(lines: &[Vec<u8>], deviation: Deviation) -> Option<Fields> {
    let mut fields = Fields::new();
    for line in lines {
        if deviation == Deviation::KeepsFold && line.starts_with(b" ") {
            let (_, value) = fields.last_mut()?;
            value.extend_from_slice(b"\r\n");
            value.extend_from_slice(line);
            continue;
        }
        let colon = line.iter().position(|&byte| byte == b':')?;
        let mut name = std::str::from_utf8(&line[..colon]).ok()?;
        if deviation == Deviation::TakesSpaceBeforeColon {
            name = name.trim_end();
        }
        let value = line[colon + 1..].trim_ascii();
        let is_valid = |byte: &u8| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7f);
        if !is_token(name) || !value.iter().all(is_valid) {
            return None;
        }
        fields.push((name.to_owned(), value.to_vec()));
    }
    Some(fields)
}

fn check_host(fields: &Fields, minor: u8, deviation: Deviation) -> Result<(), u16> {
    let hosts: Vec<_> = values(fields, "host").collect();
    let is_valid = |host: &[u8]| {
        let is_host =
            |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=%:[]".contains(byte);
        host.iter().all(is_host)
    };
    match hosts.as_slice() {
        [host] if is_valid(host) => Ok(()),
        [] if minor == 0 || deviation == Deviation::NeedsNoHost => Ok(()),
        _ => Err(400),
    }
}

fn framing(fields: &Fields, deviation: Deviation, without: Body) -> Result<Body, u16> {
    let codings: Vec<_> = values(fields, "transfer-encoding").collect();
    let lengths: Vec<_> = values(fields, "content-length").collect();
    let number = |value: &[u8]| -> Result<u64, u16> {
        let text = std::str::from_utf8(value).map_err(|_| 400_u16)?;
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_number).ok_or(400)
    };
    let is_request = without == Body::None;
    match (codings.as_slice(), lengths.as_slice()) {
        ([], []) => Ok(without),
        ([coding], lengths) if coding.eq_ignore_ascii_case(b"chunked") => match lengths {
            [] => Ok(Body::Chunked),
            // A recipient may use Transfer-Encoding alone (RFC 9112 §6.3).
            _ if !is_request || deviation == Deviation::KeepsAfterBoth => Ok(Body::Chunked),
            [length, ..] if deviation == Deviation::ForwardsBoth => number(length).map(Body::Both),
            _ => Err(400),
        },
        ([], [length]) => match number(length) {
            Err(_) if !is_request && deviation == Deviation::IgnoresBadLength => Ok(Body::Close),
            number => number.map(Body::Length),
        },
        ([], [first, ..]) if is_request && deviation == Deviation::FirstLengthWins => {
            number(first).map(Body::Length)
        }
        _ => Err(400),
    }
}

/// The values of a field.
pub fn values<'f>(fields: &'f Fields, name: &'f str) -> impl Iterator<Item = &'f [u8]> {
    let own = fields.iter();
    own.filter(move |(other, _)| other.eq_ignore_ascii_case(name))
        .map(|(_, value)| &**value)
}

/// The members of a list field, in lower case.
pub fn members(fields: &Fields, name: &str) -> Vec<String> {
    let values = values(fields, name).map(|value| String::from_utf8_lossy(value).into_owned());
    let joined = values.collect::<Vec<_>>().join(",");
    let members = joined
        .split(',')
        .map(|member| member.trim().to_ascii_lowercase());
    members.collect()
}

fn is_token(text: &str) -> bool {
    let is_tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_tchar)
}

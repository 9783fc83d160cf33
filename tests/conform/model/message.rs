//! Requests and responses of the model client, by the grammar of RFC 9112.

use std::time::Instant;

use super::Deviation;
use super::stream::Stream;

/// Why there is no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The connection was closed too early.
    Closed,
    /// The connection was reset.
    Reset,
    /// It took too long.
    Late,
    Invalid(&'static str),
}

/// The head of a response.
pub struct Head {
    pub status: u16,
    pub reason: String,
    /// The minor version.
    minor: u8,
    pub fields: Vec<(String, String)>,
}

/// How the content is delimited (RFC 9112 §6.3).
pub enum Framing {
    Nothing,
    Length(u64),
    Chunks,
    Close,
}

/// The most bytes of a field section.
pub const MAX_SECTION: usize = 512 * 1024;

/// Chunk extensions from this size on end the content of the client that deviates so.
pub const LONG_EXTENSION: usize = 4 * 1024;

/// Content and trailer fields.
type Body = (Vec<u8>, Vec<(String, String)>);

impl Head {
    pub fn read(
        stream: &mut Stream,
        deviation: Deviation,
        deadline: &impl Fn() -> Instant,
    ) -> Result<Self, Failure> {
        let line = stream.line(deadline)?;
        let invalid = Failure::Invalid("the status line");
        let after_name = line.strip_prefix(b"HTTP/1.").ok_or(invalid)?;
        let (minor, code, reason) = match after_name {
            [minor, b' ', code @ ..] if minor.is_ascii_digit() => {
                let (code, reason) = code.split_at_checked(3).ok_or(invalid)?;
                (
                    minor - b'0',
                    code,
                    reason.strip_prefix(b" ").ok_or(invalid)?,
                )
            }
            _ => return Err(invalid),
        };
        let is_valid = code.iter().all(u8::is_ascii_digit) && code[0] != b'0';
        let is_text = |byte: &u8| *byte >= b' ' && *byte != 0x7f || *byte == b'\t';
        if !is_valid || !reason.iter().all(is_text) {
            return Err(invalid);
        }
        let status = latin1(code).parse().map_err(|_| invalid)?;
        let fields = fields(stream, deviation, deadline)?;
        Ok(Self {
            status,
            reason: latin1(reason),
            minor,
            fields,
        })
    }

    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let found = self
            .fields
            .iter()
            .filter(move |(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim_matches([' ', '\t']))
    }

    fn tokens<'a>(&'a self, name: &'a str) -> impl Iterator<Item = String> {
        let members = self.values(name).flat_map(|value| value.split(','));
        let members = members.map(|member| member.trim().to_ascii_lowercase());
        members.filter(|member| !member.is_empty())
    }

    pub fn framing(&self, method: &str, deviation: Deviation) -> Result<Framing, Failure> {
        let waits = deviation == Deviation::WaitsForContent;
        if method == "HEAD" || matches!(self.status, 100..200 | 304) || self.status == 204 && !waits
        {
            return Ok(Framing::Nothing);
        }
        let codings: Vec<_> = self.tokens("transfer-encoding").collect();
        let lengths: Vec<_> = self.values("content-length").collect();
        if self.values("transfer-encoding").next().is_some() {
            // Both fields, or a coding that was not asked for: handled as an error (§6.1, §6.3).
            return match (&codings[..], lengths.is_empty()) {
                ([one], true) if one == "chunked" => Ok(Framing::Chunks),
                _ => Err(Failure::Invalid("Transfer-Encoding")),
            };
        }
        let Some(first) = lengths.first() else {
            return Ok(Framing::Close);
        };
        let is_one = lengths.len() == 1 || deviation == Deviation::FirstLengthWins;
        let is_number = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
        let length = first.parse().ok().filter(|_| is_one && is_number);
        length
            .map(Framing::Length)
            .ok_or(Failure::Invalid("Content-Length"))
    }

    /// Whether another request may follow, as far as the head says (§9.3).
    pub fn is_kept(&self, deviation: Deviation) -> bool {
        if deviation == Deviation::IgnoresClose {
            return true;
        }
        let options: Vec<_> = self.tokens("connection").collect();
        let has = |option: &str| options.iter().any(|own| own == option);
        !has("close") && (self.minor > 0 || has("keep-alive"))
    }
}

impl Framing {
    pub fn leaves_open(&self) -> bool {
        !matches!(self, Self::Close)
    }

    /// So many bytes of the content, if its first piece has as many.
    pub fn begin(
        &self,
        stream: &mut Stream,
        length: u64,
        deadline: &impl Fn() -> Instant,
    ) -> Result<Vec<u8>, Failure> {
        if matches!(self, Self::Chunks) {
            stream.line(deadline)?;
        }
        let read = stream.exactly(length, deadline);
        read.map_err(|(_, failure)| failure)
    }

    pub fn read(
        &self,
        stream: &mut Stream,
        deviation: Deviation,
        deadline: &impl Fn() -> Instant,
    ) -> Result<Body, Failure> {
        let takes_part =
            |failure| deviation == Deviation::TakesPartForWhole && failure != Failure::Late;
        match self {
            Self::Nothing => Ok(Body::default()),
            Self::Close => Ok((stream.rest(deadline)?, Vec::new())),
            Self::Length(length) => match stream.exactly(*length, deadline) {
                Ok(content) => Ok((content, Vec::new())),
                Err((part, failure)) if takes_part(failure) => Ok((part, Vec::new())),
                Err((_, failure)) => Err(failure),
            },
            Self::Chunks => {
                let mut content = Vec::new();
                loop {
                    let line = stream.line(deadline)?;
                    let size = chunk_size(&line)?;
                    if deviation == Deviation::CutsAtLimit && line.len() > LONG_EXTENSION {
                        return Ok((content, Vec::new()));
                    }
                    if size == 0 {
                        return Ok((content, fields(stream, deviation, deadline)?));
                    }
                    let data = stream.exactly(size, deadline);
                    content.extend(data.map_err(|(_, failure)| failure)?);
                    let end = stream
                        .exactly(2, deadline)
                        .map_err(|(_, failure)| failure)?;
                    if end != b"\r\n" {
                        return Err(Failure::Invalid("the end of a chunk"));
                    }
                }
            }
        }
    }
}

/// The size in a chunk's line; extensions are ignored if they are well-formed.
fn chunk_size(line: &[u8]) -> Result<u64, Failure> {
    let digits = line
        .iter()
        .take_while(|byte| byte.is_ascii_hexdigit())
        .count();
    let (size, extensions) = line.split_at(digits);
    let extensions = latin1(extensions);
    let is_extension = extensions.trim_start_matches([' ', '\t']).starts_with(';');
    let size = latin1(size);
    let significant = size.trim_start_matches('0');
    match u64::from_str_radix(significant, 16) {
        _ if size.is_empty() || !(extensions.is_empty() || is_extension) => {
            Err(Failure::Invalid("a chunk size"))
        }
        _ if significant.is_empty() => Ok(0),
        Ok(size) if significant.len() <= 16 => Ok(size),
        _ => Err(Failure::Invalid("a large chunk")),
    }
}

/// The lines of a field section, to its empty line.
fn fields(
    stream: &mut Stream,
    deviation: Deviation,
    deadline: &impl Fn() -> Instant,
) -> Result<Vec<(String, String)>, Failure> {
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut size = 0;
    loop {
        let line = stream.line(deadline)?;
        size += line.len();
        if size > MAX_SECTION {
            return Err(Failure::Invalid("a long field section"));
        }
        if line.is_empty() {
            for (_, value) in &mut fields {
                *value = match deviation {
                    Deviation::KeepsWhitespace => value.trim_start_matches([' ', '\t']).to_owned(),
                    _ => value.trim_matches([' ', '\t']).to_owned(),
                };
            }
            return Ok(fields);
        }
        if line.contains(&0) && deviation != Deviation::KeepsNul {
            return Err(Failure::Invalid("a NUL"));
        }
        if line[0] == b' ' || line[0] == b'\t' {
            let (_, value) = fields
                .last_mut()
                .ok_or(Failure::Invalid("a line without a field"))?;
            if deviation == Deviation::RefusesFolds {
                return Err(Failure::Invalid("a fold"));
            }
            value.truncate(value.trim_end_matches([' ', '\t']).len());
            value.push(' ');
            value.push_str(latin1(&line).trim_start_matches([' ', '\t']));
            continue;
        }
        let colon =
            memchr::memchr(b':', &line).ok_or(Failure::Invalid("a line without a colon"))?;
        let (name, value) = line.split_at(colon);
        if name.is_empty() || !name.iter().all(is_token_byte) {
            return Err(Failure::Invalid("a field name"));
        }
        fields.push((latin1(name), latin1(&value[1..])));
    }
}

fn is_token_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte)
}

pub fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

//! The frames between a host and its clients: requests and replies. Each is a byte that says what it is, and
//! byte strings with their lengths before them. Both ends are always of the same build.

use std::io::{self, Read, Write};

/// The most bytes of a byte string, above any limit of the stash.
const MAX_BYTES: u32 = 1 << 30;

/// What a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Operation {
    Put,
    Take,
    TryLock,
    Lock,
    Unlock,
    Push,
    Pop,
    Length,
    TaskDone,
    WaitUntilDone,
}

impl Operation {
    const ALL: [Self; 10] = [
        Self::Put,
        Self::Take,
        Self::TryLock,
        Self::Lock,
        Self::Unlock,
        Self::Push,
        Self::Pop,
        Self::Length,
        Self::TaskDone,
        Self::WaitUntilDone,
    ];

    pub(super) fn of(byte: u8) -> io::Result<Self> {
        let found = Self::ALL.into_iter().find(|one| *one as u8 == byte);
        found.ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}

/// What a host replies, besides a byte string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Reply {
    /// It is done; there was a value.
    Yes,
    /// It was not done; there was none.
    No,
    /// The store has no room.
    Full,
}

impl Reply {
    pub(super) fn of(byte: u8) -> io::Result<Self> {
        let found = [Self::Yes, Self::No, Self::Full].into_iter();
        let mut found = found.filter(|one| *one as u8 == byte);
        found
            .next()
            .ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}

/// Writes a frame in one piece.
pub(super) fn write(mut out: impl Write, kind: u8, parts: &[&[u8]]) -> io::Result<()> {
    let mut frame = vec![kind, u8::try_from(parts.len()).map_err(io::Error::other)?];
    for part in parts {
        let length = u32::try_from(part.len())
            .ok()
            .filter(|length| *length <= MAX_BYTES);
        let length = length.ok_or_else(|| io::Error::other("a value has more than 1 GiB"))?;
        frame.extend(length.to_le_bytes());
        frame.extend_from_slice(part);
    }
    out.write_all(&frame)
}

/// Reads a frame; `None` at the end.
pub(super) fn read(mut input: impl Read) -> io::Result<Option<(u8, Vec<Vec<u8>>)>> {
    // Unlike `read`, this goes on after an interruption.
    let mut head = Vec::with_capacity(2);
    input.by_ref().take(2).read_to_end(&mut head)?;
    let (kind, count) = match head[..] {
        [] => return Ok(None),
        [kind, count] => (kind, count),
        _ => return Err(io::ErrorKind::UnexpectedEof.into()),
    };
    let mut parts = Vec::new();
    for _ in 0..count {
        let mut length = [0; 4];
        input.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length);
        if length > MAX_BYTES {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut part = Vec::new();
        input.by_ref().take(length.into()).read_to_end(&mut part)?;
        if part.len() != length as usize {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        parts.push(part);
    }
    Ok(Some((kind, parts)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_cut_and_with_more_behind() {
        let mut frame = Vec::new();
        write(&mut frame, 7, &[b"", b"abc"]).unwrap();
        let expected = (7, vec![Vec::new(), b"abc".to_vec()]);
        assert_eq!(read(&frame[..]).unwrap(), Some(expected.clone()));
        let twice = [&frame[..], &frame].concat();
        let mut input = &twice[..];
        for _ in 0..2 {
            assert_eq!(read(&mut input).unwrap(), Some(expected.clone()));
        }
        assert_eq!(read(&mut input).unwrap(), None);
        for end in 1..frame.len() {
            assert!(read(&frame[..end]).is_err(), "{end}");
        }
        assert!(read(&b"\x07\x01\xff\xff\xff\xff"[..]).is_err());
    }

    #[test]
    fn every_operation_has_its_byte() {
        for operation in Operation::ALL {
            assert_eq!(Operation::of(operation as u8).unwrap(), operation);
        }
        assert!(Operation::of(99).is_err());
        assert!(Reply::of(99).is_err());
    }
}

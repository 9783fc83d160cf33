//! What a supervisor and a worker tell each other: lines of JSON, the first of which comes with descriptors.

use std::io::{self, IoSlice, IoSliceMut, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use serde::{Deserialize, Serialize};

use crate::server::opening::Sockets;

/// The most sockets of a server with workers; Linux passes up to 253 descriptors at once.
pub(super) const MAX_SOCKETS: usize = 250;

/// A line between a supervisor and a worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Message {
    /// The worker listens.
    Ready,
    /// An event is set.
    Set(String),
    /// An event is cleared.
    Clear(String),
    /// The worker has done what the supervisor has asked for, in order. To the worker that has asked for a change
    /// first: all workers have.
    Done,
}

impl Message {
    /// Sends the line. The other end may be gone.
    pub(super) fn send(&self, mut channel: &UnixStream) -> io::Result<()> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        channel.write_all(&line)
    }

    pub(super) fn parse(line: &str) -> io::Result<Self> {
        Ok(serde_json::from_str(line)?)
    }
}

/// What a worker needs from its supervisor.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) sockets: Sockets,
    /// The Unix socket of the host of the stash.
    pub(super) stash: PathBuf,
}

/// The same on the line.
#[derive(Serialize, Deserialize)]
struct StartLine {
    listeners: usize,
    stash: PathBuf,
}

impl Start {
    /// Sends it, with the descriptors.
    pub(super) fn send(&self, channel: &UnixStream) -> io::Result<()> {
        let Sockets {
            listeners,
            reserved,
        } = &self.sockets;
        let line = StartLine {
            listeners: listeners.len(),
            stash: self.stash.clone(),
        };
        let mut line = serde_json::to_vec(&line)?;
        line.push(b'\n');
        let descriptors: Vec<BorrowedFd<'_>> = listeners
            .iter()
            .chain(reserved)
            .map(|socket| socket.as_fd())
            .collect();
        let mut space = vec![MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_SOCKETS))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        if !descriptors.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(&descriptors))
        {
            return Err(io::Error::other(format!(
                "expected at most {MAX_SOCKETS} listeners with workers, found {}",
                descriptors.len()
            )));
        }
        let flags = SendFlags::NOSIGNAL;
        let sent = sendmsg(channel, &[IoSlice::new(&line)], &mut ancillary, flags)?;
        match sent == line.len() {
            true => Ok(()),
            false => Err(io::ErrorKind::WriteZero.into()),
        }
    }

    /// Receives it, before anything else is read.
    pub(super) fn receive(channel: &UnixStream) -> io::Result<Self> {
        let mut bytes = [0; 8 * 1024];
        let mut space = vec![MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_SOCKETS))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let mut descriptors = Vec::<OwnedFd>::new();
        let mut line = Vec::new();
        // The supervisor says nothing more until the worker is ready.
        while !line.ends_with(b"\n") {
            let parts = &mut [IoSliceMut::new(&mut bytes)];
            let received = recvmsg(channel, parts, &mut ancillary, RecvFlags::CMSG_CLOEXEC)?;
            for message in ancillary.drain() {
                if let RecvAncillaryMessage::ScmRights(sockets) = message {
                    descriptors.extend(sockets);
                }
            }
            if received.bytes == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            line.extend_from_slice(&bytes[..received.bytes]);
        }
        let StartLine { listeners, stash } = serde_json::from_slice(&line)?;
        let reserved = descriptors.split_off(listeners.min(descriptors.len()));
        Ok(Self {
            sockets: Sockets {
                listeners: descriptors.into(),
                reserved: reserved.into(),
            },
            stash,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn sockets_arrive_in_order() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let sockets: Vec<_> = (0..3)
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let ports: Vec<_> = sockets
            .iter()
            .map(|socket| socket.local_addr().unwrap())
            .collect();
        let mut listeners = sockets.into_iter().map(OwnedFd::from);
        let reserved = listeners.next_back().into_iter().collect();
        let start = Start {
            sockets: Sockets {
                listeners: listeners.collect(),
                reserved,
            },
            stash: PathBuf::from("/run/stash"),
        };
        start.send(&ours).unwrap();
        let received = Start::receive(&theirs).unwrap();
        assert_eq!(received.stash, start.stash);
        let Sockets {
            listeners,
            reserved,
        } = received.sockets;
        assert_eq!((listeners.len(), reserved.len()), (2, 1));
        let all = listeners.into_iter().chain(reserved);
        let all = all.map(|socket| TcpListener::from(socket).local_addr().unwrap());
        assert_eq!(all.collect::<Vec<_>>(), ports);
        drop(ours);
        assert!(Start::receive(&theirs).is_err());
    }

    #[test]
    fn lines() {
        for (message, line) in [
            (Message::Ready, "\"ready\""),
            (
                Message::Set("a \"b\"\n".to_owned()),
                r#"{"set":"a \"b\"\n"}"#,
            ),
            (Message::Clear(String::new()), r#"{"clear":""}"#),
            (Message::Done, "\"done\""),
        ] {
            assert_eq!(serde_json::to_string(&message).unwrap(), line);
            assert_eq!(Message::parse(line).unwrap(), message);
        }
        assert!(Message::parse("").is_err());
    }
}

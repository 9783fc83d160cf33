//! The socket between the command and a process that it has started from itself: that process's standard input.

use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;

/// Takes the channel to the parent process, and leaves an empty standard input to scripts.
pub(super) fn to_parent() -> io::Result<UnixStream> {
    let channel = io::stdin().as_fd().try_clone_to_owned()?;
    rustix::stdio::dup2_stdin(&File::open("/dev/null")?)?;
    Ok(UnixStream::from(channel))
}

//! The supervisor of workers.

use std::collections::{BTreeSet, VecDeque};
use std::ffi::OsString;
use std::io::{self, BufRead as _, BufReader};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use rustix_futex_sync::Mutex;
use tempfile::TempDir;

use crate::server::Server;
use crate::stash::hosted::Host;

use super::super::again;
use super::super::error::CommandError;
use super::message::{Message, Start};

/// A worker that ends sooner than this after its start is replaced after this time, so that one that cannot run does
/// not use up a processor.
const SOON: Duration = Duration::from_secs(1);

/// How long workers may take to end by themselves: longer than a server's own limit for stopping.
const END_WITHIN: Duration = Duration::from_secs(3);

/// Starts workers.
pub(crate) struct Supervisor {
    /// The options of the command, as they were given.
    pub(crate) arguments: Vec<OsString>,
    /// The folder that they are relative to.
    pub(crate) folder: PathBuf,
    /// How many there are.
    pub(crate) workers: usize,
    /// Bytes of the values in the stash.
    pub(crate) stash_limit: usize,
}

/// Workers that run.
pub(crate) struct Workers {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

/// What the threads that watch over one worker each share.
struct Shared {
    server: Server,
    supervisor: Supervisor,
    state: Mutex<State>,
    /// With the Unix socket of the stash.
    folder: TempDir,
}

#[derive(Default)]
struct State {
    /// The channels to the workers that are ready, by their numbers.
    channels: Vec<Option<UnixStream>>,
    /// The events that are set.
    events: BTreeSet<String>,
    /// Changes of events that not all workers have made, the oldest first.
    changes: VecDeque<Change>,
    /// No worker is started anymore.
    is_stopping: bool,
}

/// A change of an event that workers make.
struct Change {
    /// The worker that has asked for it, if it is to be told.
    asked_by: Option<usize>,
    /// Those that have not made it.
    missing: BTreeSet<usize>,
}

/// How the first start of a worker went.
enum Started {
    Ready,
    Failed(String),
}

impl Supervisor {
    /// Starts the workers of a server that listens and accepts nothing, and waits until all are ready.
    pub(crate) fn start(self, server: Server) -> Result<Workers, CommandError> {
        let folder = tempfile::tempdir().map_err(CommandError::WorkerChannel)?;
        let stash = UnixListener::bind(stash_path(&folder)).map_err(CommandError::WorkerChannel)?;
        let host = Host::new(self.stash_limit);
        thread::spawn(move || host.serve(&stash));
        let count = self.workers;
        let shared = Arc::new(Shared {
            server,
            supervisor: self,
            state: Mutex::new(State {
                channels: (0..count).map(|_| None).collect(),
                ..State::default()
            }),
            folder,
        });
        let (started, starts) = mpsc::channel();
        let threads = (0..count).map(|number| {
            let (shared, started) = (Arc::clone(&shared), started.clone());
            thread::spawn(move || shared.watch_over(number, &started))
        });
        let workers = Workers {
            threads: threads.collect(),
            shared,
        };
        drop(started);
        for _ in 0..count {
            match starts.recv() {
                Ok(Started::Ready) => {}
                Ok(Started::Failed(reason)) => {
                    workers.stop();
                    return Err(CommandError::Worker(reason));
                }
                Err(_) => return Err(CommandError::Worker("its thread has ended".to_owned())),
            }
        }
        Ok(workers)
    }

    /// Starts a worker with the other end of the channel as its standard input.
    fn spawn(&self, of_worker: UnixStream) -> io::Result<Child> {
        let mut command = again::command();
        command
            .arg(".worker")
            .arg("--")
            .args(&self.arguments)
            .current_dir(&self.folder)
            .stdin(Stdio::from(OwnedFd::from(of_worker)))
            // Ctrl-C is for the supervisor, which lets the workers finish.
            .process_group(0);
        command.spawn()
    }
}

fn stash_path(folder: &TempDir) -> PathBuf {
    folder.path().join("stash")
}

impl Shared {
    /// Runs a worker, and others in its place, until the server stops.
    fn watch_over(&self, number: usize, started: &Sender<Started>) {
        let mut is_first = true;
        loop {
            let begun = Instant::now();
            let mut was_ready = false;
            let ended = self.run(number, || {
                was_ready = true;
                if is_first {
                    let _ = started.send(Started::Ready);
                }
            });
            let ended = match ended {
                Ok((process, status)) => format!("process {process}: {status}"),
                Err(error) => error.to_string(),
            };
            if self.state.lock().is_stopping {
                return;
            }
            if is_first && !was_ready {
                let _ = started.send(Started::Failed(ended));
                return;
            }
            is_first = false;
            log::error!(
                "worker {} has ended ({ended}); another one takes its place",
                number + 1
            );
            if begun.elapsed() < SOON {
                thread::sleep(SOON);
            }
        }
    }

    /// Runs one worker to its end.
    fn run(&self, number: usize, ready: impl FnOnce()) -> io::Result<(u32, ExitStatus)> {
        let (channel, of_worker) = UnixStream::pair()?;
        let start = Start {
            sockets: self.server.sockets()?,
            stash: stash_path(&self.folder),
        };
        start.send(&channel)?;
        let mut child = self.supervisor.spawn(of_worker)?;
        drop(start);
        close_at_the_end_of(child.id(), &channel)?;
        let mut ready = Some(ready);
        for line in BufReader::new(&channel).lines().map_while(Result::ok) {
            match Message::parse(&line)? {
                Message::Ready => {
                    self.admit(number, channel.try_clone()?)?;
                    if let Some(ready) = ready.take() {
                        ready();
                    }
                }
                Message::Done => self.state.lock().made_by(number),
                change => self.state.lock().pass_on(number, &change),
            }
        }
        self.state.lock().forget(number);
        Ok((child.id(), end(&mut child)?))
    }

    /// Tells a worker the events so far, and from now on.
    fn admit(&self, number: usize, channel: UnixStream) -> io::Result<()> {
        let mut state = self.state.lock();
        let State {
            events, changes, ..
        } = &mut *state;
        for event in &*events {
            Message::Set(event.clone()).send(&channel)?;
            changes.push_back(Change {
                asked_by: None,
                missing: [number].into(),
            });
        }
        if state.is_stopping {
            channel.shutdown(Shutdown::Both)?;
        }
        state.channels[number] = Some(channel);
        Ok(())
    }
}

impl State {
    /// Lets all workers make a change, in the same order as any other, so that they agree in the end.
    fn pass_on(&mut self, from: usize, change: &Message) {
        match change {
            Message::Set(name) => self.events.insert(name.clone()),
            Message::Clear(name) => self.events.remove(name),
            Message::Ready | Message::Done => return,
        };
        let mut missing = BTreeSet::new();
        for (number, channel) in self.channels.iter().enumerate() {
            if let Some(channel) = channel
                && change.send(channel).is_ok()
            {
                missing.insert(number);
            }
        }
        self.changes.push_back(Change {
            asked_by: Some(from),
            missing,
        });
        self.conclude();
    }

    /// A worker has made its oldest change.
    fn made_by(&mut self, number: usize) {
        let mut changes = self.changes.iter_mut();
        if let Some(change) = changes.find(|change| change.missing.contains(&number)) {
            change.missing.remove(&number);
        }
        self.conclude();
    }

    /// A worker has ended: it makes no change, and is told of none.
    fn forget(&mut self, number: usize) {
        self.channels[number] = None;
        for change in &mut self.changes {
            change.missing.remove(&number);
            change.asked_by.take_if(|asking| *asking == number);
        }
        self.conclude();
    }

    /// Tells the workers that have asked for them of changes that all have made, in order.
    fn conclude(&mut self) {
        while self
            .changes
            .front()
            .is_some_and(|change| change.missing.is_empty())
        {
            let asked_by = self.changes.pop_front().and_then(|change| change.asked_by);
            if let Some(Some(channel)) = asked_by.map(|number| &self.channels[number]) {
                // One that has ended waits for nothing.
                let _ = Message::Done.send(channel);
            }
        }
    }
}

/// Closes the channel to a worker when its process ends. A child that a handler has forked may keep the other end open.
fn close_at_the_end_of(process: u32, channel: &UnixStream) -> io::Result<()> {
    let channel = channel.try_clone()?;
    let Some(process) = i32::try_from(process).ok().and_then(Pid::from_raw) else {
        return Ok(());
    };
    thread::Builder::new().spawn(move || {
        // It stays a zombie until `end`, so that its number belongs to no other process.
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(waitid(WaitId::Pid(process), options), Err(Errno::INTR)) {}
        // It may be closed.
        let _ = channel.shutdown(Shutdown::Both);
    })?;
    Ok(())
}

/// Waits for the end of a worker, which is near, and ends one that hangs.
fn end(child: &mut Child) -> io::Result<ExitStatus> {
    let deadline = Instant::now() + END_WITHIN;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        thread::sleep(Duration::from_millis(5));
    }
    child.kill()?;
    child.wait()
}

impl Workers {
    /// The server whose sockets they share.
    pub(crate) fn server(&self) -> &Server {
        &self.shared.server
    }

    /// Lets them finish, and waits for their end.
    pub(crate) fn stop(self) {
        let mut state = self.shared.state.lock();
        state.is_stopping = true;
        for channel in state.channels.iter().flatten() {
            // The worker sees the end of its input.
            let _ = channel.shutdown(Shutdown::Both);
        }
        drop(state);
        self.shared.server.end_sharing();
        for thread in self.threads {
            // One that starts a worker at this moment ends it when it is ready.
            let _ = thread.join();
        }
    }
}

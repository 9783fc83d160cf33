//! A server that runs until a signal comes: it says where it listens, and stops gently, or at once.

use std::io::{self, Write as _};
use std::process::{self, ExitCode};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::log_output;
use crate::server::Server;

/// How long stopping may take altogether. Beyond it the process ends without the threads that hang.
const STOP_LIMIT: Duration = Duration::from_secs(4);

/// Serves until a signal comes. `listening` is called once the addresses have been said.
pub(super) fn serve(server: Server, listening: impl FnOnce()) -> ExitCode {
    let mut signals = match Signals::new([SIGINT, SIGTERM]) {
        Ok(signals) => signals,
        Err(error) => {
            eprintln!("wireserve: cannot wait for signals: {error}");
            return ExitCode::from(2);
        }
    };
    announce(&server);
    listening();
    let mut signals = signals.forever();
    signals.next();
    // The process exits rather than returns: a handler that loops for ever keeps its thread. Without a
    // thread to stop gently on, it exits at once.
    let stopping = in_background(move || {
        server.stop();
        flush_output();
        process::exit(0);
    });
    let limiting = in_background(|| {
        thread::sleep(STOP_LIMIT);
        process::exit(0);
    });
    if stopping.and(limiting).is_err() {
        process::exit(0);
    }
    signals.next();
    process::exit(0)
}

fn in_background(job: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().spawn(job).map(drop)
}

fn announce(server: &Server) {
    let mut out = io::stdout().lock();
    for address in server.addresses() {
        // Nobody may be listening to us; the server works all the same.
        let _ = writeln!(out, "wireserve listening on http://{address}/");
    }
    let _ = out.flush();
}

fn flush_output() {
    #[cfg(feature = "python")]
    crate::python::flush_output();
    let _ = io::stdout().flush();
    log_output::flush();
}

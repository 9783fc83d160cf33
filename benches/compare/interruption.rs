//! Signals that end the bench. It checks for them between measurements, so that all servers are stopped and all
//! folders removed. A second signal ends the bench at once, and the kernel then ends its servers.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use super::Complaint;

pub(crate) struct Interruption(Arc<AtomicBool>);

impl Interruption {
    /// Registers the signals.
    pub(crate) fn notice() -> io::Result<Self> {
        let interrupted = Arc::new(AtomicBool::new(false));
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            // The order matters: the first signal must find the flag unset.
            flag::register_conditional_shutdown(signal, 2, interrupted.clone())?;
            flag::register(signal, interrupted.clone())?;
        }
        Ok(Self(interrupted))
    }

    pub(crate) fn complain(&self) -> Result<(), Complaint> {
        if self.0.load(Ordering::SeqCst) {
            return Err("interrupted".to_owned());
        }
        Ok(())
    }
}

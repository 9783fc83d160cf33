//! Whether somebody wants the bench to end. It looks between measurements, so that all servers are
//! stopped and all folders removed; a second signal ends it at once, and the kernel its servers.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use super::Complaint;

pub(crate) struct Interruption(Arc<AtomicBool>);

impl Interruption {
    /// From now on signals are noticed.
    pub(crate) fn notice() -> io::Result<Self> {
        let interrupted = Arc::new(AtomicBool::new(false));
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            // In this order: the first signal finds the flag still unset.
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

//! The certificate of a server that runs for long: it is made again in the second half of its validity, like at a
//! start, so that no client meets an expired one. Its key stays the same.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::{Pair, Store, Subjects};

/// How long to wait after a failure. Half of the validity is left at the first one.
const AGAIN_AFTER: Duration = Duration::from_secs(60 * 60);

/// The certificate of a store, as it is at the time of each handshake.
///
/// ```
/// # use std::time::SystemTime;
/// use wireserve::tls::Tls;
/// use wireserve::tls::certificates::{Renewed, Store, Subjects};
///
/// let folder = tempfile::tempdir()?;
/// let (store, subjects) = (Store::in_folder(folder.path()), Subjects::new(["web.test"]));
/// let stored = store.open(&subjects, SystemTime::now())?;
/// let tls = Tls::with_certificates(Renewed::resolver(&store, &subjects, &stored.pair));
/// let server = wireserve::Server::builder().tls(tls).start()?;
/// assert!(server.tls_address().is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Renewed {
    store: Store,
    subjects: Subjects,
    current: Mutex<Current>,
}

struct Current {
    certified: Arc<CertifiedKey>,
    /// When the store is opened again.
    due: SystemTime,
}

impl Renewed {
    /// What chooses this certificate of the store, and later ones, for every client.
    ///
    /// See the example of [`Renewed`].
    pub fn resolver(
        store: &Store,
        subjects: &Subjects,
        pair: &Pair,
    ) -> Arc<dyn ResolvesServerCert> {
        Arc::new(Self::new(store, subjects, pair))
    }

    fn new(store: &Store, subjects: &Subjects, pair: &Pair) -> Self {
        Self {
            current: Mutex::new(Current {
                certified: Arc::clone(pair.certified()),
                due: store.renewal_of(pair),
            }),
            store: store.clone(),
            subjects: subjects.clone(),
        }
    }

    /// The certificate at this time. Handshakes that begin while it is made wait for it, for milliseconds.
    fn at(&self, now: SystemTime) -> Arc<CertifiedKey> {
        let current = self.current.lock();
        let mut current = current.unwrap_or_else(PoisonError::into_inner);
        if now >= current.due {
            match self.store.open(&self.subjects, now) {
                Ok(stored) => {
                    log::info!("the certificate of HTTPS was renewed");
                    current.certified = Arc::clone(stored.pair.certified());
                    current.due = self.store.renewal_of(&stored.pair);
                }
                Err(error) => {
                    log::warn!("cannot renew the certificate of HTTPS: {error}");
                    current.due = now + AGAIN_AFTER;
                }
            }
        }
        Arc::clone(&current.certified)
    }
}

impl ResolvesServerCert for Renewed {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.at(SystemTime::now()))
    }
}

impl fmt::Debug for Renewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewed").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::tls::certificates::authority::DAY;

    #[test]
    fn a_certificate_does_not_expire() {
        let folder = tempfile::tempdir().unwrap();
        let now = SystemTime::UNIX_EPOCH + 20_000 * DAY;
        let subjects = Subjects::new(["a.test"]);
        let store = Store::in_folder(folder.path().join("certificates"));
        let stored = store.open(&subjects, now).unwrap();
        let renewed = Renewed::new(&store, &subjects, &stored.pair);
        let first = renewed.at(now);
        assert!(Arc::ptr_eq(&first, &renewed.at(now + 14 * DAY)));
        let second = renewed.at(now + 16 * DAY);
        assert_ne!(first.cert, second.cert);
        assert!(Arc::ptr_eq(&second, &renewed.at(now + 20 * DAY)));

        // Without its folder, the certificate stays as it is, and a later attempt succeeds.
        let later = now + 40 * DAY;
        fs::remove_dir_all(folder.path().join("certificates")).unwrap();
        fs::write(folder.path().join("certificates"), "").unwrap();
        assert!(Arc::ptr_eq(&second, &renewed.at(later)));
        fs::remove_file(folder.path().join("certificates")).unwrap();
        assert!(Arc::ptr_eq(&second, &renewed.at(later)));
        let third = renewed.at(later + AGAIN_AFTER);
        assert_ne!(second.cert, third.cert);
    }
}

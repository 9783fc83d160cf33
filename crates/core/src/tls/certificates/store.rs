//! A folder with a root and a server's certificate, which are made when they are missing and kept
//! while they are good.
//!
//! The files have the names that WPT's own generator gives them: `cacert.pem` and `cacert.key` for
//! the root, `HOST.pem` and `HOST.key` for the server, where HOST is the main host. Keys are readable
//! by their owner alone.
//!
//! Processes that start at the same time take turns (`folder.rs`), so that all of them get the same certificates. If a
//! process ends between two files, they do not belong together, and the next process makes new ones.
//!
//! The root outlives many certificates of the server, since a person may have told a browser to
//! trust it. The server's key is kept as long as the root is, since a browser may have been told to
//! trust the key.
//!
//! See the example of [`Store`].

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use rcgen::KeyPair;
use rustls::pki_types::CertificateDer;

use super::authority::{self, Authority, DAY, Validity, new_key};
use super::folder::{Folder, Secrecy};
use super::store_error::StoreError;
use super::{Pair, Subjects, pair, pem};
use crate::tls::CertificateFiles;

/// How long a server's certificate is valid by default; as long as that of WPT's own generator.
///
/// See the example of [`Store`].
pub const DURATION: Duration = Duration::from_secs(30 * DAY.as_secs());

/// How long a root is valid, unless the server's certificate is valid longer. A person who has told
/// a browser to trust it has to do so again afterwards.
const ROOT_DURATION: Duration = Duration::from_secs(2 * 365 * DAY.as_secs());

/// A folder for certificates, and how to make them.
///
/// ```
/// use std::time::SystemTime;
///
/// use wireserve::tls::certificates::store::{DURATION, Store};
/// use wireserve::tls::certificates::{Stored, Subjects};
///
/// let folder = tempfile::tempdir()?;
/// let (subjects, now) = (Subjects::new(["web.test"]), SystemTime::now());
/// let store = Store::in_folder(folder.path()).duration(DURATION / 2);
/// let first: Stored = store.open(&subjects, now)?;
/// assert!(first.pair.is_accepted(&first.root, &subjects, now));
/// assert_eq!(store.open(&subjects, now)?.root, first.root);
/// assert_ne!(store.anew(true).open(&subjects, now)?.root, first.root);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    folder: Folder,
    /// How long the server's certificate is valid.
    duration: Duration,
    /// Whether to make new ones even if there are good ones.
    anew: bool,
}

/// A server's certificate and its root, and where they are.
///
/// See the example of [`Store`].
#[derive(Debug)]
pub struct Stored {
    /// The server's certificate.
    pub pair: Pair,
    /// The root that clients have to trust.
    pub root: CertificateDer<'static>,
    /// The root with its key, to issue more certificates; none if its key cannot be read.
    pub authority: Option<Authority>,
    /// Their files; none for certificates that exist in memory only.
    pub files: Option<CertificateFiles>,
}

impl Store {
    /// The store of these subjects in the user's cache folder: `$XDG_CACHE_HOME`, or else
    /// `$HOME/.cache`. The variables are read by `environment`.
    ///
    /// ```
    /// use wireserve::tls::certificates::{Store, StoreError, Subjects};
    ///
    /// let subjects = Subjects::new(["web.test"]);
    /// let home = tempfile::tempdir()?;
    /// let environment = |name: &str| (name == "HOME").then(|| home.path().to_owned());
    /// let stored = Store::in_cache(&subjects, environment)?.open(&subjects, std::time::SystemTime::now())?;
    /// assert!(stored.files.is_some_and(|files| files.key.starts_with(home.path())));
    /// let nowhere = Store::in_cache(&subjects, |_| None);
    /// assert!(matches!(nowhere, Err(StoreError::NoCacheFolder)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When there is no cache folder.
    pub fn in_cache(
        subjects: &Subjects,
        environment: impl Fn(&str) -> Option<PathBuf>,
    ) -> Result<Self, StoreError> {
        let absolute = |name| environment(name).filter(|path| path.is_absolute());
        let cache = absolute("XDG_CACHE_HOME")
            .or_else(|| Some(absolute("HOME")?.join(".cache")))
            .ok_or(StoreError::NoCacheFolder)?;
        let folder = cache.join("wireserve/certificates");
        Ok(Self {
            folder: Folder {
                path: folder.join(subjects.folder_name()),
                is_private: true,
            },
            duration: DURATION,
            anew: false,
        })
    }

    /// A store in this folder, which may be shared with other users.
    ///
    /// See the example of [`Store`].
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: Folder {
                path: folder.into(),
                is_private: false,
            },
            duration: DURATION,
            anew: false,
        }
    }

    /// Sets how long the server's certificate is valid.
    ///
    /// See the example of [`Store`].
    #[must_use]
    pub fn duration(mut self, duration: Duration) -> Self {
        self.duration = duration;
        self
    }

    /// Makes a new root and a new certificate, even if there are good ones.
    ///
    /// See the example of [`Store`].
    #[must_use]
    pub fn anew(mut self, anew: bool) -> Self {
        self.anew = anew;
        self
    }

    /// The certificates for these subjects, valid at `now`: those of the folder, if they are good
    /// for at least half as long as new ones and for all subjects, or else new ones.
    ///
    /// See the example of [`Store`].
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn open(&self, subjects: &Subjects, now: SystemTime) -> Result<Stored, StoreError> {
        self.folder.prepare()?;
        let _lock = self.folder.lock()?;
        let files = self.files(subjects);
        if !self.anew
            && let Some(stored) = self.found(&files, subjects, now)
        {
            return Ok(stored);
        }
        if !self.anew
            && let Some(root) = self.existing_root()
            && [now, now + self.duration]
                .iter()
                .all(|&at| is_valid(root.certificate(), at))
        {
            let key = fs::read_to_string(&files.key).ok();
            let key = key.and_then(|key| KeyPair::from_pem(&key).ok());
            let key = key.map_or_else(new_key, Ok)?;
            let made = issue(&root, &key, subjects, self.validity(now), now);
            if let Ok(pair) = made {
                self.write_pair(&files, &pair, &key)?;
                return Ok(stored(pair, root, files));
            }
        }
        let root = Authority::root(subjects, self.root_validity(now))?;
        let key = new_key()?;
        let pair = issue(&root, &key, subjects, self.validity(now), now)?;
        self.folder
            .write(&self.root_key(), &root.key_pem(), Secrecy::Secret)?;
        let certificate = pem(&[root.certificate().clone()]);
        self.folder
            .write(&self.root_certificate(), &certificate, Secrecy::Public)?;
        self.write_pair(&files, &pair, &key)?;
        Ok(stored(pair, root, files))
    }

    /// When a certificate of this store will be replaced by [`Store::open`].
    pub(super) fn renewal_of(&self, pair: &Pair) -> SystemTime {
        match pair.validity() {
            // By a second, since the last second of the validity belongs to it.
            Some(validity) => validity.until - self.duration / 2 + Duration::from_secs(1),
            None => SystemTime::UNIX_EPOCH,
        }
    }

    fn files(&self, subjects: &Subjects) -> CertificateFiles {
        let host = subjects.main_host();
        CertificateFiles {
            key: self.folder.path.join(format!("{host}.key")),
            certificate: self.folder.path.join(format!("{host}.pem")),
            ca: Some(self.root_certificate()),
        }
    }

    fn root_certificate(&self) -> PathBuf {
        self.folder.path.join("cacert.pem")
    }

    fn root_key(&self) -> PathBuf {
        self.folder.path.join("cacert.key")
    }

    fn validity(&self, now: SystemTime) -> Validity {
        Validity::around(now, self.duration)
    }

    fn root_validity(&self, now: SystemTime) -> Validity {
        Validity::around(now, self.duration.max(ROOT_DURATION))
    }

    /// Certificates of the folder that need not be replaced.
    fn found(
        &self,
        files: &CertificateFiles,
        subjects: &Subjects,
        now: SystemTime,
    ) -> Option<Stored> {
        let pair = Pair::read(&files.certificate, &files.key).ok()?;
        let root = pair::read_chain(&self.root_certificate())
            .ok()?
            .swap_remove(0);
        let later = now + self.duration / 2;
        let is_good = [now, later]
            .into_iter()
            .all(|at| pair.is_accepted(&root, subjects, at) && is_valid(&root, at));
        is_good.then(|| Stored {
            pair,
            root,
            authority: self.existing_root(),
            files: Some(files.clone()),
        })
    }

    /// The folder's root with its key.
    fn existing_root(&self) -> Option<Authority> {
        let certificate = pair::read_chain(&self.root_certificate())
            .ok()?
            .swap_remove(0);
        let key = fs::read_to_string(self.root_key()).ok()?;
        let key = KeyPair::from_pem(&key).ok()?;
        Authority::existing(certificate, key).ok()
    }

    fn write_pair(
        &self,
        files: &CertificateFiles,
        pair: &Pair,
        key: &KeyPair,
    ) -> Result<(), StoreError> {
        self.folder
            .write(&files.key, &key.serialize_pem(), Secrecy::Secret)?;
        let chain = pem(&pair.certified().cert);
        self.folder
            .write(&files.certificate, &chain, Secrecy::Public)
    }
}

impl Stored {
    /// New certificates that are kept nowhere.
    ///
    /// See the example of [`Tls`](crate::tls::Tls).
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn in_memory(subjects: &Subjects, now: SystemTime) -> Result<Self, StoreError> {
        let validity = Validity::around(now, DURATION);
        let root = Authority::root(subjects, validity)?;
        let pair = issue(&root, &new_key()?, subjects, validity, now)?;
        Ok(Self {
            pair,
            root: root.certificate().clone(),
            authority: Some(root),
            files: None,
        })
    }
}

fn stored(pair: Pair, root: Authority, files: CertificateFiles) -> Stored {
    Stored {
        pair,
        root: root.certificate().clone(),
        authority: Some(root),
        files: Some(files),
    }
}

/// A new certificate, which a client that trusts the root accepts.
fn issue(
    root: &Authority,
    key: &KeyPair,
    subjects: &Subjects,
    validity: Validity,
    now: SystemTime,
) -> Result<Pair, StoreError> {
    let params = authority::server_params(subjects, validity)?;
    let pair = Pair::new(vec![root.issue(&params, key)?], key)?;
    match pair.is_accepted(root.certificate(), subjects, now) {
        true => Ok(pair),
        false => Err(StoreError::Refused(subjects.main_host().to_owned())),
    }
}

fn is_valid(certificate: &CertificateDer<'_>, at: SystemTime) -> bool {
    let validity = pair::validity(certificate);
    validity.is_some_and(|validity| validity.from <= at && at <= validity.until)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::path::Path;
    use std::thread;

    use super::*;

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + 20_000 * DAY
    }

    fn open(folder: &Path, names: &[&str], days: u32) -> Stored {
        let subjects = Subjects::new(names);
        let stored = Store::in_folder(folder).open(&subjects, now() + days * DAY);
        let stored = stored.unwrap();
        assert!(
            stored
                .pair
                .is_accepted(&stored.root, &subjects, now() + days * DAY)
        );
        stored
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn kept_until_half_of_its_time_is_over_or_names_change() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("new/folder");
        let first = open(&folder, &["a.test"], 0);
        assert_eq!(mode(&folder), 0o700);
        let files = first.files.as_ref().unwrap();
        assert_eq!(files.certificate, folder.join("a.test.pem"));
        for (path, expected) in [
            (files.key.as_path(), 0o600),
            (&files.certificate, 0o644),
            (&folder.join("cacert.key"), 0o600),
            (&folder.join("cacert.pem"), 0o644),
        ] {
            assert_eq!(mode(path), expected, "{path:?}");
        }
        let is_same = |stored: &Stored| {
            (
                stored.pair.certificate() == first.pair.certificate(),
                stored.pair.spki_hash() == first.pair.spki_hash(),
                stored.root == first.root,
            )
        };
        assert_eq!(is_same(&open(&folder, &["a.test"], 14)), (true, true, true));
        // A name below a host: another certificate for the key, by the same root.
        let names = ["a.test", "www.a.test"];
        let second = open(&folder, &names, 14);
        assert_eq!(is_same(&second), (false, true, true));
        assert_eq!(is_same(&open(&folder, &names, 31)), (false, true, true));
        // Fewer names are good for those that remain.
        let fewer = open(&folder, &["a.test"], 32);
        assert_eq!(
            fewer.pair.certificate(),
            open(&folder, &names, 32).pair.certificate()
        );
        // Another host: the root is confined to the former ones.
        let names = ["a.test", "b.test"];
        assert_eq!(is_same(&open(&folder, &names, 32)), (false, false, false));
    }

    #[test]
    fn the_root_is_replaced_before_a_certificate_would_outlive_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(folder.path(), &[], 0);
        assert_eq!(open(folder.path(), &[], 699).root, first.root);
        assert_ne!(open(folder.path(), &[], 720).root, first.root);
    }

    #[test]
    fn new_ones_on_request() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(folder.path(), &[], 0);
        let store = Store::in_folder(folder.path()).anew(true).duration(3 * DAY);
        let second = store.open(&Subjects::new([""; 0]), now()).unwrap();
        assert_ne!(first.root, second.root);
        let validity = second.pair.validity().unwrap();
        assert_eq!(validity.until, now() + 3 * DAY);
    }

    #[test]
    fn files_that_do_not_belong_together_are_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        for name in ["cacert.pem", "cacert.key", "localhost.pem", "localhost.key"] {
            open(folder.path(), &[], 0);
            open(other.path(), &[], 0);
            fs::copy(other.path().join(name), folder.path().join(name)).unwrap();
            open(folder.path(), &[], 0);
            fs::write(folder.path().join(name), "x").unwrap();
            open(folder.path(), &[], 0);
            fs::remove_file(folder.path().join(name)).unwrap();
            open(folder.path(), &[], 0);
            assert!(folder.path().join("localhost.pem").exists());
        }
        // Nothing is left of the replacement.
        let left = fs::read_dir(folder.path()).unwrap();
        let left = left.map(|entry| entry.unwrap().file_name());
        let left = left.filter(|name| name.to_string_lossy().starts_with(".new-"));
        assert_eq!(left.count(), 0);
    }

    #[test]
    fn all_of_many_at_once_get_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("certs");
        let opened: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| open(&folder, &["a.test"], 0)))
                .collect();
            let joined = threads.into_iter().map(|thread| thread.join().unwrap());
            joined.collect()
        });
        for one in &opened {
            assert_eq!(one.pair.certificate(), opened[0].pair.certificate());
            assert_eq!(one.root, opened[0].root);
        }
    }

    #[test]
    fn folders_that_cannot_be_used() {
        let cache = tempfile::tempdir().unwrap();
        let subjects = Subjects::new([""; 0]);
        let environment = |name: &str| match name {
            "XDG_CACHE_HOME" => Some("relative".into()),
            "HOME" => Some(cache.path().to_owned()),
            _ => None,
        };
        let store = Store::in_cache(&subjects, environment).unwrap();
        let folder = cache.path().join(".cache/wireserve/certificates/localhost");
        assert_eq!(store.folder.path, folder);
        store.open(&subjects, now()).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o770)).unwrap();
        let error = store.open(&subjects, now()).unwrap_err();
        assert!(matches!(error, StoreError::Open(_)), "{error}");

        let file = cache.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Store::in_folder(file.join("below")).open(&subjects, now());
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("cannot use") && error.contains("below"),
            "{error}"
        );

        let error = Store::in_cache(&subjects, |_| None).unwrap_err();
        assert!(matches!(error, StoreError::NoCacheFolder), "{error}");
    }

    #[test]
    fn in_memory() {
        let subjects = Subjects::new(["a.test"]);
        let stored = Stored::in_memory(&subjects, now()).unwrap();
        assert!(stored.pair.is_accepted(&stored.root, &subjects, now()));
        assert_eq!(stored.files, None);
    }
}

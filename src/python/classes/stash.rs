//! `request.server.stash`: Python's view of the server's [`Stash`](crate::stash::Stash), which holds
//! bytes, so every value is copied when it is put. Plain values have a short form; anything else is
//! pickled (reference §6).

use std::sync::Arc;

use pyo3::exceptions::{PyConnectionError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyInt, PyString};

use crate::exchange::ServerContext;
use crate::stash::{Key, PutError, Stash as Store, Unavailable, UnlockError};

use crate::python::classes::server_objects::{self, ServerObjects};
use crate::python::conversions::text::{isomorphic, latin1_str};
use crate::python::interpreter::gate;
use crate::python::interpreter::imported::Imported;
use crate::python::interpreter::once_value::intern;

static STASH_ERROR: Imported = Imported::new("wptserve.stash", "StashError");
static DUMPS: Imported = Imported::new("wptserve.stash", "dumps");
static LOADS: Imported = Imported::new("wptserve.stash", "loads");
static SHARED_QUEUE: Imported = Imported::new("wptserve.shared_queue", "SharedQueue");
static UUID: Imported = Imported::new("uuid", "UUID");

/// The stash as one request sees it.
#[pyclass(name = "Stash", module = "wptserve.stash", frozen, dict)]
pub(crate) struct Stash {
    server: Arc<ServerContext>,
    /// The path of keys that name none.
    default_path: Vec<u8>,
}

#[pymethods]
impl Stash {
    /// The stash of the server whose requests this thread answers.
    #[new]
    #[pyo3(signature = (default_path, address=None, authkey=None))]
    fn new(
        default_path: &Bound<'_, PyAny>,
        address: Option<&Bound<'_, PyAny>>,
        authkey: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        // The reference connects to another process with these; here the stash is in this one.
        let _ = (address, authkey);
        Ok(Self {
            server: server_objects::of_thread()?,
            default_path: isomorphic(default_path)?.into_owned(),
        })
    }

    /// The lock that handlers hold around a take and a put; one per server.
    #[classattr]
    fn lock() -> LockAttribute {
        LockAttribute
    }

    /// Puts a value, once.
    #[pyo3(signature = (key, value, path=None))]
    fn put(
        &self,
        key: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
        path: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        if value.is_none() {
            return Err(PyValueError::new_err("None cannot be put into the stash"));
        }
        let place = self.key(key, path)?;
        let value = dump(value)?;
        // A refused copy of a queue must not keep it alive.
        let queues = holds_queue(&value).then(|| value.clone());
        let stash = &*self.server.stash;
        let put = detached_if_remote(key.py(), stash, || stash.put(place, value));
        put.map_err(|refused| {
            let taken = queues.map_or(Ok(()), |value| load(key.py(), &value).map(drop));
            taken
                .and_then(|()| stash_error(key, refused))
                .unwrap_or_else(|error| error)
        })
    }

    /// Removes a value and returns it; `None` if there is none.
    #[pyo3(signature = (key, path=None))]
    fn take<'py>(
        &self,
        key: &Bound<'py, PyAny>,
        path: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let place = self.key(key, path)?;
        let stash = &*self.server.stash;
        let taken = detached_if_remote(key.py(), stash, || stash.take(&place));
        let value = taken.map_err(unavailable)?;
        value.map(|value| load(key.py(), &value)).transpose()
    }

    /// A new queue. Copies that come out of the stash are the same queue.
    fn get_queue<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if self.server.stash.queues().is_some() {
            return SHARED_QUEUE.get(py)?.call0();
        }
        ServerObjects::of(&self.server)
            .queues(py, self.server.limits.stash)?
            .call_method0(intern!(py, "new"))
    }

    #[getter]
    fn default_path<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        self.path(py)
    }
}

/// The exception for a value that was not put.
fn stash_error(key: &Bound<'_, PyAny>, refused: PutError) -> PyResult<PyErr> {
    let message = match refused {
        PutError::Occupied => format!("the stash already has a value for {}", key.repr()?),
        PutError::Unavailable(cause) => return Ok(unavailable(cause)),
        other => other.to_string(),
    };
    let error = STASH_ERROR.get(key.py())?.call1((message,))?;
    Ok(PyErr::from_value(error))
}

/// The exception for a store that does not answer.
pub(crate) fn unavailable(cause: Unavailable) -> PyErr {
    PyConnectionError::new_err(cause.to_string())
}

/// Runs a call of the store. While another process answers, Python runs other code.
pub(crate) fn detached_if_remote<T: Send>(
    py: Python<'_>,
    stash: &dyn Store,
    call: impl FnOnce() -> T + Send,
) -> T {
    match stash.is_remote() {
        true => gate::away(py, call),
        false => call(),
    }
}

impl Stash {
    /// The server's stash, for a request to this path.
    pub(crate) fn of(server: &Arc<ServerContext>, default_path: &[u8]) -> Self {
        Self {
            server: Arc::clone(server),
            default_path: default_path.to_vec(),
        }
    }

    /// The path of keys that name none.
    pub(crate) fn path<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        latin1_str(py, &self.default_path)
    }

    fn key(&self, key: &Bound<'_, PyAny>, path: Option<&Bound<'_, PyAny>>) -> PyResult<Key> {
        Ok(Key {
            path: match path {
                Some(path) => isomorphic(path)?.into_owned(),
                None => self.default_path.clone(),
            },
            uuid: uuid(key)?,
        })
    }
}

/// The 16 bytes of a UUID in any spelling that Python's `uuid` takes.
fn uuid(key: &Bound<'_, PyAny>) -> PyResult<[u8; 16]> {
    let py = key.py();
    let text = match key.cast::<PyBytes>() {
        Ok(bytes) => bytes.call_method1("decode", ("ascii",))?,
        Err(_) => key.clone(),
    };
    if let Ok(text) = text.cast::<PyString>()
        && let Ok(text) = text.to_str()
        && let Some(uuid) = plain_uuid(text)
    {
        return Ok(uuid);
    }
    let uuid = UUID.get(py)?.call1((&text,)).map_err(|error| {
        if !error.is_instance_of::<PyValueError>(py) {
            return error;
        }
        let message = format!("Invalid UUID \"{text}\" used as stash key");
        let invalid = PyValueError::new_err(message);
        invalid.set_cause(py, Some(error));
        invalid
    })?;
    uuid.getattr("bytes")?.extract()
}

/// The two usual spellings, with hyphens or without; the others are for Python's `uuid` to judge.
fn plain_uuid(text: &str) -> Option<[u8; 16]> {
    let text = text.as_bytes();
    if let Ok(text) = <&[u8; 36]>::try_from(text)
        && [text[8], text[13], text[18], text[23]] == *b"----"
    {
        return decoded(text, &HYPHENATED);
    }
    let text = <&[u8; 32]>::try_from(text).ok()?;
    decoded(text, &CONDENSED)
}

/// The bytes of a UUID whose pairs of digits begin at these places.
#[inline]
fn decoded(text: &[u8], places: &[usize; 16]) -> Option<[u8; 16]> {
    let mut uuid = [0; 16];
    let mut all = 0;
    for (byte, &place) in uuid.iter_mut().zip(places) {
        let [high, low] = [text[place], text[place + 1]].map(|digit| DIGITS[usize::from(digit)]);
        all |= high | low;
        *byte = high << 4 | low;
    }
    (all < NO_DIGIT).then_some(uuid)
}

const HYPHENATED: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const CONDENSED: [usize; 16] = [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30];

const NO_DIGIT: u8 = 16;

/// The value of each hexadecimal digit.
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut digit = 0;
    while digit < 16 {
        digits[b"0123456789abcdef"[digit] as usize] = digit as u8;
        digits[b"0123456789ABCDEF"[digit] as usize] = digit as u8;
        digit += 1;
    }
    digits
};

// The first byte of a stored value says what follows.
const BYTES: u8 = b'b';
const TEXT: u8 = b's';
const NUMBER: u8 = b'i';
const TRUE: u8 = b't';
const FALSE: u8 = b'f';
const PICKLE: u8 = b'p';

fn dump(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    let tagged = |tag: u8, bytes: &[u8]| [&[tag], bytes].concat();
    if let Ok(bytes) = value.cast_exact::<PyBytes>() {
        return Ok(tagged(BYTES, bytes.as_bytes()));
    }
    if let Ok(text) = value.cast_exact::<PyString>()
        && let Ok(text) = text.to_str()
    {
        return Ok(tagged(TEXT, text.as_bytes()));
    }
    if let Ok(truth) = value.cast_exact::<PyBool>() {
        return Ok(vec![if truth.is_true() { TRUE } else { FALSE }]);
    }
    if value.cast_exact::<PyInt>().is_ok()
        && let Ok(number) = value.extract::<i64>()
    {
        return Ok(tagged(NUMBER, &number.to_le_bytes()));
    }
    let pickled = DUMPS.get(value.py())?.call1((value,))?;
    Ok(tagged(PICKLE, pickled.cast::<PyBytes>()?.as_bytes()))
}

/// Whether a stored value may have a copy of a queue in it.
fn holds_queue(value: &[u8]) -> bool {
    value.first() == Some(&PICKLE) && memchr::memmem::find(value, b"wptserve.stash").is_some()
}

fn load<'py>(py: Python<'py>, value: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    let broken = || PyRuntimeError::new_err("a value in the stash cannot be decoded");
    let (tag, bytes) = value.split_first().ok_or_else(broken)?;
    Ok(match *tag {
        BYTES => PyBytes::new(py, bytes).into_any(),
        TEXT => PyString::new(py, std::str::from_utf8(bytes).map_err(|_| broken())?).into_any(),
        NUMBER => {
            let bytes = bytes.try_into().map_err(|_| broken())?;
            i64::from_le_bytes(bytes).into_pyobject(py)?.into_any()
        }
        TRUE | FALSE => PyBool::new(py, *tag == TRUE).to_owned().into_any(),
        PICKLE => LOADS.get(py)?.call1((PyBytes::new(py, bytes),))?,
        _ => return Err(broken()),
    })
}

/// `Stash.lock`: the lock of an instance's server or, asked of the class, of the server whose requests
/// this thread answers.
#[pyclass(module = "wptserve.stash", frozen)]
struct LockAttribute;

#[pymethods]
impl LockAttribute {
    fn __get__(
        &self,
        py: Python<'_>,
        stash: Option<&Bound<'_, Stash>>,
        _class: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let server = match stash {
            Some(stash) => Arc::clone(&stash.get().server),
            None => server_objects::of_thread()?,
        };
        ServerObjects::of(&server).lock(py, || {
            let lock = Py::new(py, StashLock::of(&server.stash))?;
            Ok(lock.into_any())
        })
    }
}

/// The lock of a server's stash.
#[pyclass(name = "StashLock", module = "wptserve.stash", frozen)]
pub(crate) struct StashLock {
    stash: Arc<dyn Store>,
}

impl StashLock {
    /// The lock of this store.
    pub(crate) fn of(stash: &Arc<dyn Store>) -> Self {
        Self {
            stash: Arc::clone(stash),
        }
    }
}

#[pymethods]
impl StashLock {
    /// Waits until the lock is free, and takes it.
    fn acquire(&self, py: Python<'_>) -> PyResult<()> {
        // To a remote store, a first attempt would be a second request.
        let is_held = !self.stash.is_remote() && self.stash.try_lock().map_err(unavailable)?;
        match is_held {
            true => Ok(()),
            false => gate::away(py, || self.stash.lock()).map_err(unavailable),
        }
    }

    /// Releases the lock.
    fn release(&self, py: Python<'_>) -> PyResult<()> {
        let released = detached_if_remote(py, &*self.stash, || self.stash.unlock());
        released.map_err(|error| match error {
            UnlockError::Unavailable(cause) => unavailable(cause),
            error => PyRuntimeError::new_err(error.to_string()),
        })
    }

    fn __enter__(&self, py: Python<'_>) -> PyResult<()> {
        self.acquire(py)
    }

    fn __exit__(
        &self,
        py: Python<'_>,
        _kind: &Bound<'_, PyAny>,
        _error: &Bound<'_, PyAny>,
        _traceback: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        self.release(py)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_spellings() {
        let uuid = Some([
            0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 1, 2, 3, 4, 5, 6, 7, 8,
        ]);
        assert_eq!(plain_uuid("01234567-89ab-cdef-0102-030405060708"), uuid);
        assert_eq!(plain_uuid("0123456789ABCDEF0102030405060708"), uuid);
        for other in [
            "",
            "0123",
            "{01234567-89ab-cdef-0102-030405060708}",
            "01234567-89ab-cdef-0102-03040506070g",
            "01234567-89ab-cdef-0102-0304050607-8",
            "0123456-789ab-cdef-0102-030405060708",
            "0123456789abcdef010203040506070\u{e9}",
            "g",
            "0_1",
        ] {
            assert_eq!(plain_uuid(other), None, "{other}");
        }
        assert_eq!(plain_uuid(&"0".repeat(33)), None);
    }
}

//! Bytes that are made when they are sent, since they have the number of a repetition in them, or come from a
//! file, or are compressed. Nothing is expanded before: ten thousand numbered fields are a few parts until a
//! script is played. What is known earlier is made earlier, so that other [`Data`] is plain bytes.

use std::fmt;
use std::fs::File;
use std::io;
use std::sync::Arc;

use super::limits::MAX_DEPTH;

/// Bytes for [`WireScript::send_data`](super::WireScript::send_data), made when they are sent.
///
/// ```
/// use wireserve::WireScript;
/// use wireserve::wire_script::Data;
///
/// let field = Data::from("X-").number().bytes(": a\r\n");
/// let script = WireScript::new()
///     .send_data(Data::from("HTTP/1.1 204 No Content\r\n").times(10_000, field).bytes("\r\n"));
/// assert_eq!(
///     script.to_string(),
///     "send \"HTTP/1.1 204 No Content\\r\\n\" (\"X-\" number \": a\\r\\n\") * 10000 \"\\r\\n\"\n"
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Data {
    /// No bytes follow other bytes, and none are empty.
    parts: Vec<Part>,
    /// How deep parts are nested; at most [`MAX_DEPTH`].
    depth: usize,
}

/// A part of [`Data`].
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The number of the current pass of a repetition: of the innermost one for 0, of the one around it
    /// for 1. Passes are numbered from 1.
    Number(usize),
    /// So many passes.
    Times(u64, Data),
    /// The result of a function.
    Made(Function, Data),
    /// The content of a file.
    File(FileName),
}

/// The name of a file, and the folder of the script.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct FileName {
    name: String,
    folder: Option<Arc<dyn Folder>>,
}

/// Where the files of a script are.
#[doc(hidden)]
pub trait Folder: fmt::Debug + Send + Sync {
    /// Opens a regular file.
    ///
    /// # Errors
    /// When there is no such file, or it may not be opened.
    fn open(&self, name: &str) -> io::Result<File>;
}

/// Makes bytes from other bytes.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// One chunk of a chunked body, with the bytes as its data.
    Chunk,
    /// Their number, in decimal.
    Length,
    /// Their number, in hexadecimal.
    Hex,
    /// The bytes as gzip compresses them.
    Gzip,
}

/// The word for [`Part::Number`].
pub(super) const NUMBER: &str = "number";

/// The word for [`Part::File`].
#[doc(hidden)]
pub const FILE: &str = "file";

/// How many bytes the name of a file counts as; its content does not count.
const NAME_OF_FILE: u64 = 1024;

/// The functions in the order in which errors list them.
#[doc(hidden)]
pub const FUNCTIONS: [Function; 4] = [
    Function::Chunk,
    Function::Length,
    Function::Hex,
    Function::Gzip,
];

/// What is wrong with a number that is in no repetition.
#[doc(hidden)]
pub const NUMBER_OUTSIDE: &str =
    "expected `number` in `repeat` or in repeated items, found it outside of them";

/// The digits of the largest number.
const DIGITS: u64 = 20;

impl Data {
    /// No bytes.
    ///
    /// ```
    /// use wireserve::WireScript;
    /// use wireserve::wire_script::Data;
    ///
    /// let body = Data::new().chunk(Data::from("data")).chunk("");
    /// let script = WireScript::new().send_data(body.bytes("\r\n"));
    /// assert_eq!(script, WireScript::new().send("4\r\ndata\r\n0\r\n\r\n\r\n"));
    /// let counted = Data::new().length("0123456789").bytes(" ").hex("0123456789");
    /// assert_eq!(WireScript::new().send_data(counted), WireScript::new().send("10 a"));
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds bytes.
    ///
    /// See the example of [`Data::new`].
    #[must_use]
    pub fn bytes(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.push(Part::Bytes(bytes.into()));
        self
    }

    /// Adds the number of the current pass, from 1 on, of the innermost repetition:
    /// [`times`](Self::times), or [`BlockSteps::repeat`](super::BlockSteps::repeat).
    ///
    /// See the example of [`Data`].
    #[must_use]
    pub fn number(self) -> Self {
        self.outer_number(0)
    }

    /// Adds the number of the current pass of a repetition that is so many levels further out.
    ///
    /// ```
    /// use wireserve::WireScript;
    /// use wireserve::wire_script::Data;
    ///
    /// let cell = Data::new().outer_number(1).bytes("/").number().bytes(" ");
    /// let script = WireScript::new().send_data(Data::new().times(2, Data::new().times(3, cell)));
    /// assert_eq!(script.to_string(), "send ((number(2) \"/\" number \" \") * 3) * 2\n");
    /// ```
    #[must_use]
    pub fn outer_number(mut self, levels: usize) -> Self {
        self.push(Part::Number(levels));
        self
    }

    /// Adds other data so many times.
    ///
    /// See the example of [`Data`].
    ///
    /// # Panics
    /// If it is nested more than [`MAX_DEPTH`] deep; so do the functions.
    #[must_use]
    #[track_caller]
    pub fn times(self, count: u64, data: impl Into<Self>) -> Self {
        self.nested(data.into().repeated(count))
    }

    /// Adds a chunk of a chunked body.
    ///
    /// See the example of [`Data::new`].
    #[must_use]
    #[track_caller]
    pub fn chunk(self, data: impl Into<Self>) -> Self {
        self.nested(data.into().made_by(Function::Chunk))
    }

    /// Adds the number of bytes of other data, in decimal.
    ///
    /// See the example of [`Data::new`].
    #[must_use]
    #[track_caller]
    pub fn length(self, data: impl Into<Self>) -> Self {
        self.nested(data.into().made_by(Function::Length))
    }

    /// Adds the number of bytes of other data, in hexadecimal.
    ///
    /// See the example of [`Data::new`].
    #[must_use]
    #[track_caller]
    pub fn hex(self, data: impl Into<Self>) -> Self {
        self.nested(data.into().made_by(Function::Hex))
    }

    /// Adds the bytes of other data as gzip compresses them.
    ///
    /// ```
    /// use wireserve::WireScript;
    /// use wireserve::wire_script::Data;
    ///
    /// let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
    /// let script = WireScript::new().send_data(Data::from(head).gzip("hello")).close();
    /// assert!(script.to_string().contains("gzip(\"hello\")"));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn gzip(self, data: impl Into<Self>) -> Self {
        self.nested(data.into().made_by(Function::Gzip))
    }

    /// Adds the content of a file in the folder of the script, for [`WireScript`](super::WireScript) that of
    /// `files_in`. It is read when it is sent, in pieces.
    ///
    /// See the example of [`WireScript::files_in`](super::WireScript::files_in).
    #[must_use]
    pub fn file(mut self, name: impl Into<String>) -> Self {
        let (name, folder) = (name.into(), None);
        self.push(Part::File(FileName { name, folder }));
        self
    }

    /// Lets the files be those of this folder.
    pub(super) fn set_folder(&mut self, folder: &Arc<dyn Folder>) {
        for part in &mut self.parts {
            match part {
                Part::File(file) => file.folder = Some(Arc::clone(folder)),
                Part::Times(_, data) | Part::Made(_, data) => data.set_folder(folder),
                Part::Bytes(_) | Part::Number(_) => {}
            }
        }
    }

    /// Calls `look` with each file.
    pub(super) fn each_file(&self, look: &mut dyn FnMut(&FileName)) {
        for part in &self.parts {
            match part {
                Part::File(file) => look(file),
                Part::Times(_, data) | Part::Made(_, data) => data.each_file(look),
                Part::Bytes(_) | Part::Number(_) => {}
            }
        }
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The bytes, if they are known.
    pub(super) fn constant(&self) -> Option<&[u8]> {
        match &self.parts[..] {
            [] => Some(&[]),
            [Part::Bytes(bytes)] => Some(bytes),
            _ => None,
        }
    }

    /// How many bytes they are at most.
    #[doc(hidden)]
    pub fn most(&self) -> u64 {
        let sizes = self.parts.iter().map(Part::most);
        sizes.fold(0, u64::saturating_add)
    }

    /// How many repetitions must be around them, so that each number is one.
    pub(super) fn levels(&self) -> usize {
        self.parts.iter().map(Part::levels).max().unwrap_or(0)
    }

    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn push(&mut self, part: Part) {
        match (self.parts.last_mut(), part) {
            (_, Part::Bytes(bytes)) if bytes.is_empty() => {}
            (Some(Part::Bytes(before)), Part::Bytes(bytes)) => before.extend_from_slice(&bytes),
            (_, part) => {
                self.depth = self.depth.max(part.depth());
                self.parts.push(part);
            }
        }
    }

    #[doc(hidden)]
    pub fn append(&mut self, other: Self) {
        for part in other.parts {
            self.push(part);
        }
    }

    /// The data so many times. Its bytes, if they are known, are repeated at once.
    #[doc(hidden)]
    pub fn repeated(self, count: u64) -> Self {
        if count == 0 || self.parts.is_empty() {
            return Self::new();
        }
        match (self.constant(), usize::try_from(count)) {
            (Some(bytes), Ok(count)) => Self::from(bytes.repeat(count)),
            _ => Self::of(Part::Times(count, self)),
        }
    }

    /// The result of a function; made at once if the bytes are known.
    #[doc(hidden)]
    pub fn made_by(self, function: Function) -> Self {
        let Some(bytes) = self.constant() else {
            return Self::of(Part::Made(function, self));
        };
        match function {
            Function::Length => Self::from(bytes.len().to_string()),
            Function::Hex => Self::from(format!("{:x}", bytes.len())),
            Function::Chunk => Self::from(format!("{:x}\r\n", bytes.len()))
                .bytes(bytes)
                .bytes("\r\n"),
            // Compressed when it is sent.
            Function::Gzip => Self::of(Part::Made(function, self)),
        }
    }

    fn of(part: Part) -> Self {
        let mut data = Self::new();
        data.push(part);
        data
    }

    #[track_caller]
    fn nested(mut self, data: Self) -> Self {
        self.append(data);
        assert!(
            self.depth <= MAX_DEPTH,
            "expected at most {MAX_DEPTH} nested items, found more"
        );
        self
    }
}

impl Part {
    fn most(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Number(_) | Self::Made(Function::Length | Function::Hex, _) => DIGITS,
            Self::Times(count, data) => data.most().saturating_mul(*count),
            Self::Made(Function::Chunk, data) => data.most().saturating_add(DIGITS),
            // Its head and tail, and 5 bytes for each block that cannot be compressed.
            Self::Made(Function::Gzip, data) => data.most().saturating_add(data.most() / 1024 + 64),
            Self::File(_) => NAME_OF_FILE,
        }
    }

    fn levels(&self) -> usize {
        match self {
            Self::Bytes(_) | Self::File(_) => 0,
            Self::Number(level) => level.saturating_add(1),
            Self::Times(_, data) => data.levels().saturating_sub(1),
            Self::Made(_, data) => data.levels(),
        }
    }

    fn depth(&self) -> usize {
        match self {
            Self::Bytes(_) | Self::Number(_) | Self::File(_) => 0,
            Self::Times(_, data) | Self::Made(_, data) => data.depth + 1,
        }
    }
}

impl Function {
    #[doc(hidden)]
    pub fn named(word: &str) -> Option<Self> {
        FUNCTIONS
            .into_iter()
            .find(|function| function.word() == word)
    }

    #[doc(hidden)]
    pub fn word(self) -> &'static str {
        match self {
            Self::Chunk => "chunk",
            Self::Length => "length",
            Self::Hex => "hex",
            Self::Gzip => "gzip",
        }
    }
}

impl FileName {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// # Errors
    /// When the file cannot be opened, or the script has no folder.
    pub(crate) fn open(&self) -> io::Result<File> {
        match &self.folder {
            Some(folder) => folder.open(&self.name),
            None => Err(io::Error::other(
                "the script has no folder for files; add `files_in`",
            )),
        }
    }
}

/// The folder does not matter: two scripts with the same text are equal.
impl PartialEq for FileName {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for FileName {}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl From<Vec<u8>> for Data {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new().bytes(bytes)
    }
}

impl From<&[u8]> for Data {
    fn from(bytes: &[u8]) -> Self {
        bytes.to_vec().into()
    }
}

impl<const N: usize> From<&[u8; N]> for Data {
    fn from(bytes: &[u8; N]) -> Self {
        bytes.to_vec().into()
    }
}

impl From<String> for Data {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

impl From<&str> for Data {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}

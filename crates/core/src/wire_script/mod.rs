//! Wire scripts: what happens on one connection, step by step, in bytes and time. A [`WireScript`] comes
//! from its builder, a `.wire` file, or a handler. It is data; `exchange/play/mod.rs` plays it. `table.rs`
//! spells each step in all languages; `order.rs` says which steps may follow others.
//!
//! ```
//! use std::time::Duration;
//! use wireserve::WireScript;
//!
//! let script = WireScript::new()
//!     .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
//!     .pause(Duration::from_millis(50))
//!     .send("ok")
//!     .reset();
//! assert_eq!(script.steps().len(), 4);
//! ```

mod block_steps;
mod blocks;
mod condition;
mod cursor;
mod data;
mod duration;
#[doc(hidden)]
pub mod form;
mod forms;
#[doc(hidden)]
pub mod frame_options;
mod items;
mod limits;
mod operands;
mod order;
mod parse;
mod parse_error;
mod played;
mod print;
mod size;
#[doc(hidden)]
pub mod table;
mod tokens;

use std::sync::Arc;
use std::time::Duration;

pub use block_steps::BlockSteps;
pub use condition::{Condition, Counted};
#[doc(hidden)]
pub use cursor::Cursor;
pub use data::Data;
#[doc(hidden)]
pub use data::{FILE, FUNCTIONS, FileName, Folder, Function, NUMBER_OUTSIDE, Part};
use form::{Effect, Form};
pub use limits::{MAX_BYTES, MAX_DEPTH, MAX_STEPS};
pub use order::Misplaced;
#[doc(hidden)]
pub use order::Place;
use order::{Entered, Order};
pub use parse_error::ParseError;
#[doc(hidden)]
pub use parse_error::{expected_words, one_of};
pub use played::{End, Played, Timing};
use size::Size;

pub use crate::http::websocket::{CloseReason, Frame, Opcode, Width};

/// Steps on one connection, in order. After the last one the connection continues with the next
/// request, unless that step has ended it.
///
/// ```
/// # use std::io::Write;
/// use wireserve::{Server, WireScript};
///
/// let script = WireScript::new().send("HTTP/1.1 200 OK\r\n").send("\r\nhello").close();
/// assert_eq!(script.steps().len(), 3);
/// assert_eq!(WireScript::parse(script.to_string().as_bytes())?, script);
///
/// let server = Server::start();
/// server.get("/", move |_| script.clone());
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that asks for `/` gets, in two pieces:
/// assert_eq!(answer, "HTTP/1.1 200 OK\r\n\r\nhello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct WireScript {
    /// Shared with the [`Cursor`]s that play them.
    steps: Arc<Vec<Step>>,
    /// Judges the step that is added next.
    order: Order,
    /// Of all steps, as often as they are played.
    size: Size,
}

/// One step. Durations are counted from the deadline of the step before, so that the time that steps
/// take does not add up.
///
/// ```
/// # use std::time::Duration;
/// use wireserve::WireScript;
/// use wireserve::wire_script::{Awaited, By, Limit, Reading, Step};
///
/// let within: Limit = Some(Duration::from_secs(1));
/// let steps = vec![
///     Step::WaitFor(Awaited::Body(None), within),
///     Step::Send(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()),
///     Step::Next(By::Script),
///     Step::Read(Reading::Until(b"\r\n\r\n".to_vec()), within),
///     Step::Reset,
/// ];
/// assert_eq!((steps[3].name(), steps[3].is_last(), steps[4].is_last()), ("read", false, true));
/// assert_eq!(WireScript::try_from(steps.clone())?.steps(), steps);
/// # Ok::<(), wireserve::wire_script::Misplaced>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// One write of these bytes. The kernel has them before the next step begins.
    Send(Vec<u8>),
    /// The same with bytes that are made when they are sent. In a script, those are not constant.
    SendData(Data),
    /// Sends `100 Continue` if the client waits for it, once.
    SendContinue,
    /// Does nothing, for this long.
    Pause(Duration),
    /// Waits for something to happen. Script and connection end if the limit passes first.
    WaitFor(Awaited, Limit),
    /// Sets a named event. It stays set.
    Set(String),
    /// Clears a named event.
    Clear(String),
    /// Takes raw bytes that the client sends off the connection.
    Read(Reading, Limit),
    /// Limits how many unread bytes the kernel keeps for the server.
    ReceiveBuffer(u64),
    /// Sends FIN; the client may continue to send.
    HalfClose,
    /// Sends FIN, then drains what the client still sends, for a bounded time. Ends the script.
    Close,
    /// The same without the alert close_notify before FIN, which only clients through TLS can tell.
    CloseWithoutNotify,
    /// Sends RST at once. Ends the script.
    Reset,
    /// Stays open and silent for this long, or until the client leaves. Without a time, ends the script.
    Hold(Option<Duration>),
    /// Sends the response that opens a WebSocket, for the key of the request, with more field lines.
    WsAccept(Option<Vec<u8>>),
    /// One write of a WebSocket frame.
    WsFrame(Frame),
    /// One write of a close frame; without a reason, it has no payload. The connection stays open.
    WsClose(Option<CloseReason>),
    /// Reads the next request of the connection. The following steps answer it, or are played after
    /// the site's response to it.
    Next(By),
    /// Plays a block so many times.
    Repeat(u64, WireScript),
    /// Plays a block if the request is such.
    If(Condition, WireScript),
    /// Plays a block if the request is not such.
    Unless(Condition, WireScript),
    /// Plays a block for the first so many requests or connections.
    First(Counted, u64, WireScript),
    /// Plays a block if the condition of the step before does not hold.
    Else(WireScript),
    /// Plays a block if the limit of the step before has passed; the script does not end then.
    OnTimeout(WireScript),
}

/// How long a step may wait; without a limit, until the client leaves.
///
/// See the example of [`Step`].
pub type Limit = Option<Duration>;

/// What a step waits for.
///
/// See the example of [`Step`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// A named event, which may be set already.
    Event(String),
    /// The whole head of the next request, which stays on the connection.
    Head,
    /// This many bytes of the request's body, or all of it.
    Body(Option<u64>),
    /// Another connection to this server, opened since this script began or last waited for one.
    Connection,
}

/// How many bytes to take.
///
/// See the example of [`Step`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// This many.
    Bytes(u64),
    /// Up to and including this pattern, which is not empty.
    Until(Vec<u8>),
}

/// Who answers a request.
///
/// See the example of [`Step`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The following steps.
    Script,
    /// The site; the following steps are played after its response.
    Site,
}

impl Step {
    /// The first word in a `.wire` file.
    ///
    /// See the example of [`Step`].
    pub fn name(&self) -> &'static str {
        self.form().word
    }

    /// Whether the step ends the script, so that no step can follow.
    ///
    /// See the example of [`Step`].
    pub fn is_last(&self) -> bool {
        self.form().effect == Effect::Ends
    }

    fn form(&self) -> &'static Form {
        self.parts().form
    }

    fn block_mut(&mut self) -> Option<&mut WireScript> {
        match self {
            Self::Repeat(_, block)
            | Self::If(_, block)
            | Self::Unless(_, block)
            | Self::First(_, _, block)
            | Self::Else(block)
            | Self::OnTimeout(block) => Some(block),
            _ => None,
        }
    }

    /// The steps of a step that has a block.
    fn block(&self) -> Option<&WireScript> {
        match self {
            Self::Repeat(_, block)
            | Self::If(_, block)
            | Self::Unless(_, block)
            | Self::First(_, _, block)
            | Self::Else(block)
            | Self::OnTimeout(block) => Some(block),
            _ => None,
        }
    }
}

impl TryFrom<Vec<Step>> for WireScript {
    type Error = Misplaced;

    fn try_from(steps: Vec<Step>) -> Result<Self, Misplaced> {
        steps.into_iter().try_fold(Self::new(), Self::add)
    }
}

impl PartialEq for WireScript {
    fn eq(&self, other: &Self) -> bool {
        self.steps == other.steps
    }
}

impl Eq for WireScript {}

impl WireScript {
    /// A script without steps.
    ///
    /// See the example of [`WireScript`].
    pub fn new() -> Self {
        Self::default()
    }

    /// The steps.
    ///
    /// See the example of [`WireScript`].
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Adds any step.
    ///
    /// ```
    /// use wireserve::WireScript;
    /// use wireserve::wire_script::Step;
    ///
    /// let script = WireScript::new().step(Step::Set("asked".to_owned())).step(Step::Reset);
    /// assert_eq!(script, WireScript::new().set("asked").reset());
    /// ```
    ///
    /// # Panics
    /// The steps so far make it impossible. [`TryFrom`] returns the same as an error.
    #[must_use]
    #[track_caller]
    pub fn step(self, step: Step) -> Self {
        let number = self.steps.len() + 1;
        match self.add(step) {
            Ok(script) => script,
            Err(error) => panic!("step {number}: {error}"),
        }
    }

    /// Whether [`MAX_STEPS`] and [`MAX_BYTES`] allow this script.
    ///
    /// ```
    /// use wireserve::WireScript;
    /// use wireserve::wire_script::MAX_BYTES;
    ///
    /// assert!(WireScript::new().send("HTTP/1.1 200 OK\r\n").is_within_limits());
    /// let large = vec![0; MAX_BYTES as usize + 1];
    /// assert!(!WireScript::new().send(large).is_within_limits());
    /// ```
    pub fn is_within_limits(&self) -> bool {
        self.size.is_within_limits()
    }

    /// Lets the files that the script names be those of this folder.
    #[doc(hidden)]
    pub fn with_folder(mut self, folder: &Arc<dyn Folder>) -> Self {
        if self.has_files() {
            for step in Arc::make_mut(&mut self.steps) {
                if let Step::SendData(data) = step {
                    data.set_folder(folder);
                } else if let Some(block) = step.block_mut() {
                    *block = std::mem::take(block).with_folder(folder);
                }
            }
        }
        self
    }

    /// Whether the script names files.
    #[doc(hidden)]
    pub fn has_files(&self) -> bool {
        let mut has_files = false;
        self.each_file(&mut |_| has_files = true);
        has_files
    }

    /// Opens each file that the script names, so that a missing one is known before anything is played.
    ///
    /// # Errors
    /// Which file cannot be opened, and why.
    #[doc(hidden)]
    pub fn check_files(&self) -> Result<(), String> {
        let mut wrong = Ok(());
        self.each_file(&mut |file| {
            if let (Ok(()), Err(error)) = (&wrong, file.open()) {
                wrong = Err(format!("cannot open the file `{}`: {error}", file.name()));
            }
        });
        wrong
    }

    fn each_file(&self, look: &mut dyn FnMut(&FileName)) {
        for step in self.steps.iter() {
            match step {
                Step::SendData(data) => data.each_file(look),
                step => step
                    .block()
                    .into_iter()
                    .for_each(|block| block.each_file(look)),
            }
        }
    }

    /// Whether data has the number of a repetition that is not there.
    #[doc(hidden)]
    pub fn has_number_outside(&self) -> bool {
        self.levels() > 0
    }

    /// How many repetitions must be around the script, so that each number is one.
    fn levels(&self) -> usize {
        let levels = self.steps.iter().map(|step| match step {
            Step::SendData(data) => data.levels(),
            Step::Repeat(_, block) => block.levels().saturating_sub(1),
            step => step.block().map_or(0, Self::levels),
        });
        levels.max().unwrap_or(0)
    }

    /// Judges whether a step of this form may follow.
    ///
    /// # Errors
    /// The steps so far make it impossible.
    #[doc(hidden)]
    pub fn admit(&mut self, form: &Form, place: Place) -> Result<(), Misplaced> {
        self.order.add(form, self.steps.last(), place)
    }

    /// Adds a step whose form is admitted.
    ///
    /// # Errors
    /// A block of the step cannot be played here.
    #[doc(hidden)]
    pub fn push(&mut self, step: Step, place: Place) -> Result<(), Misplaced> {
        if step.block().is_some() {
            self.size.plus(step.size()).check()?;
            self.order.add_block(&step, place)?;
        }
        self.push_judged(step);
        Ok(())
    }

    /// Whether a step with this first word, which must follow some steps only, may follow the last one.
    fn can_be_followed_by(&self, word: &str) -> bool {
        let mut forms = table::FORMS.iter().filter(|form| form.word == word);
        forms.any(|form| form.follows().is_met(self.steps.last()))
    }

    /// Begins the block of a step whose form is admitted.
    fn enter(&mut self, form: &Form) -> (Self, Entered) {
        let entered = self.order.enter(form);
        let block = Self {
            order: self.order,
            ..Self::new()
        };
        (block, entered)
    }

    /// Adds a step whose block, which [`enter`](Self::enter) began, is over.
    ///
    /// # Errors
    /// The block is too large, or cannot be repeated.
    fn leave(
        &mut self,
        entered: Entered,
        block: Self,
        make: impl FnOnce(Self) -> Step,
        place: Place,
    ) -> Result<(), Misplaced> {
        self.order = block.order;
        let step = make(block);
        self.size.plus(step.size()).check()?;
        self.order.leave(&step, entered, place)?;
        self.push_judged(step);
        Ok(())
    }

    /// Adds a step whose form and block are admitted.
    fn push_judged(&mut self, step: Step) {
        self.size = self.size.plus(step.size());
        let steps = Arc::make_mut(&mut self.steps);
        steps.push(match step {
            Step::SendData(data) => match data.constant() {
                Some(bytes) => Step::Send(bytes.to_vec()),
                None => Step::SendData(data),
            },
            step => step,
        });
    }

    fn add(mut self, step: Step) -> Result<Self, Misplaced> {
        let place = Place::Step(self.steps.len() + 1);
        self.admit(step.form(), place)?;
        self.push(step, place)?;
        Ok(self)
    }
}

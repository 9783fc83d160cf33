//! The table of steps: a row for each form that a step can have, with its spelling in a `.wire` file, in
//! Python and in Rust. The parser, the printer and Python's `script()` read the table, the builder's
//! methods are made from it, and tests hold `docs/wire.md` equal to it. A [`Step`] without a row does
//! not compile.

use std::sync::Arc;
use std::time::Duration;

#[cfg(test)]
use super::BlockSteps as _;
use super::form::{Argument, Effect, Form, Parts, Takes};
use super::{
    Awaited, By, CloseReason, Condition, Counted, Data, Frame, Limit, Reading, Step, WireScript,
};

/// `None` unless there is a value.
macro_rules! option {
    () => {
        None
    };
    ($value:expr) => {
        Some($value)
    };
}

/// A method, unless its step has a block: those are in [`super::BlockSteps`].
macro_rules! unless_block {
    (Block $($method:tt)*) => {};
    (Repeat $($method:tt)*) => {};
    (First $($method:tt)*) => {};
    (Named $($method:tt)*) => {};
    (Containing $($method:tt)*) => {};
    ($kind:ident $($method:tt)*) => { $($method)* };
}

/// The type of a builder's argument.
macro_rules! type_of {
    ($kind:ident count) => { u64 };
    (Bytes $argument:ident) => { impl Into<Vec<u8>> };
    (Pattern $argument:ident) => { impl Into<Vec<u8>> };
    (Event $argument:ident) => { impl Into<String> };
    (Time $argument:ident) => { Duration };
    (Fields $argument:ident) => { impl Into<Vec<u8>> };
    (Frame $argument:ident) => { impl Into<Frame> };
    (Close $argument:ident) => { impl Into<CloseReason> };
    (Data $argument:ident) => { impl Into<Data> };
}

/// The pattern of a step's limit; steps without one ignore it.
macro_rules! limit_pattern {
    () => {
        _
    };
    ($limit:ident) => {
        $limit
    };
}

macro_rules! steps {
    ($(
        $(#[$doc:meta])*
        $method:ident: $kind:ident $(($($argument:ident),+))? $(within $limit:ident)?
            => $step:ident $(($($fields:tt)*))?,
            wire $word:literal $($qualifier:literal)?, list $list_name:literal,
            $effect:ident $(, call $call:literal)?;
    )*) => {
        /// All rows, in the order of the documentation.
        pub static FORMS: &[Form] = &[$(Form {
            word: $word,
            qualifier: option!($($qualifier)?),
            takes: Takes::$kind(|$($($argument,)+)? limit_pattern!($($limit)?)| {
                Step::$step $(($($fields)*))?
            }),
            has_limit: !stringify!($($limit)?).is_empty(),
            effect: Effect::$effect,
            list_name: $list_name,
            #[cfg(test)]
            call: option!($($call)?),
            #[cfg(test)]
            method: stringify!($method),
            #[cfg(test)]
            arguments: &[$($(stringify!($argument)),+)?],
        }),*];

        /// Numbers of the rows.
        #[allow(non_camel_case_types, reason = "named as the builder's methods")]
        enum Row { $($method),* }

        impl Step {
            /// The row of the table, and what the step says beyond it.
            pub(super) fn parts(&self) -> Parts<'_> {
                match self {
                    $(Self::$step $(($($fields)*))? => Parts {
                        form: &FORMS[Row::$method as usize],
                        argument: Argument::$kind $(($($argument),+))?,
                        limit: option!($(*$limit)?).flatten(),
                    },)*
                }
            }

            /// The limit, for steps that can have one.
            #[allow(unused_variables, reason = "arguments are not needed")]
            fn limit_mut(&mut self) -> Option<&mut Limit> {
                match self {
                    $(Self::$step $(($($fields)*))? => option!($($limit)?),)*
                }
            }
        }

        /// The builder: a method for each form of a step without a block. They panic where [`WireScript::step`] does.
        impl WireScript {
            $(unless_block! { $kind
                $(#[$doc])*
                #[must_use]
                #[track_caller]
                pub fn $method(self $($(, $argument: type_of!($kind $argument))+)?) -> Self {
                    $($(let $argument = $argument.into();)+)?
                    $(let $limit = None;)?
                    self.step(Step::$step $(($($fields)*))?)
                }
            })*
        }

        /// A script from each method of the builder, after the step that it must follow.
        #[cfg(test)]
        fn built() -> Vec<WireScript> {
            let mut forms = FORMS.iter();
            vec![$(before(forms.next().expect("a row"))
                .$method($($(value_of!($kind $argument)),+)?)),*]
        }
    };
}

/// A value for a builder's argument.
#[cfg(test)]
macro_rules! value_of {
    ($kind:ident count) => {
        7
    };
    ($kind:ident steps) => {
        WireScript::new().set("in the block")
    };
    (Time $argument:ident) => {
        Duration::from_millis(10)
    };
    (Close $argument:ident) => {
        (1000, "done")
    };
    (Data $argument:ident) => {
        Data::from("a").number()
    };
    ($kind:ident $argument:ident) => {
        stringify!($argument)
    };
}

steps! {
    /// One write of these bytes.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use wireserve::WireScript;
    ///
    /// let slow = WireScript::new()
    ///     .send("HTTP/1.1 200 OK\r\n")
    ///     .pause(Duration::from_millis(50))
    ///     .half_close()
    ///     .hold_for(Duration::from_millis(20));
    /// assert!(slow.to_string().ends_with("\npause 50ms\nhalf_close\nhold 20ms\n"));
    /// // Four ends of a script:
    /// let ends = [slow.clone().hold(), slow.clone().reset(), slow.clone().close()];
    /// assert!(ends.iter().all(|script| script.steps()[4].is_last()));
    /// assert!(slow.close_without_notify().to_string().ends_with("\nclose without_notify\n"));
    /// ```
    send: Bytes(bytes) => Send(bytes),
        wire "send", list "send", Sends, call "write(data)";
    /// One write of bytes that are made when they are sent.
    ///
    /// See the example of [`Data`].
    send_data: Data(data) => SendData(data),
        wire "send", list "send", Sends;
    /// Sends `100 Continue` if the client waits for it, once.
    ///
    /// See the example of [`WireScript::wait_for_body`].
    send_continue: Nothing => SendContinue,
        wire "send_continue", list "send_continue", Sends, call "send_continue()";
    /// A pause, counted from when the step before was due.
    ///
    /// See the example of [`WireScript::send`].
    pause: Time(time) => Pause(time),
        wire "pause", list "pause", Waits, call "pause(seconds)";
    /// Waits for an event.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use wireserve::WireScript;
    ///
    /// let answer = WireScript::new()
    ///     .set("asked")
    ///     .wait_for("go on")
    ///     .clear("go on")
    ///     .wait_for_connection()
    ///     .within(Duration::from_secs(2))
    ///     .send("HTTP/1.1 204 No Content\r\n\r\n");
    /// let text = "set \"asked\"\nwait_for \"go on\"\nclear \"go on\"\nwait_for connection within 2s\n";
    /// assert!(answer.to_string().starts_with(text));
    /// ```
    wait_for: Event(event) within limit => WaitFor(Awaited::Event(event), limit),
        wire "wait_for", list "wait_for", Waits, call "wait_for(event, within=None)";
    /// Waits for the head of the next request.
    ///
    /// See the example of [`WireScript::next_request`].
    wait_for_head: Nothing within limit => WaitFor(Awaited::Head, limit),
        wire "wait_for" "head", list "wait_for_head", Waits;
    /// Waits for the whole body of the request.
    ///
    /// ```
    /// # use std::io::Write;
    /// use wireserve::{Server, WireScript};
    ///
    /// let upload = WireScript::new()
    ///     .wait_for_body_bytes(1)
    ///     .send_continue()
    ///     .wait_for_body()
    ///     .send("HTTP/1.1 204 No Content\r\n\r\n")
    ///     .close();
    /// let server = Server::start();
    /// server.post("/", move |_| upload.clone());
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\na")?;
    /// # client.write_all(b"b")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that waits for 100 gets it after its first byte:
    /// assert_eq!(answer, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    wait_for_body: Nothing within limit => WaitFor(Awaited::Body(None), limit),
        wire "wait_for" "body", list "wait_for_body", Waits,
        call "wait_for_body(count=None, within=None)";
    /// Waits for this many bytes of the request's body.
    ///
    /// See the example of [`WireScript::wait_for_body`].
    wait_for_body_bytes: Count(count) within limit => WaitFor(Awaited::Body(Some(count)), limit),
        wire "wait_for" "body", list "wait_for_body", Waits,
        call "wait_for_body(count=None, within=None)";
    /// Waits for another connection to the server.
    ///
    /// See the example of [`WireScript::wait_for`].
    wait_for_connection: Nothing within limit => WaitFor(Awaited::Connection, limit),
        wire "wait_for" "connection", list "wait_for_connection", Waits,
        call "wait_for_connection(within=None)";
    /// Sets an event.
    ///
    /// See the example of [`WireScript::wait_for`].
    set: Event(event) => Set(event),
        wire "set", list "set", Waits, call "set(event)";
    /// Clears an event.
    ///
    /// See the example of [`WireScript::wait_for`].
    clear: Event(event) => Clear(event),
        wire "clear", list "clear", Waits, call "clear(event)";
    /// Takes this many bytes off the connection.
    ///
    /// ```
    /// use wireserve::WireScript;
    ///
    /// // Takes the beginning of an upload off the connection, and answers in the middle of it.
    /// let upload = WireScript::new()
    ///     .receive_buffer(4096)
    ///     .read(4)
    ///     .read_until("\n")
    ///     .send("HTTP/1.1 413 Content Too Large\r\n\r\n")
    ///     .reset();
    /// let text = "receive_buffer 4096\nread 4\nread until \"\\n\"\n";
    /// assert!(upload.to_string().starts_with(text));
    /// ```
    read: Count(count) within limit => Read(Reading::Bytes(count), limit),
        wire "read", list "read", Waits, call "read(count=None, within=None, *, until=None)";
    /// Takes bytes off the connection, up to and including this pattern.
    ///
    /// See the example of [`WireScript::read`].
    read_until: Pattern(pattern) within limit => Read(Reading::Until(pattern), limit),
        wire "read" "until", list "read_until", Waits,
        call "read(count=None, within=None, *, until=None)";
    /// Limits how many unread bytes the kernel keeps for the server (`SO_RCVBUF`).
    ///
    /// See the example of [`WireScript::read`].
    receive_buffer: Count(count) => ReceiveBuffer(count),
        wire "receive_buffer", list "receive_buffer", Waits, call "receive_buffer(count)";
    /// Sends FIN. The client may continue to send.
    ///
    /// See the example of [`WireScript::send`].
    half_close: Nothing => HalfClose,
        wire "half_close", list "half_close", HalfCloses, call "half_close()";
    /// Sends FIN, then drains what the client still sends. Ends the script.
    ///
    /// See the example of [`WireScript::send`].
    close: Nothing => Close,
        wire "close", list "close", Ends, call "close(*, notify=True)";
    /// The same, but through TLS without the alert close_notify before FIN. Ends the script.
    ///
    /// See the example of [`WireScript::send`].
    close_without_notify: Nothing => CloseWithoutNotify,
        wire "close" "without_notify", list "close_without_notify", Ends,
        call "close(*, notify=True)";
    /// Sends RST at once. Ends the script.
    ///
    /// See the example of [`WireScript::send`].
    reset: Nothing => Reset,
        wire "reset", list "reset", Ends, call "reset()";
    /// Stays open and silent until the client leaves. Ends the script.
    ///
    /// See the example of [`WireScript::send`].
    hold: Nothing => Hold(None),
        wire "hold", list "hold", Ends, call "hold(seconds=None)";
    /// Stays open and silent for this long.
    ///
    /// See the example of [`WireScript::send`].
    hold_for: Time(time) => Hold(Some(time)),
        wire "hold", list "hold", Waits, call "hold(seconds=None)";
    /// Opens a WebSocket: sends 101 with the answer to the request's key.
    ///
    /// ```
    /// use wireserve::WireScript;
    /// use wireserve::wire_script::{Frame, Opcode};
    ///
    /// let chat = WireScript::new()
    ///     .ws_accept()
    ///     .ws_frame("hello")
    ///     .ws_frame(Frame::new(Opcode::PING, ""))
    ///     .ws_close_with((1000, "bye"))
    ///     .ws_close(); // a second close frame, which clients must ignore
    /// assert!(chat.to_string().ends_with("\nws_close 1000 \"bye\"\nws_close\n"));
    /// let with_protocol = WireScript::new().ws_accept_with("Sec-WebSocket-Protocol: chat\r\n");
    /// assert!(with_protocol.to_string().starts_with("ws_accept \"Sec-"));
    /// ```
    ws_accept: Nothing => WsAccept(None),
        wire "ws_accept", list "ws_accept", Sends, call "ws_accept(fields=b'')";
    /// The same with more field lines, each with its line end.
    ///
    /// See the example of [`WireScript::ws_accept`].
    ws_accept_with: Fields(fields) => WsAccept(Some(fields)),
        wire "ws_accept", list "ws_accept", Sends, call "ws_accept(fields=b'')";
    /// One write of a WebSocket frame.
    ///
    /// See the example of [`WireScript::ws_accept`].
    ws_frame: Frame(frame) => WsFrame(frame),
        wire "ws_frame", list "ws_frame", Sends, call "ws_frame(data, *, opcode='text', fin=True, rsv=0, mask=None, length=None, width=None)";
    /// One write of a close frame without a code.
    ///
    /// See the example of [`WireScript::ws_accept`].
    ws_close: Nothing => WsClose(None),
        wire "ws_close", list "ws_close", Sends, call "ws_close(code=None, reason=b'')";
    /// One write of a close frame with a code, and perhaps a reason.
    ///
    /// See the example of [`WireScript::ws_accept`].
    ws_close_with: Close(reason) => WsClose(Some(reason)),
        wire "ws_close", list "ws_close", Sends, call "ws_close(code=None, reason=b'')";
    /// Reads the next request, which the following steps answer.
    ///
    /// ```
    /// # use std::io::Write;
    /// # use wireserve::{Server, WireScript};
    /// let dies_later = WireScript::new()
    ///     .send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1")
    ///     .wait_for_head()
    ///     .next_by_site()
    ///     .next_request()
    ///     .send("HTTP/1.1 200")
    ///     .close();
    /// let server = Server::start();
    /// server.get("/", |_| 204);
    /// server.get("/first", move |_| dies_later.clone());
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET /first HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that uses one connection for /first, `/` and `/` again gets:
    /// assert!(answer.contains("\n1HTTP/1.1 204 ") && answer.ends_with("\nHTTP/1.1 200"));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    next_request: Nothing => Next(By::Script),
        wire "next", list "next", Waits;
    /// Reads the next request, which the site answers.
    ///
    /// See the example of [`WireScript::next_request`].
    next_by_site: Nothing => Next(By::Site),
        wire "next" "site", list "next_site", Sends;
    repeat: Repeat(count, steps) => Repeat(count, steps),
        wire "repeat", list "repeat", Waits;
    if_method: Named(name, steps) => If(Condition::Method(name), steps),
        wire "if" "method", list "if_method", Waits;
    if_field: Named(name, steps) => If(Condition::Field(name), steps),
        wire "if" "field", list "if_field", Waits;
    if_field_contains: Containing(name, bytes, steps)
            => If(Condition::FieldContains(name, bytes), steps),
        wire "if" "field", list "if_field_contains", Waits;
    unless_method: Named(name, steps) => Unless(Condition::Method(name), steps),
        wire "unless" "method", list "unless_method", Waits;
    unless_field: Named(name, steps) => Unless(Condition::Field(name), steps),
        wire "unless" "field", list "unless_field", Waits;
    unless_field_contains: Containing(name, bytes, steps)
            => Unless(Condition::FieldContains(name, bytes), steps),
        wire "unless" "field", list "unless_field_contains", Waits;
    first_requests: First(count, steps) => First(Counted::Requests, count, steps),
        wire "first" "requests", list "first_requests", Waits;
    first_connections: First(count, steps) => First(Counted::Connections, count, steps),
        wire "first" "connections", list "first_connections", Waits;
    otherwise: Block(steps) => Else(steps),
        wire "else", list "else", Waits;
    on_timeout: Block(steps) => OnTimeout(steps),
        wire "on" "timeout", list "on_timeout", Waits;
}

impl WireScript {
    /// Limits how long the last step waits.
    ///
    /// See the example of [`BlockSteps::on_timeout`](super::BlockSteps::on_timeout).
    ///
    /// # Panics
    /// The last step is not one of the `wait_for` and `read` steps.
    #[must_use]
    #[track_caller]
    pub fn within(mut self, time: Duration) -> Self {
        let last = Arc::make_mut(&mut self.steps).last_mut();
        let Some(limit) = last.and_then(Step::limit_mut) else {
            panic!("`within` must follow a step that can have a limit: `wait_for` or `read`");
        };
        *limit = Some(time);
        self
    }
}

/// Whether a form has an argument besides its limit.
pub fn takes_argument(form: &Form) -> bool {
    !matches!(form.takes, Takes::Nothing(_))
}

/// The words that begin a step in a `.wire` file, without repeats.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    let is_first =
        |&(index, form): &(usize, &'static Form)| index == 0 || FORMS[index - 1].word != form.word;
    FORMS
        .iter()
        .enumerate()
        .filter(is_first)
        .map(|(_, form)| form.word)
}

/// A step of this form.
#[cfg(test)]
pub(super) fn sample(form: &Form) -> Step {
    let limit = form.has_limit.then_some(Duration::from_millis(20));
    match form.takes {
        Takes::Nothing(make) => make(limit),
        Takes::Bytes(make) | Takes::Pattern(make) => make(b"a\r\n\xff".to_vec(), limit),
        Takes::Event(make) => make("an event".to_owned(), limit),
        Takes::Count(make) => make(7, limit),
        Takes::Time(make) => make(Duration::from_millis(10), limit),
        Takes::Fields(make) => make(b"A: b\r\n".to_vec(), limit),
        Takes::Frame(make) => {
            let mut frame = Frame::new(super::Opcode::PING, "a\r\n");
            (frame.fin, frame.rsv, frame.mask) = (false, 1, Some(*b"a\0\"="));
            (frame.length, frame.width) = (Some(9), Some(super::Width::Bits16));
            make(frame, limit)
        }
        Takes::Close(make) => make((1000, "done").into(), limit),
        Takes::Data(make) => make(Data::from("a").times(2, Data::new().number()), limit),
        Takes::Block(make) => make(block(), limit),
        Takes::Repeat(make) | Takes::First(make) => make(2, block(), limit),
        Takes::Named(make) => make("A".to_owned(), block(), limit),
        Takes::Containing(make) => make("A".to_owned(), b"b\xff".to_vec(), block(), limit),
    }
}

#[cfg(test)]
fn block() -> WireScript {
    let within = WireScript::new().set("b").hold_for(Duration::from_secs(1));
    WireScript::new().repeat(3, within).send("a")
}

/// The script that a step of this form follows.
#[cfg(test)]
pub(super) fn before(form: &Form) -> WireScript {
    use super::form::Follows;

    match form.follows() {
        Follows::Any => WireScript::new(),
        Follows::Condition => WireScript::new().if_method("B", WireScript::new()),
        Follows::Limit => WireScript::new().read(1).within(Duration::from_secs(1)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_form_is_read_as_it_is_printed() {
        for form in FORMS {
            let step = sample(form);
            assert!(std::ptr::eq(step.parts().form, form), "{step}");
            assert_eq!(
                step.to_string().contains("within"),
                form.has_limit,
                "{step}"
            );
            let script = before(form).step(step);
            let text = script.to_string();
            let parsed = WireScript::parse(text.as_bytes());
            assert_eq!(parsed, Ok(script), "{text}");
        }
    }

    #[test]
    fn the_builder_has_every_form() {
        for (script, form) in built().iter().zip(FORMS) {
            let step = script.steps().last().expect("a step");
            assert!(std::ptr::eq(step.parts().form, form), "{}", form.method);
            assert_eq!(script.steps().len(), before(form).steps().len() + 1);
        }
        let limited = WireScript::new().read(5).within(Duration::from_secs(1));
        assert_eq!(limited.to_string(), "read 5 within 1s\n");
    }

    #[test]
    #[should_panic(expected = "`within` must follow a step that can have a limit")]
    fn only_steps_that_wait_for_the_client_have_limits() {
        let _ = WireScript::new().close().within(Duration::ZERO);
    }

    /// The first four cells of a row in `docs/wire.md`.
    fn cells(form: &Form) -> [String; 4] {
        let (in_file, in_list) = match form.takes {
            Takes::Nothing(_) => (None, None),
            Takes::Bytes(_) | Takes::Pattern(_) => (Some("BYTES"), Some("data")),
            Takes::Event(_) => (Some("EVENT"), Some("event")),
            Takes::Count(_) => (Some("COUNT"), Some("count")),
            Takes::Time(_) => (Some("TIME"), Some("seconds")),
            Takes::Fields(_) => (Some("BYTES"), Some("fields")),
            Takes::Frame(_) => (Some("[OPTION=VALUE]… BYTES"), Some("data, options")),
            Takes::Close(_) => (Some("CODE [BYTES]"), Some("code, reason")),
            Takes::Data(_) => (Some("DATA"), Some("parts")),
            Takes::Block(_) => (Some("{ STEPS }"), Some("steps")),
            Takes::Repeat(_) => (Some("COUNT { STEPS }"), Some("count, steps")),
            Takes::First(_) => (Some("{ STEPS }"), Some("count, steps")),
            Takes::Named(_) => (Some("NAME { STEPS }"), Some("name, steps")),
            Takes::Containing(_) => (
                Some("NAME contains BYTES { STEPS }"),
                Some("name, data, steps"),
            ),
        };
        let within = form.has_limit.then_some("[within TIME]");
        let counted = matches!(form.takes, Takes::First(_)).then_some("COUNT");
        let words = [Some(form.word), counted, form.qualifier, in_file, within];
        let words: Vec<_> = words.into_iter().flatten().collect();

        let mut shared = FORMS
            .iter()
            .filter(|other| other.list_name == form.list_name);
        let has_place = form.has_limit && shared.any(takes_argument);
        let in_list = in_list.or_else(|| has_place.then_some("None"));
        let name = format!("\"{}\"", form.list_name);
        let within = form.has_limit.then_some("within");
        let items = [Some(name.as_str()), in_list, within];
        let items: Vec<_> = items.into_iter().flatten().collect();
        let in_list = match items[..] {
            [name] => name.to_owned(),
            _ => format!("({})", items.join(", ")),
        };
        let call = form
            .call
            .map_or_else(String::new, |call| format!("`{call}`"));
        [
            format!("`{}`", words.join(" ")),
            format!("`{in_list}`"),
            call,
            format!("`{}({})`", form.method, form.arguments.join(", ")),
        ]
    }

    #[test]
    fn the_documentation_has_this_table() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/wire.md");
        let page = fs::read_to_string(page).unwrap();
        let (_, table) = page.split_once("\n| step | ").expect("a table of steps");
        let rows: Vec<Vec<_>> = table
            .lines()
            .skip(2)
            .take_while(|line| line.starts_with('|'))
            .map(|row| row.trim_matches('|').split('|').map(str::trim).collect())
            .collect();
        for (row, form) in rows.iter().zip(FORMS) {
            assert_eq!(row[..4], cells(form));
            let ends = row[4].contains("Ends the script");
            assert_eq!(ends, form.effect == Effect::Ends, "{}", row[4]);
        }
        assert_eq!(rows.len(), FORMS.len());
    }
}

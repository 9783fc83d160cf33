//! The parser of `.wire` files. [`WireScript::parse`] describes the format, `table.rs` the steps; items,
//! operands and tokens have files of their own. The counterpart is `print.rs`.
//!
//! No text, whatever it asks for, takes more memory than its own size and the limits here allow.

use super::data::NUMBER_OUTSIDE;
use super::form::{Form, Takes};
use super::forms::{FIRST, arguments, fits, form_of};
use super::items::{Items, Names, begins_item};
use super::limits::{MAX_BYTES, MAX_STEPS};
use super::parse_error::ParseError;
use super::table::{self, FORMS};
use super::tokens::{Token, Tokens, wrong};
use super::{
    CloseReason, Data, Frame, Limit, Place, Step, WireScript, expected_words, frame_options,
};

impl WireScript {
    /// Parses a `.wire` file. A step begins in the first column of a line; an indented line continues it.
    ///
    /// ```text
    /// # a comment, to the end of the line
    /// let body = "ok"                      # a name for bytes
    /// send "HTTP/1.1 200 OK\r\n"           # one write, of all items together
    ///      "Content-Length: " length(body) "\r\n\r\n"
    ///      body
    /// send by 1 every 10ms "slowly"        # writes of one byte each; `every` is optional
    /// pause 50ms                           # min, s, ms, us, ns
    /// wait_for "event" within 2s           # `within` is optional
    /// read until "\r\n"
    /// repeat 3 {                           # a block; a block of one step needs no braces
    ///   send "pass " number "\n"
    /// }
    /// unless method "HEAD" send body
    /// close
    /// ```
    ///
    /// These are examples: `docs/wire.md` lists all steps, and each has a method of the builder.
    ///
    /// Items are strings in double quotes, with escapes as in Rust (`\r`, `\xff`), names, items in parentheses, and
    /// functions: `chunk("data")` is a chunk of a chunked body, `length(body)` the number of bytes in
    /// decimal, `hex(body)` in hexadecimal. `* 3` repeats the item before it.
    ///
    /// ```
    /// use wireserve::WireScript;
    ///
    /// let script = WireScript::parse(b"send \"HTTP/1.1 200 OK\\r\\n\\r\\n\"\nclose\n")?;
    /// assert_eq!(script, WireScript::new().send("HTTP/1.1 200 OK\r\n\r\n").close());
    /// let error = WireScript::parse(b"close\npause ten").unwrap_err();
    /// assert_eq!(error.to_string(), "line 2: unreachable: `close` ends the script (line 1)");
    /// # Ok::<_, wireserve::wire_script::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// The first error, with its line.
    pub fn parse(text: &[u8]) -> Result<Self, ParseError> {
        let mut parser = Parser {
            tokens: Tokens::new(text)?,
            names: Names::default(),
            script: Self::new(),
            steps: 0,
            sent: 0,
            named: 0,
            blocks: 0,
            passes: 0,
        };
        if !matches!(parser.tokens.first(), Token::StepBegins | Token::End) {
            return parser.tokens.wrong(match parser.tokens.first() {
                Token::Sign('}') => "expected a step, found `}` outside of a block",
                _ => "expected a step in the first column, found an indented line",
            });
        }
        while parser.tokens.take()? == Token::StepBegins {
            parser.statement(Lines::Own)?;
            if !matches!(parser.tokens.first(), Token::StepBegins | Token::End) {
                return parser.tokens.expected("the end of the step");
            }
        }
        Ok(parser.script)
    }
}

/// Whose lines a step is on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    Own,
    /// Those of the step whose only step it is; so an `else` may belong to either.
    Shared,
}

/// A script that is parsed up to some token.
pub(super) struct Parser<'a> {
    pub(super) tokens: Tokens<'a>,
    names: Names<'a>,
    /// The script, or the block that is being read.
    pub(super) script: WireScript,
    /// Steps of all blocks; at most [`MAX_STEPS`].
    steps: usize,
    /// Bytes of steps; at most [`MAX_BYTES`].
    sent: u64,
    /// Bytes of names; at most [`MAX_BYTES`].
    named: u64,
    /// How many blocks are open; at most [`MAX_DEPTH`](super::MAX_DEPTH).
    pub(super) blocks: usize,
    /// How many of these are repeated.
    pub(super) passes: usize,
}

impl Parser<'_> {
    /// A step or a `let`.
    pub(super) fn line(&mut self) -> Result<(), ParseError> {
        let line = self.tokens.line();
        match *self.tokens.first() {
            Token::Word("let") => {
                self.tokens.take()?;
                self.define(line)
            }
            Token::Word(word) => match table::words().find(|&known| known == word) {
                Some(word) => {
                    self.tokens.take()?;
                    self.step(word, line)
                }
                None => {
                    let words: Vec<_> = ["let"].into_iter().chain(table::words()).collect();
                    self.tokens
                        .expected(&expected_words("a step", &words, word))
                }
            },
            _ => self
                .tokens
                .expected("a step (an indented line continues the step above it)"),
        }
    }

    fn step(&mut self, word: &str, line: usize) -> Result<(), ParseError> {
        if word == FIRST {
            return self.first(line);
        }
        let form = self.form(word)?;
        self.admit(form, line)?;
        if !fits(form, self.tokens.first()) {
            return self.tokens.expected(&arguments(word, form.qualifier));
        }
        match form.takes {
            Takes::Bytes(make) => {
                if self.tokens.take_if(&Token::Word("by"))? {
                    return self.pieces(make, line);
                }
                let data = self.data(line)?;
                match data.constant() {
                    Some(bytes) => self.push(form, |limit| make(bytes.to_vec(), limit), line),
                    None => self.push_step(Step::SendData(data), line),
                }
            }
            Takes::Data(make) => {
                let data = self.data(line)?;
                self.push(form, |limit| make(data, limit), line)
            }
            Takes::Pattern(make) => {
                let pattern = self.bytes(line)?;
                if pattern.is_empty() {
                    return wrong(line, "expected bytes to search for, found an empty string");
                }
                self.push(form, |limit| make(pattern, limit), line)
            }
            Takes::Event(make) => {
                let event = self.tokens.event()?;
                self.push(form, |limit| make(event, limit), line)
            }
            Takes::Count(make) => {
                let count = self.tokens.count()?;
                self.push(form, |limit| make(count, limit), line)
            }
            Takes::Time(make) => {
                let time = self.tokens.time()?;
                self.push(form, |limit| make(time, limit), line)
            }
            Takes::Fields(make) => {
                let fields = self.bytes(line)?;
                self.push(form, |limit| make(fields, limit), line)
            }
            Takes::Frame(make) => {
                let frame = self.frame(line)?;
                self.push(form, |limit| make(frame, limit), line)
            }
            Takes::Close(make) => {
                let reason = self.close_reason(line)?;
                self.push(form, |limit| make(reason, limit), line)
            }
            Takes::Nothing(make) => self.push(form, make, line),
            Takes::First(_) => self.first(line),
            Takes::Block(make) => self.block(form, |block| make(block, None), line),
            Takes::Repeat(make) => {
                let count = self.tokens.count()?;
                self.passes += 1;
                self.block(form, |block| make(count, block, None), line)?;
                self.passes -= 1;
                Ok(())
            }
            Takes::Named(make) => {
                let name = self.tokens.name()?;
                if self.tokens.take_if(&Token::Word("contains"))? {
                    return self.containing(form, name, line);
                }
                self.block(form, |block| make(name, block, None), line)
            }
            Takes::Containing(_) => {
                let name = self.tokens.name()?;
                match self.tokens.take_if(&Token::Word("contains"))? {
                    true => self.containing(form, name, line),
                    false => self.tokens.expected("`contains`"),
                }
            }
        }
    }

    pub(super) fn admit(&mut self, form: &Form, line: usize) -> Result<(), ParseError> {
        let admitted = self.script.admit(form, Place::Line(line));
        admitted.or_else(|error| wrong(line, error.to_string()))
    }

    /// The form of a step by the tokens after its first word. Takes the qualifier.
    fn form(&mut self, word: &str) -> Result<&'static Form, ParseError> {
        let mut forms = FORMS.iter().filter(|form| form.word == word);
        let qualifier = forms.find_map(|form| {
            form.qualifier
                .filter(|&word| *self.tokens.first() == Token::Word(word))
        });
        if qualifier.is_some() {
            self.tokens.take()?;
        }
        match form_of(word, qualifier, self.tokens.first()) {
            Some(form) => Ok(form),
            None => self.tokens.expected(&arguments(word, None)),
        }
    }

    fn define(&mut self, line: usize) -> Result<(), ParseError> {
        let &Token::Word(name) = self.tokens.first() else {
            return self.tokens.expected("a name");
        };
        if let Err(reason) = self.names.check_new(name) {
            return self.tokens.wrong(reason);
        }
        self.tokens.take()?;
        if !self.tokens.take_if(&Token::Sign('='))? {
            return self.tokens.expected("`=`");
        }
        let items = self.items()?;
        self.named = sum(self.named, &items, "in names", line)?;
        self.names.define(name, items, line);
        Ok(())
    }

    /// `send by`, which is short for several steps.
    fn pieces(&mut self, make: fn(Vec<u8>, Limit) -> Step, line: usize) -> Result<(), ParseError> {
        let size = self.tokens.count()?;
        if size == 0 {
            return wrong(line, "expected at least 1 byte for each write, found `0`");
        }
        let every = match self.tokens.take_if(&Token::Word("every"))? {
            true => Some(self.tokens.time()?),
            false => None,
        };
        let bytes = self.bytes(line)?;
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        for (index, piece) in bytes.chunks(size).enumerate() {
            if let (Some(every), 1..) = (every, index) {
                self.push_step(Step::Pause(every), line)?;
            }
            self.push_step(make(piece.to_vec(), None), line)?;
        }
        Ok(())
    }

    /// The options and the payload of a frame.
    fn frame(&mut self, line: usize) -> Result<Frame, ParseError> {
        let mut frame = Frame::from("");
        while let Some((option, value)) = self.tokens.option()? {
            if let Err(reason) = frame_options::set(&mut frame, option, value) {
                return wrong(line, reason);
            }
        }
        frame.payload = self.bytes(line)?;
        Ok(frame)
    }

    /// The code of a close frame, and its reason if there is one.
    fn close_reason(&mut self, line: usize) -> Result<CloseReason, ParseError> {
        let Ok(code) = u16::try_from(self.tokens.count()?) else {
            return wrong(
                line,
                "expected a code from 0 to 65535, found a larger number",
            );
        };
        let reason = match begins_item(self.tokens.first()) {
            true => self.bytes(line)?,
            false => Vec::new(),
        };
        Ok(CloseReason { code, reason })
    }

    /// Adds a step, with its limit if it has one.
    fn push(
        &mut self,
        form: &Form,
        make: impl FnOnce(Limit) -> Step,
        line: usize,
    ) -> Result<(), ParseError> {
        let limit = match form.has_limit {
            true => self.tokens.limit()?,
            false => None,
        };
        self.push_step(make(limit), line)
    }

    fn push_step(&mut self, step: Step, line: usize) -> Result<(), ParseError> {
        self.count_step(line)?;
        let pushed = self.script.push(step, Place::Line(line));
        pushed.or_else(|error| wrong(line, error.to_string()))
    }

    pub(super) fn count_step(&mut self, line: usize) -> Result<(), ParseError> {
        if self.steps == MAX_STEPS {
            return wrong(
                line,
                format!("expected at most {MAX_STEPS} steps, found more"),
            );
        }
        self.steps += 1;
        Ok(())
    }

    fn items(&mut self) -> Result<Items, ParseError> {
        Items::read(&mut self.tokens, &self.names)
    }

    /// Items whose bytes must be known.
    fn bytes(&mut self, line: usize) -> Result<Vec<u8>, ParseError> {
        let items = self.items()?;
        if !items.is_constant() {
            return wrong(line, UNKNOWN);
        }
        self.sent = sum(self.sent, &items, "to send or search for", line)?;
        Ok(items.bytes())
    }

    fn data(&mut self, line: usize) -> Result<Data, ParseError> {
        let items = self.items()?;
        self.sent = sum(self.sent, &items, "to send or search for", line)?;
        let data = items.into_data();
        if data.levels() > self.passes {
            return wrong(line, NUMBER_OUTSIDE);
        }
        Ok(data)
    }
}

const UNKNOWN: &str =
    "expected bytes that are known before they are sent, found `number`, `file` or `gzip`";

/// The bytes so far and those of some more items.
fn sum(bytes: u64, items: &Items, purpose: &str, line: usize) -> Result<u64, ParseError> {
    match bytes.checked_add(items.size()) {
        Some(sum) if sum <= MAX_BYTES => Ok(sum),
        _ => wrong(
            line,
            format!("expected at most {MAX_BYTES} bytes {purpose}, found more"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn steps_are_read() {
        let text = r#"wait_for "a" within 2s
wait_for head within 1s
wait_for connection
wait_for body within 1s
wait_for body 10 within 500ms
read 5 within 1ns
read until "\r\n" within 2s
set "a"
clear "b"
hold 3s
pause 1us
send "a"
next site
repeat 3 {
  send_continue
  send "a" number (number(2)) * 5
  if field "Expect" contains "\xff" {
    unless field "A" {}
  } else {
    repeat 0 {
      read 5 within 1s
      on timeout {
        reset
      }
    }
  }
}
half_close
next
reset
"#;
        let script = WireScript::parse(text.as_bytes()).unwrap();
        assert_eq!(script.to_string(), text);
    }

    /// The printed script of lines that `¶` separates, or the error.
    fn printed(lines: &str) -> String {
        match WireScript::parse(lines.replace('¶', "\n").as_bytes()) {
            Ok(script) => script.to_string().trim_end().replace('\n', "¶"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn lines_begin_or_continue_a_step() {
        for (lines, expected) in [
            ("", ""),
            (" # nothing¶", ""),
            (r#"# c¶¶send # d¶ "a"¶# e¶¶ "b""#, r#"send "ab""#),
            (
                r#"read until "ab" * 2 within 1s"#,
                r#"read until "abab" within 1s"#,
            ),
            (
                r#"let send = "a"¶send send¶close¶let z = send"#,
                r#"send "a"¶close"#,
            ),
            (r#"send by 2 "abcde""#, r#"send "ab"¶send "cd"¶send "e""#),
            (
                r#"send by 2 every 5ms "abc""#,
                r#"send "ab"¶pause 5ms¶send "c""#,
            ),
            (r#"send by 18446744073709551615 "a" "b""#, r#"send "ab""#),
            (r#"send by 1 """#, ""),
            (
                r#"let fin = "x"¶ws_frame fin = 0 opcode=ping length=5¶ fin "y""#,
                r#"ws_frame fin=0 opcode=ping length=5 "xy""#,
            ),
            (
                r#"ws_frame width=7 width=64 rsv=0 fin=1 opcode=1 length(x)"#,
                "line 1: expected a name that an earlier `let` defines, found `x`; strings are in double quotes",
            ),
            (
                r#"if method "A" send "a"¶ "b" else if field "B" contains "c" {¶ set "d"¶   within¶ set "e" }"#,
                "line 4: expected the end of the step, found `within`",
            ),
            (
                r#"if method "A" send "a"¶ "b" else if field "B" contains "c" { set "d" }¶else close"#,
                "line 3: expected `else` after a block of `if`, `unless` or `first`, found it after `else`",
            ),
            (
                r#"if method "A"¶ send "a"¶ "b"¶else if field "B" contains "c" {¶  set¶   "d"¶}¶set "e""#,
                r#"if method "A" {¶  send "ab"¶} else {¶  if field "B" contains "c" {¶    set "d"¶  }¶}¶set "e""#,
            ),
            (
                r#"repeat 2 wait_for head within 1s on timeout {¶close }¶let a = number¶repeat 3 send a"#,
                r#"repeat 2 {¶  wait_for head within 1s¶  on timeout {¶    close¶  }¶}¶repeat 3 {¶  send number¶}"#,
            ),
            (
                "first 1 request receive_buffer 5 else first 1 connections close",
                "first 1 requests {¶  receive_buffer 5¶} else {¶  first 1 connections {¶    close¶  }¶}",
            ),
            (
                r#"ws_close 1000¶ws_close 1001 "a" "b"¶ws_close¶ws_accept¶ws_accept "A: b\r\n""#,
                r#"ws_close 1000¶ws_close 1001 "ab"¶ws_close¶ws_accept¶ws_accept "A: b\r\n""#,
            ),
        ] {
            assert_eq!(printed(lines), expected, "{lines}");
        }
        assert_eq!(printed("half_close\r\n\r\nclose\r\n"), "half_close¶close");
        // Editors may put a byte order mark there.
        assert_eq!(printed("\u{feff}half_close¶close"), "half_close¶close");
    }

    #[test]
    fn errors_name_the_line_what_was_expected_and_found() {
        for (lines, line, reason) in [
            (
                r#" "a""#,
                1,
                "expected a step in the first column, found an indented line",
            ),
            ("}", 1, "expected a step, found `}` outside of a block"),
            (
                r#"#¶"a""#,
                2,
                "expected a step (an indented line continues the step above it), found a string",
            ),
            (
                r#"¶sned "a""#,
                2,
                "expected a step such as `send`, found `sned`",
            ),
            (
                r#"repeat 3 sned "a""#,
                1,
                "expected a step such as `send`, found `sned`",
            ),
            (
                r#"repeat 3 times { send "a" }"#,
                1,
                "expected `{` or a step, found `times`",
            ),
            (
                r#"sleep 1s"#,
                1,
                "expected a step such as `pause`, found `sleep`",
            ),
            (
                r#"send "a"¶¶ "a" * 67108864"#,
                1,
                "expected at most 67108864 bytes to send or search for, found more",
            ),
            (
                r#"read until "a" * 67108865"#,
                1,
                "at most 67108864 bytes to send or search for",
            ),
            (
                r#"let a = "a" * 67108865"#,
                1,
                "at most 67108864 bytes in names",
            ),
            (
                r#"let a = ""¶¶let a = """#,
                3,
                "expected a new name, found `a`, which line 1 defines",
            ),
            (
                r#"let chunk = """#,
                1,
                "expected a new name, found the reserved word `chunk`",
            ),
            (
                r#"let within = """#,
                1,
                "expected a new name, found the reserved word `within`",
            ),
            (r#"let 5 = """#, 1, "expected a name, found `5`"),
            (r#"let a """#, 1, "expected `=`, found a string"),
            (
                r#"send by 0 "a""#,
                1,
                "expected at least 1 byte for each write, found `0`",
            ),
            (
                r#"send by 1 every 5 "a""#,
                1,
                "expected a number directly followed by its unit, min, s, ms, us or ns, found `5`",
            ),
            (
                r#"send by 1 "a" * 100001"#,
                1,
                "expected at most 100000 steps, found more",
            ),
            (
                "pause",
                1,
                "expected a duration such as `10ms`, found the end of the step",
            ),
            (
                "set \"a\"¶¶pause ten",
                3,
                "expected a duration such as `10ms`, found `ten`",
            ),
            ("pause 1s 2s", 1, "expected the end of the step, found `2s`"),
            (
                "read",
                1,
                "expected a whole number or `until`, found the end of the step",
            ),
            (
                r#"read until """#,
                1,
                "expected bytes to search for, found an empty string",
            ),
            (
                "wait_for name",
                1,
                "expected the name of an event in quotes, `head`, `body` or `connection`, found `name`",
            ),
            (
                r#"close¶ "a""#,
                2,
                "expected the end of the step, found a string",
            ),
            (
                r#"close¶¶send "a""#,
                3,
                "unreachable: `close` ends the script (line 1)",
            ),
            (
                "reset¶close",
                2,
                "unreachable: `reset` ends the script (line 1)",
            ),
            (
                "reset¶pause ten",
                2,
                "unreachable: `reset` ends the script (line 1)",
            ),
            (
                r#"half_close¶send by "a""#,
                2,
                "cannot send: `half_close` closes the sending side (line 1)",
            ),
            (
                "hold¶close",
                2,
                "unreachable: `hold` ends the script (line 1)",
            ),
            (
                r#"half_close¶next¶send """#,
                3,
                "cannot send: `half_close` closes the sending side (line 1)",
            ),
            (
                "ws_frame",
                1,
                "expected an option or a string, a name, a function or `(`, found the end of the step",
            ),
            (
                "ws_frame fin=2 \"a\"",
                1,
                "expected 0 or 1 after `fin`, found `2`",
            ),
            (
                "ws_frame end = 1 \"a\"",
                1,
                "expected an option, `fin`, `rsv`, `opcode`, `mask`, `length` or `width`, found `end`",
            ),
            (
                "ws_frame fin= \"a\"",
                1,
                "expected 0 or 1 after `fin`, found a string of 1 bytes",
            ),
            (
                "ws_frame fin=(",
                1,
                "expected a value after `fin`, found `(`",
            ),
            (
                "ws_frame fin",
                1,
                "expected a name that an earlier `let` defines, found `fin`; strings are in double quotes",
            ),
            ("ws_close x", 1, "expected the end of the step, found `x`"),
            (
                "ws_close 65536",
                1,
                "expected a code from 0 to 65535, found a larger number",
            ),
            (
                "repeat 1000 {¶  repeat 1000 {¶ pause 1s }¶}",
                1,
                "expected at most 100000 steps with all repetitions, found more",
            ),
            (
                r#"repeat 9¶ send "a" * 10000000"#,
                1,
                "expected at most 67108864 bytes to send with all repetitions, found more",
            ),
            (
                r#"repeat 2 {¶  send "a"¶  half_close¶}"#,
                1,
                "cannot send: `half_close` closes the sending side (line 3)",
            ),
            (
                r#"repeat 2 close"#,
                1,
                "unreachable: `close` ends the script (line 1)",
            ),
            (
                r#"if method "A" close¶else {¶  reset¶}¶send "a""#,
                5,
                "unreachable: `reset` ends the script (line 3)",
            ),
            (
                r#"if method "A" half_close¶else send "a"¶send "b""#,
                3,
                "cannot send: `half_close` closes the sending side (line 1)",
            ),
            (
                r#"send "a"¶else close"#,
                2,
                "expected `else` after a block of `if`, `unless` or `first`, found it after `send`",
            ),
            (
                "repeat 2 {¶  else close }",
                2,
                "expected `else` after a block of `if`, `unless` or `first`, found it at the beginning",
            ),
            (
                "read 5 on timeout close",
                1,
                "expected `on timeout` after a step with `within`, found it after `read`",
            ),
            ("repeat {", 1, "expected a whole number, found `{`"),
            (
                "repeat 3",
                1,
                "expected `{` or a step, found the end of the step",
            ),
            (
                "repeat 3 {¶  close",
                2,
                "expected `}` to end the block that begins in line 1, found the end of the script",
            ),
            (
                "set \"a\"¶repeat 3 {¶  repeat 2 {¶    pause 1s¶  }¶",
                5,
                "expected `}` to end the block that begins in line 2, found the end of the script",
            ),
            (
                "repeat 3 {¶  close¶pause 1s",
                3,
                "expected `}` or a step in column 3, found column 1",
            ),
            (
                "repeat 3 { close pause 1s }",
                1,
                "expected the end of the step, found `pause`",
            ),
            ("close }", 1, "expected the end of the step, found `}`"),
            (
                "repeat 3 {¶  close¶ pause 1s }",
                3,
                "expected `}` or a step in column 3, found column 2",
            ),
            ("if close", 1, "expected `method` or `field`, found `close`"),
            (
                "if method HEAD close",
                1,
                "expected a name in quotes, found `HEAD`",
            ),
            (
                r#"if field """#,
                1,
                "expected a name, found an empty string",
            ),
            (
                r#"if field "a" contains b close"#,
                1,
                "expected a string, found `b`",
            ),
            ("on close", 1, "expected `timeout`, found `close`"),
            (
                "first request",
                1,
                "expected a whole number, found `request`",
            ),
            (
                "first 2 close",
                1,
                "expected `requests` or `connections`, found `close`",
            ),
            (
                "first 2 requests",
                1,
                "expected `{` or a step, found the end",
            ),
            (
                "close¶first 2 requests close",
                2,
                "unreachable: `close` ends the script (line 1)",
            ),
            (
                "send number",
                1,
                "expected `number` in `repeat` or in repeated items, found it outside of them",
            ),
            ("repeat 2 send number(2)", 1, "found it outside of them"),
            ("repeat 2 read until number", 1, UNKNOWN),
            ("repeat 2 send by 1 number", 1, UNKNOWN),
            (
                "half_close¶ws_close",
                2,
                "cannot send: `half_close` closes the sending side (line 1)",
            ),
            (
                "half_close¶next site",
                2,
                "cannot send: `half_close` closes the sending side (line 1)",
            ),
        ] {
            let error = printed(lines);
            assert!(error.starts_with(&format!("line {line}: ")), "{error}");
            assert!(error.contains(reason), "{lines}: {error}");
        }
    }

    /// Fragments of the format in any order.
    fn soup() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "let a = \"x\"",
            "\nlet b = ",
            "\nsend ",
            "\nsend by 2 every 1ms ",
            "\nsend ",
            "by",
            "every",
            "a ",
            "b ",
            "c",
            "\"a\" ",
            "\"\\r\\n\"",
            "\"\"",
            "\"",
            " * 3 ",
            "*",
            "*99999999999",
            "(",
            ")",
            "chunk(",
            "length(",
            "hex(",
            "=",
            "\npause 1.5s",
            "\nread 5",
            "\nread until ",
            " within 2s",
            "\nwait_for ",
            "head",
            "body ",
            "connection",
            "10",
            "50ms",
            "\nws_accept ",
            "\nws_frame ",
            "fin=0 ",
            "opcode=ping ",
            "mask=\"abcd\" ",
            "length=",
            "\nws_close ",
            "\nset \"e\"",
            "\nclear ",
            "\nhalf_close",
            "\nclose",
            "\nreset",
            "\nhold",
            "\nhold 1s",
            "\nnext",
            " site",
            "\nrepeat 3",
            "\n  ",
            " {",
            "}",
            " number ",
            "number(2)",
            "\nif method \"a\"",
            "\nfirst 2 requests",
            "\nreceive_buffer 5",
            "\nunless field \"a\"",
            " contains \"b\"",
            "else",
            " on timeout",
            "\n",
            "\r\n",
            "\r",
            "\n ",
            "\t",
            "# ",
            "\0",
            "é",
            "-",
        ]);
        prop::collection::vec(piece, 0..25).prop_map(|pieces| pieces.concat())
    }

    fn read_again(text: &[u8]) -> Result<(), TestCaseError> {
        if let Ok(script) = WireScript::parse(text) {
            let printed = script.to_string();
            prop_assert_eq!(
                WireScript::parse(printed.as_bytes()),
                Ok(script),
                "{}",
                printed
            );
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(text: Vec<u8>) {
            read_again(&text)?;
        }

        #[test]
        fn any_soup_is_read_or_refused(text in soup()) {
            read_again(text.as_bytes())?;
        }
    }
}

//! The steps of a `.wire` file. The format is told at [`WireScript::parse`]; items, operands and tokens
//! have files of their own, and the counterpart is `print.rs`.
//!
//! What is read can be played: nothing stands behind an end, and nothing is sent behind a FIN. No text,
//! whatever it says, takes more memory than its own size and the limits here allow.

use super::items::{Items, Names};
use super::tokens::{Token, Tokens, wrong};
use super::unreadable::Unreadable;
use super::{Awaited, By, Reading, Step, WireScript};

/// How many bytes the sends of a script may have together, with what it reads until; and again what it
/// gives names. More are refused before there are any: a few characters can ask for all of memory.
pub const MAX_BYTES: u64 = 64 << 20;

/// How many steps a script may have, for the same reason: `send by 1` makes one of each byte. A script
/// with more is refused.
pub const MAX_STEPS: usize = 100_000;

impl WireScript {
    /// Reads a `.wire` file. A step begins in the first column of a line; a line that begins with a blank
    /// goes on with it.
    ///
    /// ```text
    /// # a comment, as far as its line goes
    /// let body = "ok"                      # a name for bytes
    /// send "HTTP/1.1 200 OK\r\n"           # one write, of all items together
    ///      "Content-Length: " length(body) "\r\n\r\n"
    ///      body
    /// send by 1 every 10ms "slowly"        # several writes of so many bytes; `every` may be left out
    /// pause 50ms                           # min, s, ms, us, ns
    /// read 5                               # also: read until "\r\n"
    /// wait_for "event" within 2s           # also: head, body, body 10, connection; as with `read`,
    ///                                      # `within` may be left out
    /// set "event"                          # also: clear "event"
    /// next                                 # also: next site
    /// half_close
    /// hold 2s                              # ends the script without a time, as do: close, reset
    /// ```
    ///
    /// Items are strings in quotes ([`quoted`](crate::text::quoted)), names, items in parentheses, and
    /// functions: `chunk("data")` is a chunk of a chunked body, `length(body)` how many bytes there are,
    /// `hex(body)` the same in hexadecimal. Behind an item, `* 3` repeats it.
    ///
    /// ```
    /// use wireserve::WireScript;
    ///
    /// let script = WireScript::parse(b"send \"HTTP/1.1 200 OK\\r\\n\\r\\n\"\nclose\n")?;
    /// assert_eq!(script, WireScript::new().send("HTTP/1.1 200 OK\r\n\r\n").close());
    /// let error = WireScript::parse(b"close\nsned \"\"").unwrap_err();
    /// assert_eq!(error.to_string(), "line 2: there is no step `sned`");
    /// # Ok::<_, wireserve::wire_script::Unreadable>(())
    /// ```
    ///
    /// # Errors
    /// The first line that is wrong.
    pub fn parse(text: &[u8]) -> Result<Self, Unreadable> {
        let mut reader = Reader {
            tokens: Tokens::new(text)?,
            names: Names::default(),
            steps: Vec::new(),
            left: Left::Everything,
            sent: 0,
            named: 0,
        };
        if !matches!(reader.tokens.first(), Token::StepBegins | Token::End) {
            return reader
                .tokens
                .wrong("this line goes on with a step, and there is none above");
        }
        while reader.tokens.take()? == Token::StepBegins {
            reader.step()?;
            if !matches!(reader.tokens.first(), Token::StepBegins | Token::End) {
                let reason = format!("the step is complete before {}", reader.tokens.first());
                return reader.tokens.wrong(reason);
            }
        }
        Ok(reader.steps.into())
    }
}

/// A script that has been read to the end of a step, or to somewhere in it.
struct Reader<'a> {
    tokens: Tokens<'a>,
    names: Names<'a>,
    /// Not more than [`MAX_STEPS`].
    steps: Vec<Step>,
    left: Left,
    /// Bytes of steps; not more than [`MAX_BYTES`].
    sent: u64,
    /// Bytes of names; not more than [`MAX_BYTES`].
    named: u64,
}

/// What the steps so far leave of the connection.
enum Left {
    Everything,
    /// All but sending.
    Receiving,
    /// This step has ended it.
    Nothing(&'static str),
}

impl<'a> Reader<'a> {
    fn step(&mut self) -> Result<(), Unreadable> {
        let line = self.tokens.line();
        let &Token::Word(word) = self.tokens.first() else {
            let reason = format!(
                "a step is missing, there is {}; a line that goes on with one begins with a blank",
                self.tokens.first()
            );
            return self.tokens.wrong(reason);
        };
        let read = match word {
            "let" => Self::define,
            "send" => Self::send,
            "pause" => Self::pause,
            "wait_for" => Self::wait_for,
            "set" => Self::set,
            "clear" => Self::clear,
            "read" => Self::read,
            "half_close" => Self::half_close,
            "close" => Self::close,
            "reset" => Self::reset,
            "hold" => Self::hold,
            "next" => Self::next,
            word => return wrong(line, format!("there is no step `{word:.40}`")),
        };
        if let (Left::Nothing(end), false) = (&self.left, word == "let") {
            return wrong(line, format!("`{word}` is never reached behind `{end}`"));
        }
        self.tokens.take()?;
        read(self, line)
    }

    fn define(&mut self, line: usize) -> Result<(), Unreadable> {
        let &Token::Word(name) = self.tokens.first() else {
            return self.tokens.missing("a name");
        };
        if let Err(reason) = self.names.may_be(name) {
            return self.tokens.wrong(reason);
        }
        self.tokens.take()?;
        if !self.tokens.take_if(&Token::Sign('='))? {
            return self.tokens.missing("`=`");
        }
        let items = self.items()?;
        self.named = sum(self.named, &items, "names", line)?;
        self.names.define(name, items.bytes(), line);
        Ok(())
    }

    fn send(&mut self, line: usize) -> Result<(), Unreadable> {
        self.may_send("send", line)?;
        if self.tokens.take_if(&Token::Word("by"))? {
            return self.send_by(line);
        }
        let bytes = self.bytes(line)?;
        self.push(Step::Send(bytes), line)
    }

    fn send_by(&mut self, line: usize) -> Result<(), Unreadable> {
        let size = self.tokens.count()?;
        if size == 0 {
            return wrong(line, "`by 0` would never send anything");
        }
        let every = match self.tokens.take_if(&Token::Word("every"))? {
            true => Some(self.tokens.time()?),
            false => None,
        };
        let bytes = self.bytes(line)?;
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        for (index, part) in bytes.chunks(size).enumerate() {
            if let (Some(every), 1..) = (every, index) {
                self.push(Step::Pause(every), line)?;
            }
            self.push(Step::Send(part.to_vec()), line)?;
        }
        Ok(())
    }

    fn pause(&mut self, line: usize) -> Result<(), Unreadable> {
        let time = self.tokens.time()?;
        self.push(Step::Pause(time), line)
    }

    fn wait_for(&mut self, line: usize) -> Result<(), Unreadable> {
        let awaited = match self.tokens.first() {
            Token::Bytes(_) => Awaited::Event(self.tokens.event()?),
            Token::Word("head") => self.tokens.take_as(Awaited::Head)?,
            Token::Word("connection") => self.tokens.take_as(Awaited::Connection)?,
            Token::Word("body") => {
                self.tokens.take()?;
                Awaited::Body(match self.tokens.first() {
                    Token::Number(_) => Some(self.tokens.count()?),
                    _ => None,
                })
            }
            _ => {
                return self.tokens.missing("head, body, connection, or an event");
            }
        };
        let limit = self.tokens.limit()?;
        self.push(Step::WaitFor(awaited, limit), line)
    }

    fn set(&mut self, line: usize) -> Result<(), Unreadable> {
        let event = self.tokens.event()?;
        self.push(Step::Set(event), line)
    }

    fn clear(&mut self, line: usize) -> Result<(), Unreadable> {
        let event = self.tokens.event()?;
        self.push(Step::Clear(event), line)
    }

    fn read(&mut self, line: usize) -> Result<(), Unreadable> {
        let reading = if self.tokens.take_if(&Token::Word("until"))? {
            let pattern = self.bytes(line)?;
            if pattern.is_empty() {
                return wrong(line, "reading until no bytes at all has no end");
            }
            Reading::Until(pattern)
        } else {
            Reading::Bytes(self.tokens.count()?)
        };
        let limit = self.tokens.limit()?;
        self.push(Step::Read(reading, limit), line)
    }

    fn half_close(&mut self, line: usize) -> Result<(), Unreadable> {
        self.left = Left::Receiving;
        self.push(Step::HalfClose, line)
    }

    fn close(&mut self, line: usize) -> Result<(), Unreadable> {
        self.left = Left::Nothing("close");
        self.push(Step::Close, line)
    }

    fn reset(&mut self, line: usize) -> Result<(), Unreadable> {
        self.left = Left::Nothing("reset");
        self.push(Step::Reset, line)
    }

    fn hold(&mut self, line: usize) -> Result<(), Unreadable> {
        if let Token::Number(_) = self.tokens.first() {
            let time = self.tokens.time()?;
            return self.push(Step::Hold(Some(time)), line);
        }
        self.left = Left::Nothing("hold");
        self.push(Step::Hold(None), line)
    }

    fn next(&mut self, line: usize) -> Result<(), Unreadable> {
        if self.tokens.take_if(&Token::Word("site"))? {
            self.may_send("next site", line)?;
            return self.push(Step::Next(By::Site), line);
        }
        self.push(Step::Next(By::Script), line)
    }

    fn may_send(&self, step: &str, line: usize) -> Result<(), Unreadable> {
        match self.left {
            Left::Receiving => wrong(
                line,
                format!("`{step}` can send nothing behind `half_close`"),
            ),
            Left::Everything | Left::Nothing(_) => Ok(()),
        }
    }

    fn push(&mut self, step: Step, line: usize) -> Result<(), Unreadable> {
        if self.steps.len() == MAX_STEPS {
            return wrong(line, format!("a script has at most {MAX_STEPS} steps"));
        }
        self.steps.push(step);
        Ok(())
    }

    fn items(&mut self) -> Result<Items, Unreadable> {
        Items::read(&mut self.tokens, &self.names)
    }

    fn bytes(&mut self, line: usize) -> Result<Vec<u8>, Unreadable> {
        let items = self.items()?;
        self.sent = sum(self.sent, &items, "sends", line)?;
        Ok(items.bytes())
    }
}

/// The bytes so far and those of some more items.
fn sum(bytes: u64, items: &Items, whose: &str, line: usize) -> Result<u64, Unreadable> {
    match bytes.checked_add(items.size()) {
        Some(sum) if sum <= MAX_BYTES => Ok(sum),
        _ => wrong(
            line,
            format!("the {whose} of a script have more than {MAX_BYTES} bytes"),
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
half_close
next
reset
"#;
        let script = WireScript::parse(text.as_bytes()).unwrap();
        assert_eq!(script.to_string(), text);
    }

    /// What lines, `¶` between them, print as.
    fn printed(lines: &str) -> String {
        match WireScript::parse(lines.replace('¶', "\n").as_bytes()) {
            Ok(script) => script.to_string().trim_end().replace('\n', "¶"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn lines_are_steps_or_go_on_with_one() {
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
        ] {
            assert_eq!(printed(lines), expected, "{lines}");
        }
        assert_eq!(printed("half_close\r\n\r\nclose\r\n"), "half_close¶close");
    }

    #[test]
    fn what_is_wrong_has_a_line_and_a_reason() {
        for (lines, line, reason) in [
            (r#" "a""#, 1, "goes on with a step"),
            (r#"#¶"a""#, 2, "a step is missing, there is a string"),
            (r#"¶sned "a""#, 2, "no step `sned`"),
            (
                r#"send "a"¶¶ "a" * 67108864"#,
                1,
                "more than 67108864 bytes",
            ),
            (r#"read until "a" * 67108865"#, 1, "sends of a script have"),
            (r#"let a = "a" * 67108865"#, 1, "names of a script have"),
            (r#"let a = ""¶¶let a = """#, 3, "value, from line 1"),
            (r#"let chunk = """#, 1, "`chunk` cannot be a name"),
            (r#"let within = """#, 1, "`within` cannot be a name"),
            (r#"let 5 = """#, 1, "a name is missing, there is `5`"),
            (r#"let a """#, 1, "`=` is missing, there is a string"),
            (r#"send by 0 "a""#, 1, "never send anything"),
            (r#"send by 1 every 5 "a""#, 1, "`5` has no unit"),
            (r#"send by 1 "a" * 100001"#, 1, "at most 100000 steps"),
            ("pause", 1, "a time is missing"),
            ("pause 1s 2s", 1, "complete before `2s`"),
            ("read", 1, "a whole number is missing"),
            (r#"read until """#, 1, "no end"),
            ("wait_for name", 1, "an event is missing, there is `name`"),
            (r#"close¶ "a""#, 2, "complete before a string"),
            (r#"close¶¶send "a""#, 3, "`send` is never reached"),
            ("reset¶close", 2, "never reached behind `reset`"),
            ("hold¶close", 2, "never reached behind `hold`"),
            (r#"half_close¶next¶send """#, 3, "`send` can send nothing"),
            ("half_close¶next site", 2, "`next site` can send nothing"),
        ] {
            let error = printed(lines);
            assert!(error.starts_with(&format!("line {line}: ")), "{error}");
            assert!(error.contains(reason), "{lines}: {error}");
        }
    }

    /// A soup of what the format is made of, with its larger pieces among it.
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
            "\nset \"e\"",
            "\nclear ",
            "\nhalf_close",
            "\nclose",
            "\nreset",
            "\nhold",
            "\nhold 1s",
            "\nnext",
            " site",
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

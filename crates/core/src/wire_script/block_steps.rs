//! The builder of steps that have a block of steps: repetitions, conditions, and what is played if a limit passes.

use super::{Condition, Counted, Step, WireScript};

/// Steps with blocks, as methods of [`WireScript`]. A block is a script. They panic where [`WireScript::step`] does.
///
/// See the example of [`BlockSteps::if_method`].
pub trait BlockSteps: Sized {
    /// Plays a block so many times.
    ///
    /// ```
    /// use wireserve::WireScript;
    /// use wireserve::wire_script::{BlockSteps as _, Data};
    ///
    /// let part = WireScript::new().send_data(Data::new().chunk(Data::from("part ").number()));
    /// let script = WireScript::new().repeat(3, part).send("0\r\n\r\n").close();
    /// let text = "repeat 3 {\n  send chunk(\"part \" number)\n}\nsend \"0\\r\\n\\r\\n\"\nclose\n";
    /// assert_eq!(script.to_string(), text);
    /// ```
    #[must_use]
    #[track_caller]
    fn repeat(self, count: u64, steps: WireScript) -> Self;

    /// Plays a block if this is the method of the request.
    ///
    /// ```
    /// use wireserve::wire_script::{BlockSteps as _, WireScript};
    ///
    /// let send = |text: &str| WireScript::new().send(text);
    /// let script = send("HTTP/1.1 200 OK\r\n")
    ///     .if_field("Cookie", send("X-Cookie: yes\r\n"))
    ///     .otherwise(send("X-Cookie: no\r\n"))
    ///     .if_field_contains("Range", "bytes=", send("X-Range: yes\r\n"))
    ///     .unless_field("Host", send("X-Host: no\r\n"))
    ///     .unless_field_contains("TE", "trailers", send("X-Trailers: no\r\n"))
    ///     .if_method("POST", WireScript::new().wait_for_body())
    ///     .send("\r\n")
    ///     .unless_method("HEAD", send("hello"));
    /// assert!(script.to_string().contains("if field \"Range\" contains \"bytes=\""));
    /// ```
    #[must_use]
    #[track_caller]
    fn if_method(self, name: impl Into<String>, steps: WireScript) -> Self;

    /// Plays a block if the request has this field.
    ///
    /// See the example of [`BlockSteps::if_method`].
    #[must_use]
    #[track_caller]
    fn if_field(self, name: impl Into<String>, steps: WireScript) -> Self;

    /// Plays a block if the request has this field, and its value contains these bytes, in any case.
    ///
    /// See the example of [`BlockSteps::if_method`].
    #[must_use]
    #[track_caller]
    fn if_field_contains(
        self,
        name: impl Into<String>,
        bytes: impl Into<Vec<u8>>,
        steps: WireScript,
    ) -> Self;

    /// Plays a block unless this is the method of the request.
    ///
    /// See the example of [`BlockSteps::if_method`].
    #[must_use]
    #[track_caller]
    fn unless_method(self, name: impl Into<String>, steps: WireScript) -> Self;

    /// Plays a block unless the request has this field.
    ///
    /// See the example of [`BlockSteps::if_method`].
    #[must_use]
    #[track_caller]
    fn unless_field(self, name: impl Into<String>, steps: WireScript) -> Self;

    /// Plays a block unless the request has this field, and its value contains these bytes, in any case.
    ///
    /// See the example of [`BlockSteps::if_method`].
    #[must_use]
    #[track_caller]
    fn unless_field_contains(
        self,
        name: impl Into<String>,
        bytes: impl Into<Vec<u8>>,
        steps: WireScript,
    ) -> Self;

    /// Plays a block for the first so many requests with the same method and target.
    ///
    /// ```
    /// # use std::io::Write;
    /// use wireserve::wire_script::BlockSteps as _;
    /// use wireserve::{Server, WireScript};
    ///
    /// let fail = WireScript::new().send("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    /// let work = WireScript::new().send("HTTP/1.1 204 No Content\r\n\r\n");
    /// let flaky = WireScript::new()
    ///     .first_requests(1, fail)
    ///     .otherwise(work);
    /// let server = Server::start();
    /// server.get("/", move |_| flaky.clone());
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that tries again gets:
    /// assert!(answer.starts_with("HTTP/1.1 503 Busy\r\n") && answer.contains("\nHTTP/1.1 204 "));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    #[must_use]
    #[track_caller]
    fn first_requests(self, count: u64, steps: WireScript) -> Self;

    /// Plays a block for the first so many connections with such a request.
    ///
    /// ```
    /// # use std::io::Write;
    /// use wireserve::wire_script::BlockSteps as _;
    /// use wireserve::{Server, WireScript};
    ///
    /// let flaky = WireScript::new()
    ///     .first_connections(1, WireScript::new().reset())
    ///     .send("HTTP/1.1 204 No Content\r\n\r\n")
    ///     .close();
    /// let server = Server::start();
    /// server.get("/", move |_| flaky.clone());
    /// # let mut answers = Vec::new();
    /// # for _ in 0..2 {
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
    /// # answers.push(std::io::read_to_string(client).ok());
    /// # }
    /// // What a client gets on its first and second connection:
    /// assert_eq!(answers, [None, Some("HTTP/1.1 204 No Content\r\n\r\n".to_owned())]);
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    #[must_use]
    #[track_caller]
    fn first_connections(self, count: u64, steps: WireScript) -> Self;

    /// Plays a block if the condition of the step before does not hold.
    ///
    /// See the example of [`BlockSteps::if_method`].
    #[must_use]
    #[track_caller]
    fn otherwise(self, steps: WireScript) -> Self;

    /// Plays a block if the limit of the step before passes; without it, the script ends then.
    ///
    /// ```
    /// # use std::io::Write;
    /// use std::time::Duration;
    ///
    /// use wireserve::wire_script::BlockSteps as _;
    /// use wireserve::{Server, WireScript};
    ///
    /// let slow = WireScript::new()
    ///     .wait_for_body()
    ///     .within(Duration::from_millis(20))
    ///     .on_timeout(WireScript::new().send("HTTP/1.1 408 Request Timeout\r\n\r\n").close())
    ///     .send("HTTP/1.1 204 No Content\r\n\r\n").close();
    /// let server = Server::start();
    /// server.put("/", move |_| slow.clone());
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"PUT / HTTP/1.1\r\nContent-Length: 2\r\n\r\na")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that does not send its whole body gets:
    /// assert_eq!(answer, "HTTP/1.1 408 Request Timeout\r\n\r\n");
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    #[must_use]
    #[track_caller]
    fn on_timeout(self, steps: WireScript) -> Self;
}

impl BlockSteps for WireScript {
    fn repeat(self, count: u64, steps: WireScript) -> Self {
        self.step(Step::Repeat(count, steps))
    }

    fn if_method(self, name: impl Into<String>, steps: WireScript) -> Self {
        self.step(Step::If(Condition::Method(name.into()), steps))
    }

    fn if_field(self, name: impl Into<String>, steps: WireScript) -> Self {
        self.step(Step::If(Condition::Field(name.into()), steps))
    }

    fn if_field_contains(
        self,
        name: impl Into<String>,
        bytes: impl Into<Vec<u8>>,
        steps: WireScript,
    ) -> Self {
        self.step(Step::If(
            Condition::FieldContains(name.into(), bytes.into()),
            steps,
        ))
    }

    fn unless_method(self, name: impl Into<String>, steps: WireScript) -> Self {
        self.step(Step::Unless(Condition::Method(name.into()), steps))
    }

    fn unless_field(self, name: impl Into<String>, steps: WireScript) -> Self {
        self.step(Step::Unless(Condition::Field(name.into()), steps))
    }

    fn unless_field_contains(
        self,
        name: impl Into<String>,
        bytes: impl Into<Vec<u8>>,
        steps: WireScript,
    ) -> Self {
        self.step(Step::Unless(
            Condition::FieldContains(name.into(), bytes.into()),
            steps,
        ))
    }

    fn first_requests(self, count: u64, steps: WireScript) -> Self {
        self.step(Step::First(Counted::Requests, count, steps))
    }

    fn first_connections(self, count: u64, steps: WireScript) -> Self {
        self.step(Step::First(Counted::Connections, count, steps))
    }

    fn otherwise(self, steps: WireScript) -> Self {
        self.step(Step::Else(steps))
    }

    fn on_timeout(self, steps: WireScript) -> Self {
        self.step(Step::OnTimeout(steps))
    }
}

//! A model client: it does what the RFCs require of a client, in this process, and can be told to deviate in
//! one way. It is strict where a recipient has a choice. The suite must find nothing in it without a
//! deviation, and just the deviation with one.

mod challenge;
mod coding;
pub(crate) mod message;
mod redirect;
mod request;
pub(crate) mod stream;

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use wireserve::internals::conform::case::Ask;
use wireserve::internals::conform::client::{Client, Connect};
use wireserve::internals::conform::outcome::{Ended, Interim, Outcome, Response};
use wireserve::internals::conform::stage::{Patience, Stage};

use message::{Failure, Head};
use request::Request;
use stream::Stream;

/// What a model client does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deviation {
    None,
    /// Refuses a folded field line.
    RefusesFolds,
    /// Uses the first of several lengths.
    FirstLengthWins,
    /// Takes the end of the connection for the end of the content.
    TakesPartForWhole,
    /// Waits for the content of a response that has none.
    WaitsForContent,
    /// Reports the status of an error by its class alone.
    StatusOfClass,
    /// Takes an interim response for the final one.
    InterimIsFinal,
    /// Adds trailer fields to the header fields.
    MergesTrailers,
    /// Keeps a NUL in a field value.
    KeepsNul,
    /// Offers codings and decodes none.
    DecodesNothing,
    /// Resolves a reference against the wrong base.
    ResolvesWrongly,
    /// Takes the bytes after a response for the next one.
    TrustsStrayBytes,
    /// Uses a connection again that will close.
    IgnoresClose,
    /// Does not notice that a connection was closed.
    NeverReconnects,
    /// Shows the white space after a field value.
    KeepsWhitespace,
    /// Takes a chunk with a long extension for the last one.
    CutsAtLimit,
    /// Does not send the fields that it is asked to send.
    DropsFields,
    /// Sends empty content.
    LosesContent,
    /// Sends no Content-Length for empty content.
    NeverDeclaresNothing,
    /// Does not read before it has sent everything.
    SendsWithoutReading,
    /// Follows every redirect with GET.
    FollowsWithGet,
    /// Follows every redirect with the method and content of the request.
    FollowsWithContent,
    /// Repeats every request on a new connection, if there was no response.
    RepeatsPost,
    /// Uses a connection again after it has stopped sending.
    ReusesAfterPart,
    /// Waits without end after a long field.
    HangsAtLimit,
    /// Answers a refused challenge again and again.
    NeverGivesUp,
    /// Uses a connection again after it has dropped a response.
    ReusesAfterDrop,
    /// Does not hand the fragment of a URL on to the target of a redirect.
    LosesFragment,
    /// Sends the fragment with the target.
    SendsFragment,
}

/// Starts model clients.
pub struct Model(pub(crate) Deviation);

impl Connect for Model {
    fn name(&self) -> String {
        format!("model client, {:?}", self.0)
    }

    fn connect(&self) -> io::Result<Box<dyn Client + '_>> {
        Ok(Box::new(ModelClient {
            deviation: self.0,
            kept: None,
        }))
    }
}

/// The length of a field value from which on the client hangs that deviates so.
pub const HANGS_FROM: usize = 1000;

/// Methods of requests that may be repeated.
const IDEMPOTENT: [&str; 4] = ["GET", "HEAD", "PUT", "DELETE"];

/// What to request.
#[derive(Clone)]
pub struct Next {
    request: Ask,
    target: String,
    fragment: Option<String>,
    /// With the credentials, if there are some.
    authorized: bool,
}

struct ModelClient {
    deviation: Deviation,
    /// The connection that may be used again.
    kept: Option<(SocketAddr, Stream)>,
}

/// The most redirects that are followed.
pub const REDIRECTS: usize = 10;

/// The most interim responses.
pub const INTERIM: usize = 100;

impl Client for ModelClient {
    fn ask(&mut self, request: &Ask, target: &str, stage: &Stage, patience: Patience) -> Outcome {
        let began = Instant::now();
        let mut outcome = Outcome::without_response(Ended::Complete, began.elapsed());
        let mut next = Next {
            request: request.clone(),
            target: match self.deviation {
                Deviation::SendsFragment => request.reference(target),
                _ => target.to_owned(),
            },
            fragment: request.fragment.clone(),
            authorized: false,
        };
        for _ in 0..=REDIRECTS {
            match self.exchange(&next, stage, patience) {
                Err(failure) => {
                    outcome.ended = failure.into();
                    return outcome;
                }
                Ok(response) => match self.then(&next, &response, stage) {
                    Some(then) => next = then,
                    None => {
                        let fragment = next.fragment.map(|fragment| format!("#{fragment}"));
                        let reference = next.target + &fragment.unwrap_or_default();
                        outcome.response = response;
                        outcome.response.url = Some(stage.url(&reference));
                        return outcome;
                    }
                },
            }
        }
        outcome.ended = Failure::Invalid("too many redirects").into();
        outcome
    }

    fn keeps_connections(&self) -> bool {
        true
    }
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Late => Self::TimedOut,
            other => Self::Failed {
                kind: format!("{other:?}"),
                text: String::new(),
            },
        }
    }
}

impl ModelClient {
    fn exchange(
        &mut self,
        next: &Next,
        stage: &Stage,
        patience: Patience,
    ) -> Result<Response, Failure> {
        let address = stage.address();
        let deadline = || stage.deadline(patience);
        let kept = self.kept.take().filter(|(own, _)| *own == address);
        let kept = kept.map(|(_, stream)| stream).filter(|stream| {
            // Bytes or an end that came while no request was outstanding.
            self.deviation == Deviation::TrustsStrayBytes
                || self.deviation == Deviation::NeverReconnects
                || self.deviation == Deviation::ReusesAfterDrop && !stream.is_empty()
                || stream.is_idle()
        });
        let is_reused = kept.is_some();
        let mut stream = match kept {
            Some(stream) => stream,
            None => Stream::connect(address)?,
        };
        let answered = self.on(&mut stream, next, deadline);
        let answered = match answered {
            Err(Failure::Closed) if self.may_repeat(next, is_reused) && stream.received() == 0 => {
                stream = Stream::connect(address)?;
                self.on(&mut stream, next, deadline)
            }
            answered => answered,
        };
        let (response, is_kept) = answered?;
        let keeps_stray = match self.deviation {
            Deviation::TrustsStrayBytes => true,
            Deviation::ReusesAfterDrop => next.request.drop_after.is_some(),
            _ => false,
        };
        if is_kept && (keeps_stray || stream.is_empty()) {
            self.kept = Some((address, stream));
        }
        Ok(response)
    }

    /// Whether a request may be repeated that was not answered (RFC 9110 §9.2.2).
    fn may_repeat(&self, next: &Next, is_reused: bool) -> bool {
        let is_idempotent = IDEMPOTENT.contains(&&*next.request.method);
        match self.deviation {
            Deviation::NeverReconnects => false,
            Deviation::RepeatsPost => true,
            _ => is_reused && is_idempotent,
        }
    }

    /// One exchange on a connection: the response, and whether another may follow.
    fn on(
        &self,
        stream: &mut Stream,
        next: &Next,
        deadline: impl Fn() -> Instant,
    ) -> Result<(Response, bool), Failure> {
        stream.begin();
        let request = Request::of(next, stream.address(), self.deviation);
        let is_sent = request.send(stream, self.deviation, &deadline)?;
        let mut interim = Vec::new();
        let head = loop {
            let head = Head::read(stream, self.deviation, &deadline)?;
            match head.status {
                101 => return Err(Failure::Invalid("an unexpected switch of protocols")),
                100..200 if self.deviation != Deviation::InterimIsFinal => {
                    interim.push(Interim {
                        status: head.status,
                        fields: head.fields,
                    });
                    if interim.len() > INTERIM {
                        return Err(Failure::Invalid("too many interim responses"));
                    }
                }
                _ => break head,
            }
        };
        let is_long = |(_, value): &(String, String)| value.len() >= HANGS_FROM;
        if self.deviation == Deviation::HangsAtLimit && head.fields.iter().any(is_long) {
            stream.rest(&deadline)?;
        }
        let framing = head.framing(&next.request.method, self.deviation)?;
        let (content, trailers) = match next.request.drop_after {
            Some(length) => (framing.begin(stream, length, &deadline)?, Vec::new()),
            None => framing.read(stream, self.deviation, &deadline)?,
        };
        // The rest of the response follows.
        let is_read =
            next.request.drop_after.is_none() || self.deviation == Deviation::ReusesAfterDrop;
        // The rest of a request that was not sent would be missing.
        let is_whole = is_sent || self.deviation == Deviation::ReusesAfterPart;
        let is_kept = head.is_kept(self.deviation) && framing.leaves_open() && is_whole && is_read;
        let content = match self.deviation {
            Deviation::DecodesNothing => content,
            _ => coding::decoded(content, &head)?,
        };
        let mut fields = head.fields;
        if self.deviation == Deviation::MergesTrailers {
            fields.extend(trailers.iter().cloned());
        }
        let response = Response {
            status: Some(match self.deviation {
                Deviation::StatusOfClass if head.status > 399 => head.status / 100 * 100,
                _ => head.status,
            }),
            reason: Some(head.reason),
            fields: Some(fields),
            content: Some(content),
            trailers: Some(trailers),
            interim: Some(interim),
            url: None,
        };
        Ok((response, is_kept))
    }

    /// What the response asks for: another request, or the same one in another way.
    fn then(&self, next: &Next, response: &Response, stage: &Stage) -> Option<Next> {
        let values = |name: &'static str| {
            let fields = response.fields.iter().flatten();
            let found = fields.filter(move |(own, _)| own.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str())
        };
        let mut then = next.clone();
        match response.status? {
            417 if next.request.fields.iter().any(|(name, _)| name == "Expect") => {
                then.request.fields.retain(|(name, _)| name != "Expect");
                Some(then)
            }
            401 if next.request.credentials.is_some() => {
                let is_new = !next.authorized || self.deviation == Deviation::NeverGivesUp;
                then.authorized = true;
                let is_known = challenge::has_basic(values("www-authenticate"));
                (is_new && is_known).then_some(then)
            }
            status @ (301 | 302 | 303 | 307 | 308) => {
                then.target = self.redirect(&next.target, values("location"), stage)?;
                let own = values("location").next()?.split_once('#');
                then.fragment = match own {
                    Some((_, own)) => Some(own.to_owned()),
                    None => then
                        .fragment
                        .filter(|_| self.deviation != Deviation::LosesFragment),
                };
                let is_safe = matches!(&*next.request.method, "GET" | "HEAD");
                let becomes_get = match self.deviation {
                    Deviation::FollowsWithGet => true,
                    Deviation::FollowsWithContent => false,
                    _ => !is_safe && matches!(status, 301..=303),
                };
                if becomes_get {
                    then.request.method = "GET".to_owned();
                    then.request.content = None;
                }
                Some(then)
            }
            _ => None,
        }
    }

    /// The target of a redirect that is followed: to the same origin, with a plain reference.
    fn redirect<'v>(
        &self,
        base: &str,
        mut locations: impl Iterator<Item = &'v str>,
        stage: &Stage,
    ) -> Option<String> {
        let location = locations.next()?;
        let is_plain = location
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        if locations.next().is_some() || !is_plain {
            return None;
        }
        let target = redirect::resolve(location, base, stage.address())?;
        Some(match self.deviation {
            Deviation::ResolvesWrongly => format!("/c{target}"),
            _ => target,
        })
    }
}

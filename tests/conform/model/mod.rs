//! A model client: it does what the RFCs require of a client, in this process, and can be told to deviate in
//! one way. It is strict where a recipient has a choice. The suite must find nothing in it without a
//! deviation, and just the deviation with one.

mod coding;
mod message;
mod stream;

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use wireserve::internals::conform::case::Ask;
use wireserve::internals::conform::client::{Client, Connect};
use wireserve::internals::conform::outcome::{Ended, Interim, Outcome, Response};
use wireserve::internals::conform::stage::{Patience, Stage};

use message::{Failure, Head};
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

struct ModelClient {
    deviation: Deviation,
    /// The connection that may be used again.
    kept: Option<(SocketAddr, Stream)>,
}

/// The most redirects that are followed.
const REDIRECTS: usize = 10;

/// The most interim responses.
const INTERIM: usize = 100;

impl Client for ModelClient {
    fn ask(&mut self, request: &Ask, target: &str, stage: &Stage, patience: Patience) -> Outcome {
        let began = Instant::now();
        let mut outcome = Outcome::without_response(Ended::Complete, began.elapsed());
        let mut target = target.to_owned();
        for _ in 0..=REDIRECTS {
            match self.exchange(request, &target, stage, patience) {
                Err(failure) => {
                    outcome.ended = failure.into();
                    return outcome;
                }
                Ok(response) => match self.redirect(&response, stage) {
                    Some(next) => target = next,
                    None => {
                        outcome.response = response;
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
        request: &Ask,
        target: &str,
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
                || stream.is_idle()
        });
        let is_reused = kept.is_some();
        let mut stream = match kept {
            Some(stream) => stream,
            None => Stream::connect(address)?,
        };
        let answered = self.on(&mut stream, request, target, deadline);
        let may_retry = is_reused && self.deviation != Deviation::NeverReconnects;
        let answered = match answered {
            Err(Failure::Closed) if may_retry && stream.received() == 0 => {
                stream = Stream::connect(address)?;
                self.on(&mut stream, request, target, deadline)
            }
            answered => answered,
        };
        let (response, is_kept) = answered?;
        let keeps_stray = self.deviation == Deviation::TrustsStrayBytes;
        if is_kept && (keeps_stray || stream.is_empty()) {
            self.kept = Some((address, stream));
        }
        Ok(response)
    }

    /// One exchange on a connection: the response, and whether another may follow.
    fn on(
        &self,
        stream: &mut Stream,
        request: &Ask,
        target: &str,
        deadline: impl Fn() -> Instant,
    ) -> Result<(Response, bool), Failure> {
        stream.send(&message::request(request, target, stream.address()))?;
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
        let framing = head.framing(&request.method, self.deviation)?;
        let (content, trailers) = framing.read(stream, self.deviation, &deadline)?;
        let is_kept = head.is_kept(self.deviation) && framing.leaves_open();
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
        };
        Ok((response, is_kept))
    }

    /// The target of a redirect that is followed: a path, or the same origin without a scheme.
    fn redirect(&self, response: &Response, stage: &Stage) -> Option<String> {
        if !matches!(response.status, Some(301 | 302 | 303 | 307 | 308)) {
            return None;
        }
        let fields = response.fields.iter().flatten();
        let mut locations = fields.filter(|(name, _)| name.eq_ignore_ascii_case("location"));
        let (_, location) = locations.next()?;
        let is_plain = location
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        if locations.next().is_some() || !is_plain {
            return None;
        }
        let of_origin = format!("//{}", stage.address());
        let path = location.strip_prefix(&of_origin).unwrap_or(location);
        if !path.starts_with('/') || path.starts_with("//") {
            return None;
        }
        Some(match self.deviation {
            Deviation::ResolvesWrongly => format!("/c{path}"),
            _ => path.to_owned(),
        })
    }
}

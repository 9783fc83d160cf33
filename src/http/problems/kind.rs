//! What can be wrong with a head: a short text, the clause, and how grave it is, one row each.
//!
//! Grave is what the clause lets no recipient take as it stands: it says MUST reject (or reject or
//! repair), or the grammar has no such message and no clause grants an exception. Tolerated is what a
//! clause says a recipient may or should accept, and what is valid but seldom meant. Source: RFC 9112,
//! RFC 9110.

use super::Problem;

/// Whether a strict server would refuse the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gravity {
    /// It would, with 400 or 505.
    Violation,
    /// It may take it as it is.
    Tolerated,
}

impl Gravity {
    /// Its name in JSON and Python.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Violation => "violation",
            Self::Tolerated => "tolerated",
        }
    }
}

/// Declares the enum and its table from one list, so that no kind is without a row.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident: $gravity:ident, $clause:literal, $text:literal;)*) => {
        /// What is wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ProblemKind {
            $($(#[$doc])* $kind,)*
        }

        impl ProblemKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// In words, the same for ever: what JSON and Python show.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $text,)*
                }
            }

            /// The clause that it is judged by.
            pub fn clause(self) -> &'static str {
                match self {
                    $(Self::$kind => $clause,)*
                }
            }

            /// How grave it is.
            pub fn gravity(self) -> Gravity {
                match self {
                    $(Self::$kind => Gravity::$gravity,)*
                }
            }
        }
    };
}

kinds! {
    /// The first byte is a control character: TLS on a plain port, or no text at all.
    NotHttp: Violation, "RFC 9112 §2.2", "bytes that are no HTTP request";
    /// `PRI * HTTP/2.0`, with which HTTP/2 connections begin.
    Http2Preface: Violation, "RFC 9113 §3.4", "the preface of HTTP/2";
    /// Servers should skip at least one of them.
    LeadingEmptyLine: Tolerated, "RFC 9112 §2.2", "an empty line before the request line";
    /// Recipients may take LF for a line end.
    BareLf: Tolerated, "RFC 9112 §2.2", "a line end without CR";
    /// Recipients must reject it or read it as a space.
    BareCr: Violation, "RFC 9112 §2.2", "a CR without LF";
    /// The input ended before the head did.
    NoEnd: Violation, "RFC 9112 §2.1", "no empty line at the end of the head";

    /// The request line has one word, or two and another method than GET, or too many.
    WordCount: Violation, "RFC 9112 §3", "a request line that has not three words";
    /// `GET /x`, an HTTP/0.9 request.
    NoVersion: Violation, "RFC 9112 §C.1", "a request line without a version";
    /// Recipients may take any run of blanks, bare CR included, and ignore blanks around the line.
    WordBlanks: Tolerated, "RFC 9112 §3", "other blanks than single spaces in the request line";
    /// One that the request line may not even leniently be divided by.
    WordControl: Violation, "RFC 9112 §3", "a control character between the words of the request line";
    /// Any token is a method, in any case.
    Method: Violation, "RFC 9112 §3.1", "a method that is no token";
    /// More than three words, and the last one is a version.
    TargetBlank: Violation, "RFC 9112 §3.2", "a blank in the target";
    /// A control character, a byte above ASCII, or one that URLs must encode.
    TargetByte: Violation, "RFC 9112 §3.2", "a byte in the target that no URL has";
    /// `%` stands for itself nowhere.
    TargetPercent: Violation, "RFC 3986 §2.1", "a percent sign without two hexadecimal digits";
    /// Clients keep it to themselves.
    TargetFragment: Violation, "RFC 9112 §3.2.1", "a fragment in the target";
    /// Neither path nor URL, host and port, or `*`.
    TargetForm: Violation, "RFC 9112 §3.2", "a target of none of the four forms";
    /// `*` is for OPTIONS.
    AsteriskForm: Violation, "RFC 9112 §3.2.4", "the target * with another method than OPTIONS";
    /// `host:port` is for CONNECT.
    AuthorityForm: Violation, "RFC 9112 §3.2.3", "a host and port as target with another method than CONNECT";
    /// CONNECT takes `host:port` only.
    ConnectForm: Violation, "RFC 9112 §3.2.3", "a CONNECT whose target is no host and port";
    /// Not `HTTP/`, digit, dot, digit.
    Version: Violation, "RFC 9112 §2.3", "a malformed version";
    /// The name of the protocol is case-sensitive.
    VersionCase: Violation, "RFC 9112 §2.3", "a version that is not in upper case";
    /// What 505 is for.
    MajorVersion: Violation, "RFC 9110 §15.6.6", "a major version other than 1";

    /// Servers must answer 400.
    SpaceBeforeColon: Violation, "RFC 9112 §5.1", "a space before the colon";
    /// An empty name included.
    FieldName: Violation, "RFC 9110 §5.1", "a field name that is no token";
    /// Neither a field nor a continuation of one.
    NoColon: Violation, "RFC 9112 §5", "a field line without a colon";
    /// Servers must answer 400 or unfold it.
    ObsFold: Violation, "RFC 9112 §5.2", "a folded field line";
    /// Recipients must reject it or skip the line.
    BlankBeforeFirstField: Violation, "RFC 9112 §2.2", "a blank before the first field";
    /// Recipients must reject it or read it as a space.
    Nul: Violation, "RFC 9110 §5.5", "a NUL in a field value";
    /// Invalid as well, but recipients may keep it.
    Control: Tolerated, "RFC 9110 §5.5", "a control character in a field value";
    /// Recipients should treat it as opaque.
    ObsText: Tolerated, "RFC 9110 §5.5", "a byte above ASCII in a field value";

    /// From HTTP/1.1 on.
    NoHost: Violation, "RFC 9112 §3.2", "no Host";
    /// In any version.
    SecondHost: Violation, "RFC 9112 §3.2", "more than one Host";
    /// No host, with or without a port; empty is valid.
    HostValue: Violation, "RFC 9112 §3.2", "an invalid Host";
    /// Servers must go by the target.
    OtherHost: Tolerated, "RFC 9112 §3.2.2", "another Host than the target's";

    /// Not only digits.
    LengthValue: Violation, "RFC 9110 §8.6", "a Content-Length that is no number";
    /// As a list or on several lines; recipients may take it for one.
    SecondLength: Tolerated, "RFC 9110 §8.6", "the same Content-Length more than once";
    /// Servers must answer 400.
    OtherLength: Violation, "RFC 9112 §6.3", "different values of Content-Length";
    /// Valid, and many a parser's overflow.
    LargeLength: Tolerated, "RFC 9110 §8.6", "a Content-Length beyond 64 bits";
    /// Servers must answer 400, because nothing says where the body ends.
    LastCoding: Violation, "RFC 9112 §6.3", "a last transfer coding that is not chunked";
    /// Senders must not.
    SecondChunked: Violation, "RFC 9112 §6.1", "chunked more than once";
    /// Valid; servers that do not know it should answer 501.
    OtherCoding: Tolerated, "RFC 9112 §6.1", "a transfer coding other than chunked";
    /// Servers may reject it or go by the coding, and must close.
    CodingAndLength: Tolerated, "RFC 9112 §6.1", "Transfer-Encoding together with Content-Length";
    /// Servers must take the framing for faulty, and close behind the request.
    OldCoding: Tolerated, "RFC 9112 §6.1", "Transfer-Encoding before HTTP/1.1";
    /// Servers may answer 417.
    Expectation: Tolerated, "RFC 9110 §10.1.1", "an unknown expectation";
}

impl ProblemKind {
    pub(super) fn at(self, offset: usize) -> Problem {
        Problem {
            offset,
            what: self,
            clause: self.clause(),
            gravity: self.gravity(),
        }
    }
}

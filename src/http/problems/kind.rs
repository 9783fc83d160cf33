//! The kinds of problems a head can have: for each one a short text, the clause that is violated and
//! the severity.
//!
//! A violation is something that no recipient may accept as it is: the clause says MUST reject (or
//! reject or repair), or the grammar does not allow the message and no clause grants an exception.
//! Tolerated is what a clause lets a recipient accept, and what is valid but rarely intended.
//! Source: RFC 9112, RFC 9110.

use super::Problem;

/// Whether a strict server would refuse the request.
///
/// See the example of [`ProblemKind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// A strict server refuses the request, with 400 or 505.
    Violation,
    /// A strict server may accept the request.
    Tolerated,
}

impl Severity {
    /// The name in JSON and Python.
    ///
    /// See the example of [`ProblemKind`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Violation => "violation",
            Self::Tolerated => "tolerated",
        }
    }
}

/// Declares the enum and its table from one list, so that every kind has a row.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident: $severity:ident, $clause:literal, $text:literal;)*) => {
        /// What is wrong.
        ///
        /// ```
        /// use wireserve::message::{ProblemKind, Severity};
        ///
        /// let kind = ProblemKind::OtherLength;
        /// assert_eq!(kind.as_str(), "conflicting Content-Length values");
        /// assert_eq!(kind.clause(), "RFC 9112 §6.3");
        /// assert_eq!(kind.severity(), Severity::Violation);
        /// assert_eq!(kind.severity().as_str(), "violation");
        /// assert!(kind.is_of_framing());
        /// assert!(ProblemKind::ALL.contains(&kind));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ProblemKind {
            $($(#[$doc])* $kind,)*
        }

        impl ProblemKind {
            /// All kinds.
            ///
            /// See the example of [`ProblemKind`].
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The text that JSON and Python show; stable across releases.
            ///
            /// See the example of [`ProblemKind`].
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $text,)*
                }
            }

            /// The clause that is violated.
            ///
            /// See the example of [`ProblemKind`].
            pub fn clause(self) -> &'static str {
                match self {
                    $(Self::$kind => $clause,)*
                }
            }

            /// Whether a strict server would refuse the request.
            ///
            /// See the example of [`ProblemKind`].
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$kind => Severity::$severity,)*
                }
            }
        }
    };
}

kinds! {
    /// The first byte is a control character: TLS on a plaintext port, or binary data.
    NotHttp: Violation, "RFC 9112 §2.2", "not an HTTP request";
    /// `PRI * HTTP/2.0`, the beginning of an HTTP/2 connection.
    Http2Preface: Violation, "RFC 9113 §3.4", "the HTTP/2 connection preface";
    /// Servers should ignore at least one.
    LeadingEmptyLine: Tolerated, "RFC 9112 §2.2", "an empty line before the request line";
    /// Recipients may accept a single LF as a line terminator.
    BareLf: Tolerated, "RFC 9112 §2.2", "a line that ends with a bare LF";
    /// Recipients must reject it or replace it with a space.
    BareCr: Violation, "RFC 9112 §2.2", "a bare CR";
    /// The input ended before the head did.
    NoEnd: Violation, "RFC 9112 §2.1", "no empty line after the header section";

    /// One part, or two parts and a method other than GET, or too many parts.
    WordCount: Violation, "RFC 9112 §3", "a request line that is not method, target and version";
    /// `GET /x`, an HTTP/0.9 request.
    NoVersion: Violation, "RFC 9112 §C.1", "a request line without an HTTP version";
    /// Recipients may accept any run of whitespace, bare CR included, also around the line.
    WordBlanks: Tolerated, "RFC 9112 §3", "whitespace other than single spaces in the request line";
    /// A control character that is not whitespace even for lenient recipients.
    WordControl: Violation, "RFC 9112 §3", "a control character between the parts of the request line";
    /// Any token is a valid method, in upper or lower case.
    Method: Violation, "RFC 9112 §3.1", "a method that is not a valid token";
    /// More than three parts, of which the last is a version.
    TargetBlank: Violation, "RFC 9112 §3.2", "whitespace in the request target";
    /// A control character, a non-ASCII byte, or one that must be percent-encoded.
    TargetByte: Violation, "RFC 9112 §3.2", "an invalid byte in the request target";
    /// A literal `%` must be encoded as `%25`.
    TargetPercent: Violation, "RFC 3986 §2.1", "a percent sign that is not followed by two hexadecimal digits";
    /// Clients must not send the fragment.
    TargetFragment: Violation, "RFC 9112 §3.2.1", "a fragment in the request target";
    /// Not origin-form, absolute-form, authority-form or asterisk-form.
    TargetForm: Violation, "RFC 9112 §3.2", "a request target in none of the four forms";
    /// `*` is only valid with OPTIONS.
    AsteriskForm: Violation, "RFC 9112 §3.2.4", "an asterisk-form target with a method other than OPTIONS";
    /// `host:port` is only valid with CONNECT.
    AuthorityForm: Violation, "RFC 9112 §3.2.3", "an authority-form target with a method other than CONNECT";
    /// CONNECT requires `host:port`.
    ConnectForm: Violation, "RFC 9112 §3.2.3", "a CONNECT target that is not in authority-form";
    /// Expected `HTTP/`, a digit, a dot and a digit.
    Version: Violation, "RFC 9112 §2.3", "a malformed HTTP version";
    /// The name of the protocol is case-sensitive.
    VersionCase: Violation, "RFC 9112 §2.3", "an HTTP version that is not in uppercase";
    /// Answered with 505.
    MajorVersion: Violation, "RFC 9110 §15.6.6", "an HTTP major version other than 1";

    /// Servers must respond with 400.
    SpaceBeforeColon: Violation, "RFC 9112 §5.1", "whitespace between field name and colon";
    /// Also an empty name.
    FieldName: Violation, "RFC 9110 §5.1", "a field name that is not a valid token";
    /// Neither a field line nor a continuation.
    NoColon: Violation, "RFC 9112 §5", "a field line without a colon";
    /// Servers must respond with 400 or unfold the value.
    ObsFold: Violation, "RFC 9112 §5.2", "a folded field line (obs-fold)";
    /// Recipients must reject the message or ignore the line.
    BlankBeforeFirstField: Violation, "RFC 9112 §2.2", "whitespace before the first field line";
    /// Recipients must reject it or replace it with a space.
    Nul: Violation, "RFC 9110 §5.5", "a NUL in a field value";
    /// Invalid, but recipients may retain it.
    Control: Tolerated, "RFC 9110 §5.5", "a control character in a field value";
    /// Recipients should treat it as opaque data.
    ObsText: Tolerated, "RFC 9110 §5.5", "a non-ASCII byte in a field value (obs-text)";

    /// Required since HTTP/1.1.
    NoHost: Violation, "RFC 9112 §3.2", "no Host field";
    /// Invalid in every HTTP version.
    SecondHost: Violation, "RFC 9112 §3.2", "more than one Host field line";
    /// Expected a host with an optional port; an empty value is valid.
    HostValue: Violation, "RFC 9112 §3.2", "an invalid Host value";
    /// Servers must ignore `Host` and use the target.
    OtherHost: Tolerated, "RFC 9112 §3.2.2", "a Host that differs from the authority of the request target";

    /// Something other than digits.
    LengthValue: Violation, "RFC 9110 §8.6", "a Content-Length that is not a number";
    /// In a list or in several field lines; recipients may merge the values.
    SecondLength: Tolerated, "RFC 9110 §8.6", "a repeated Content-Length with the same value";
    /// Servers must respond with 400.
    OtherLength: Violation, "RFC 9112 §6.3", "conflicting Content-Length values";
    /// Valid, but overflows in many parsers.
    LargeLength: Tolerated, "RFC 9110 §8.6", "a Content-Length that does not fit in 64 bits";
    /// Servers must respond with 400, because the body's length is unknown.
    LastCoding: Violation, "RFC 9112 §6.3", "a final transfer coding that is not chunked";
    /// Senders must not apply it more than once.
    SecondChunked: Violation, "RFC 9112 §6.1", "chunked applied more than once";
    /// Valid; servers that do not support it should respond with 501.
    OtherCoding: Tolerated, "RFC 9112 §6.1", "a transfer coding other than chunked";
    /// Servers may reject it or ignore Content-Length, and must close the connection.
    CodingAndLength: Tolerated, "RFC 9112 §6.1", "both Transfer-Encoding and Content-Length";
    /// Servers must treat the framing as faulty and close the connection after the request.
    OldCoding: Tolerated, "RFC 9112 §6.1", "Transfer-Encoding in a request older than HTTP/1.1";
    /// Servers may respond with 417.
    Expectation: Tolerated, "RFC 9110 §10.1.1", "an expectation other than 100-continue";
}

impl ProblemKind {
    /// Whether other recipients may find another end of the body, or other fields that determine it. The
    /// server closes the connection after the response to such a request, so that its body is never
    /// parsed as a request.
    ///
    /// See the example of [`ProblemKind`].
    pub fn is_of_framing(self) -> bool {
        matches!(
            self,
            Self::BareCr
                | Self::SpaceBeforeColon
                | Self::FieldName
                | Self::NoColon
                | Self::ObsFold
                | Self::BlankBeforeFirstField
                | Self::Nul
                | Self::LengthValue
                | Self::OtherLength
                | Self::LargeLength
                | Self::LastCoding
                | Self::SecondChunked
                | Self::CodingAndLength
                | Self::OldCoding
        )
    }

    pub(super) fn at(self, offset: usize) -> Problem {
        Problem {
            offset,
            what: self,
            clause: self.clause(),
            severity: self.severity(),
        }
    }
}

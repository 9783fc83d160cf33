//! The server of [`wireserve`](https://docs.rs/wireserve), without Python and without the command. Depend on that
//! crate instead, which exports what is public here. The modules that are hidden are not covered by semantic versioning.
//!
//! The layers of all crates are listed in `src/lib.rs` of `wireserve`; a module imports only from itself and from
//! those before it in that list.

#[doc(hidden)]
pub mod config;
#[doc(hidden)]
#[cfg(feature = "control")]
pub mod control;
#[doc(hidden)]
pub mod error;
#[doc(hidden)]
pub mod exchange;
#[doc(hidden)]
pub mod fault;
#[doc(hidden)]
pub mod forks;
#[doc(hidden)]
pub mod hosts;
#[doc(hidden)]
pub mod http;
#[doc(hidden)]
pub mod mock;
#[doc(hidden)]
pub mod phases;
#[doc(hidden)]
pub mod pipes;
#[doc(hidden)]
pub mod record;
pub mod response_fuzz;
#[doc(hidden)]
pub mod server;
#[doc(hidden)]
pub mod site;
pub mod stash;
#[doc(hidden)]
pub mod sync;
#[doc(hidden)]
pub mod text;
#[cfg(feature = "tls")]
pub mod tls;
pub mod transcript;
#[doc(hidden)]
pub mod wire;
pub mod wire_script;
#[doc(hidden)]
#[cfg(feature = "wpt")]
pub mod wpt;

// The same as in `src/lib.rs` of `wireserve`: `./dev semver` looks at one crate at a time. A test compares them.
pub use config::Limits;
#[cfg(feature = "control")]
pub use control::Control;
pub use error::Error;
pub use exchange::content::{Chunk, Chunks, Content, ContentError};
pub use exchange::policy::Policy;
pub use exchange::response::{ContentForHead, RequiredHeaders, Response};
pub use exchange::{Events, Exchange, Handler, Links, Mount};
pub use fault::Fault;
pub use hosts::{Hosts, Names, Port};
pub use http::address::Address;
pub use mock::{Answer, Call, IntoAnswer, IntoHandler, Route, Times, json, raw, script};
pub use record::{RecordLimits, RecordedRequest, RequestHead, TakeRequest};
pub use server::listening::Listening;
pub use server::{Builder, Server, TranscriptOnPanic};
pub use site::Site;
pub use site::routing::method_name::MethodError;
pub use site::routing::pattern::PatternError;
pub use site::routing::route_error::RouteError;
pub use site::routing::router::Method;
pub use transcript::Transcript;
pub use wire::outbound::Gone;
pub use wire::{Cipher, TlsInfo, TlsVersion};
pub use wire_script::WireScript;

/// The built-in handlers.
///
/// See the example of [`FixedHandler`](handlers::FixedHandler).
pub mod handlers {
    pub use crate::site::files::Files;
    pub use crate::site::files::file::FileHandler;
    pub use crate::site::handlers::as_is::AsIsHandler;
    pub use crate::site::handlers::basic_auth::{Admitted, BasicAuthHandler};
    pub use crate::site::handlers::fixed::{ErrorHandler, FixedHandler};
    pub use crate::site::handlers::fuzzed_response::FuzzedResponseHandler;
    pub use crate::site::handlers::joined::JoinedHandler;
    pub use crate::site::handlers::wire_file::WireFileHandler;
}

/// The parts of requests and responses.
///
/// See the example of [`Head`](message::Head).
pub mod message {
    pub use crate::http::Malformed;
    pub use crate::http::framing::Framing;
    pub use crate::http::head::Head;
    pub use crate::http::headers::Headers;
    pub use crate::http::problems::{Problem, ProblemKind, Severity};
    pub use crate::http::request_line::Version;
    pub use crate::http::scheme::Scheme;

    /// The kinds of problems, by the part of the head that has them.
    ///
    /// See the example of [`ProblemKind`].
    pub mod problem_kinds {
        pub use crate::http::problems::{body_length, field_lines, host, lines, request_line};
    }

    // Scripts see them; nothing that is public returns one.
    #[doc(hidden)]
    pub use crate::http::raw_lines::{Flag, LineKind, RawLine};
}

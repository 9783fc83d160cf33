//! The errors of the crate that become an [`Error`] with `?`.

use crate::error::{Error, causes};
use crate::exchange::content::ContentError;
use crate::http::Malformed;
use crate::http::basic_auth::BadCredentials;
use crate::site::routing::pattern::PatternError;
use crate::site::routing::route_error::RouteError;
use crate::wire_script::{Misplaced, ParseError};

causes! {
    BadCredentials: "cannot parse the credentials";
    ContentError: "cannot make the content";
    Malformed: "the request is malformed";
    Misplaced: "cannot add the step";
    ParseError: "cannot parse the wire script";
    PatternError: "the pattern is malformed";
    RouteError: "cannot add the route";
}

//! The address of a stash on Redis: the URL of the client library, and two options of ours in its query.

use std::time::Duration;

use redis::{ConnectionInfo, IntoConnectionInfo as _};
use thiserror::Error;

/// The beginning of all keys by default.
const PREFIX: &str = "wireserve:";

/// How long a value is kept by default, so that a shared Redis does not fill.
const TIME_TO_LIVE: Duration = Duration::from_secs(60 * 60);

/// The longest time to live: a hundred years, in seconds. Redis counts milliseconds in 63 bits.
const LONGEST: u64 = 100 * 365 * 24 * 60 * 60;

/// Why a URL does not say where a stash is. It does not repeat the URL, which may have a password.
///
/// ```
/// use wireserve::stash::{RedisStash, RedisUrlError};
///
/// let wrong = |url| RedisStash::new(url).err();
/// let found = "http".to_owned();
/// assert_eq!(wrong("http://127.0.0.1/"), Some(RedisUrlError::NotRedis { found }));
/// let seconds = RedisUrlError::TimeToLive("soon".to_owned());
/// assert_eq!(wrong("redis://127.0.0.1/?ttl=soon"), Some(seconds));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RedisUrlError {
    /// Another scheme, or no URL.
    #[error(
        "expected redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE], rediss:// or unix:///PATH, found {found:?}"
    )]
    NotRedis {
        /// The scheme, or what stands before the first colon, unless it may be a password.
        found: String,
    },
    /// The query has an unknown option.
    #[error(
        "expected prefix, ttl, or for unix: db, user or pass in the query of the URL, found {0:?}"
    )]
    Option(String),
    /// The time to live is not a number of seconds.
    #[error("ttl: expected a whole number of seconds from 1 to 3153600000, found {0:?}")]
    TimeToLive(String),
    /// What the client library says about it.
    #[error("{0}")]
    Invalid(String),
}

/// Where a stash is, and how its keys begin.
#[derive(Clone, Debug)]
pub(super) struct Location {
    pub(super) info: ConnectionInfo,
    /// The URL without passwords and options, for messages.
    pub(super) name: String,
    pub(super) prefix: String,
    pub(super) time_to_live: Duration,
}

impl Location {
    pub(super) fn parse(url: &str) -> Result<Self, RedisUrlError> {
        let scheme = url.split("://").next().unwrap_or_default();
        if !matches!(&*scheme.to_ascii_lowercase(), "redis" | "rediss" | "unix") {
            let before = url.split(':').next().unwrap_or_default();
            // Without a scheme, a password may stand there.
            let found = match url.contains("://") || !url.contains('@') {
                true => before,
                false => "",
            };
            return Err(RedisUrlError::NotRedis {
                found: found.to_owned(),
            });
        }
        // What is found may be a part of a password.
        let invalid = |problem: &str| RedisUrlError::Invalid(problem.to_owned());
        let not_a_url = "expected redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE], rediss:// or unix:///PATH, found \
            something else after the scheme: is the port a number up to 65535, and is %2F written for a / in the \
            password, %23 for # and %3F for ?";
        let mut parsed = redis::parse_redis_url(url).ok_or_else(|| invalid(not_a_url))?;
        if parsed.fragment().is_some() {
            let fragment = "expected no fragment in the URL, found a #, which is %23 in a password";
            return Err(invalid(fragment));
        }
        let is_unix = parsed.scheme() == "unix";
        let (mut prefix, mut time_to_live) = (PREFIX.to_owned(), TIME_TO_LIVE);
        let mut kept: Vec<(String, String)> = Vec::new();
        for (name, value) in parsed.query_pairs().into_owned() {
            match name.as_str() {
                "prefix" => prefix = value,
                "ttl" => time_to_live = seconds(value)?,
                "db" | "user" | "pass" if is_unix => kept.push((name, value)),
                _ if kept.iter().any(|(name, _)| name == "pass") => {
                    let option = "expected prefix, ttl, db or user after pass in the query of the URL, found \
                        something else, which may belong to the password: & is %26 there";
                    return Err(invalid(option));
                }
                _ => return Err(RedisUrlError::Option(name)),
            }
        }
        parsed.set_query(None);
        let mut shown = parsed.clone();
        // Neither fails where there is a host, and a path to a socket has no password.
        let _ = shown.set_password(None);
        let _ = shown.set_username("");
        if !kept.is_empty() {
            parsed.query_pairs_mut().extend_pairs(kept);
        }
        let info = parsed
            .into_connection_info()
            .map_err(|error| RedisUrlError::Invalid(error.to_string()))?;
        Ok(Self {
            info,
            name: shown.to_string(),
            prefix,
            time_to_live,
        })
    }
}

fn seconds(text: String) -> Result<Duration, RedisUrlError> {
    match text.parse() {
        Ok(seconds @ 1..=LONGEST) => Ok(Duration::from_secs(seconds)),
        _ => Err(RedisUrlError::TimeToLive(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_what_is_shown() {
        for (url, name, prefix, seconds) in [
            ("redis://h", "redis://h", PREFIX, 3600),
            ("redis://:secret@h:7/2", "redis://h:7/2", PREFIX, 3600),
            (
                "redis://u:secret@[::1]:7?ttl=5",
                "redis://[::1]:7",
                PREFIX,
                5,
            ),
            (
                "redis://h/0?prefix=a%3A&ttl=3153600000",
                "redis://h/0",
                "a:",
                LONGEST,
            ),
            (
                "unix:///run/r.sock?db=1&pass=secret&prefix=",
                "unix:///run/r.sock",
                "",
                3600,
            ),
        ] {
            let found = Location::parse(url).expect(url);
            let time_to_live = Duration::from_secs(seconds);
            assert_eq!(
                (
                    found.name.as_str(),
                    found.prefix.as_str(),
                    found.time_to_live
                ),
                (name, prefix, time_to_live)
            );
        }
        let found = Location::parse("unix:///run/r.sock?db=1&pass=secret").expect("a URL");
        assert_eq!(found.info.redis_settings().db(), 1);
        assert_eq!(found.info.redis_settings().password(), Some("secret"));
    }

    #[test]
    fn what_is_no_address() {
        for (url, message) in [
            ("", "found \"\""),
            ("http://u:secret@h", "found \"http\""),
            ("valkey://h", "found \"valkey\""),
            ("localhost:6379", "found \"localhost\""),
            ("secret@localhost:6379", "found \"\""),
            ("u:secret@localhost", "found \"\""),
            (
                "redis://h?ttl=0",
                "ttl: expected a whole number of seconds from 1 to 3153600000, found \"0\"",
            ),
            ("redis://h?ttl=1.5", "found \"1.5\""),
            ("redis://h?pool=3", "found \"pool\""),
            ("redis://u:secret@h/x", "database"),
            ("rediss://h/#insecure", "found a #, which is %23"),
            ("redis://:one/secret@h", "is %2F written for a /"),
            (
                "unix:///x?pass=1&secret",
                "found something else, which may belong",
            ),
        ] {
            let error = Location::parse(url).expect_err(url).to_string();
            assert!(error.contains(message), "{url}: {error}");
            assert!(!error.contains("secret"), "{url}: {error}");
        }
    }
}

//! A username and a password, encoded as a client does, are parsed as the same credentials. Any value is parsed
//! as credentials that a client could have sent, or refused.
//!
//! Input: the value of `Authorization`, and the credentials that a client encodes in base64.

#![cfg_attr(fuzzing, no_main)]

use base64::prelude::{BASE64_STANDARD, Engine};
use wireserve::internals::http::basic_auth::{BadCredentials, Credentials};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| holds(input));

pub(crate) fn holds(input: &[u8]) {
    match Credentials::parse(input) {
        Ok(credentials) => {
            assert!(input.starts_with(b"Basic "));
            assert!(!credentials.username.contains(&b':'));
            let pair = [&credentials.username[..], b":", &credentials.password].concat();
            assert_eq!(Credentials::parse(&written(&pair)), Ok(credentials));
        }
        Err(BadCredentials::Scheme(scheme)) => {
            assert!(scheme != b"Basic" && input.starts_with(&scheme));
        }
        Err(BadCredentials::Missing) => assert!(!input.contains(&b' ')),
        Err(BadCredentials::Base64 | BadCredentials::NoColon) => {
            assert!(input.starts_with(b"Basic "));
        }
    }
    match (
        Credentials::parse(&written(input)),
        input.iter().position(|&byte| byte == b':'),
    ) {
        (Ok(credentials), Some(colon)) => {
            assert_eq!(credentials.username, input[..colon]);
            assert_eq!(credentials.password, input[colon + 1..]);
        }
        (refused, None) => assert_eq!(refused, Err(BadCredentials::NoColon)),
        (refused, Some(_)) => panic!("{refused:?}"),
    }
}

fn written(pair: &[u8]) -> Vec<u8> {
    format!("Basic {}", BASE64_STANDARD.encode(pair)).into_bytes()
}

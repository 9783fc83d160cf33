//! What stands for `secured` without the feature `tls`: a type without values, so that no connection has a session.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::socket::{Blocking, Socket};
use super::tls_info::TlsInfo;

/// A TLS session, which no connection has in such a build.
#[derive(Debug)]
pub(super) enum Secured {}

impl Secured {
    pub(super) fn info(&self) -> &Arc<TlsInfo> {
        match *self {}
    }

    pub(super) fn announce_end(&self, _: bool) {
        match *self {}
    }

    pub(super) fn announces_end(&self) -> bool {
        match *self {}
    }

    pub(super) fn break_off(&self) {
        match *self {}
    }

    pub(super) fn read_to_vec(&self, _: &Socket, _: &mut Vec<u8>) -> io::Result<usize> {
        match *self {}
    }

    pub(super) fn read(&self, _: &Socket, _: &mut [u8]) -> io::Result<usize> {
        match *self {}
    }

    pub(super) fn buffered(&self) -> usize {
        match *self {}
    }

    pub(super) fn plaintext_of(&self, _: &[u8]) -> Vec<u8> {
        match *self {}
    }

    pub(super) fn has_arrivals(&self, _: &Socket) -> bool {
        match *self {}
    }

    pub(super) fn is_readable_within(&self, _: &Socket, _: Duration) -> bool {
        match *self {}
    }

    pub(super) fn send(&self, _: &Socket, _: [&[u8]; 2], _: Blocking) -> io::Result<usize> {
        match *self {}
    }

    pub(super) fn has_unsent(&self) -> bool {
        match *self {}
    }

    pub(super) fn close_notify(&self, _: &Socket) {
        match *self {}
    }
}

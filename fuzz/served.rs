//! A server's names and its folder, with a request, for targets whose functions use both.

use std::path::Path;
use std::sync::LazyLock;

use wireserve::internals::pipes::Context;
use wireserve::message::Head;
use wireserve::{Hosts, Mount, Names, Request};

/// The doc root. It does not exist, so templates find no file.
const FOLDER: &str = "/nonexistent/wireserve";

/// Made once, since conversion to Punycode is slow.
static HOSTS: LazyLock<Hosts> = LazyLock::new(|| {
    let names = Names {
        browser_host: Some("a.test".to_owned()),
        alternate_hosts: vec![("alt".to_owned(), "b.test".to_owned())],
        subdomains: vec!["www".to_owned(), "天気の良い日".to_owned()],
        not_subdomains: vec!["nonexistent".to_owned()],
        ports: vec![("https".to_owned(), vec![8443, 8444])],
        ..Names::default()
    };
    Hosts::new(names, &[([127, 0, 0, 1], 80).into()], Path::new(FOLDER))
});

pub(crate) struct Served {
    pub(crate) request: Request,
    mount: Mount,
}

impl Served {
    pub(crate) fn new(head: Head) -> Self {
        let address = ([127, 0, 0, 1], 80).into();
        Self {
            request: Request::new(head, (address, address)),
            mount: Mount::top(Path::new(FOLDER)),
        }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            request: &self.request,
            hosts: &HOSTS,
            mount: &self.mount,
            missing: wireserve::internals::pipes::Missing::Empty,
            turn: None,
        }
    }
}

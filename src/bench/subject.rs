//! What is measured: a path of the site, whose server may be started again on another port, or a URL.

use std::net::SocketAddr;

use super::server::Site;
use super::target::{Repeats, Request, Target, Template};

/// What is measured.
#[derive(Clone, Debug)]
pub struct Subject {
    /// As it is named in reports.
    pub(super) name: String,
    place: Place,
    /// The target of the request line.
    target: String,
    /// What to ask instead of a GET.
    template: Option<Template>,
}

/// Where a subject is.
#[derive(Clone, Debug)]
enum Place {
    /// On the site, whose server reports what it uses, and has another address each time it is started.
    Site,
    /// On a server that runs.
    Elsewhere {
        /// Where to connect to, or why that is not known.
        address: Result<SocketAddr, String>,
        /// As in `Host`.
        authority: String,
    },
}

impl Subject {
    /// What the request in the template, or a GET, finds at this target.
    pub fn new(target: &Target, template: Option<&Template>) -> Self {
        Self {
            name: target.shown(),
            place: match target {
                Target::Path(_) => Place::Site,
                Target::Url(url) => Place::Elsewhere {
                    address: url
                        .address()
                        .map_err(|error| format!("no address of {}: {error}", url.authority)),
                    authority: url.authority.clone(),
                },
            },
            target: target.of_request_line().to_owned(),
            template: template.cloned(),
        }
    }

    /// The site, if the subject is on it.
    pub(super) fn own<'s>(&self, site: Option<&'s mut Site>) -> Option<&'s mut Site> {
        site.filter(|_| matches!(self.place, Place::Site))
    }

    /// Where to connect to, and what to ask there, or why it cannot be asked.
    pub(super) fn asks(&self, site: Option<&mut Site>) -> Result<(SocketAddr, Request), String> {
        let (address, host) = match &self.place {
            Place::Site => {
                let address = site.ok_or("no server")?.address()?;
                (address, address.to_string())
            }
            Place::Elsewhere { address, authority } => (address.clone()?, authority.clone()),
        };
        let mut request = match &self.template {
            Some(template) => template.request(&self.target, &host),
            None => Request::get(&self.target, &host),
        };
        // Our own server resets no connection that waits for a request: a handler has done so.
        if matches!(self.place, Place::Site) && request.repeats == Repeats::IfEnded {
            request.repeats = Repeats::IfClosed;
        }
        Ok((address, request))
    }

    pub(super) fn method(&self) -> &str {
        self.template.as_ref().map_or("GET", Template::method)
    }
}

//! Where a rule of a configuration file is, for errors that are found when its target is opened.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Config;

/// A line of a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

impl Config {
    /// Notes where the targets of routes and listeners are in this text, from which they were read.
    pub(super) fn note_places(&mut self, file: &Path, text: &str) {
        let Ok(rules) = serde_json::from_str::<Rules<'_>>(text) else {
            return;
        };
        let place = |value: &RawValue| {
            // Both are parts of one text.
            let before = value.get().as_ptr() as usize - text.as_ptr() as usize;
            Place {
                file: file.to_owned(),
                line: 1 + text[..before].matches('\n').count(),
            }
        };
        for (route, rule) in self.routes.iter_mut().zip(rules.routes) {
            route.place = Some(place(rule.target));
        }
        for (listener, rule) in self.listeners.iter_mut().zip(rules.listeners) {
            listener.place = rule.connections.map(place);
        }
    }
}

/// The keys with targets, as text.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Rules<'t> {
    #[serde(borrow)]
    routes: Vec<RouteRule<'t>>,
    #[serde(borrow)]
    listeners: Vec<ListenerRule<'t>>,
}

#[derive(Deserialize)]
struct RouteRule<'t> {
    #[serde(borrow)]
    target: &'t RawValue,
}

#[derive(Deserialize)]
struct ListenerRule<'t> {
    #[serde(borrow)]
    connections: Option<&'t RawValue>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_targets() {
        let text = "{\"routes\": [{\"method\": \"GET\", \"pattern\": \"/a\",\n  \"target\": \"404\"},\n\
                    {\"target\": {\"text\":\n\"x\"}, \"method\": \"*\", \"pattern\": \"\\n\"}],\n\
                    \"listeners\": [{\"port\": 0, \"requests\": \"strict\"},\n\
                    {\"port\": 0, \"connections\":\n\n\"a.wire\"}]}";
        let mut config = Config::parse(text).unwrap();
        config.note_places(Path::new("a.json"), text);
        let shown = |place: &Option<Place>| place.as_ref().map(ToString::to_string);
        let routes: Vec<_> = config
            .routes
            .iter()
            .map(|route| shown(&route.place))
            .collect();
        assert_eq!(
            routes,
            [Some("a.json:2".to_owned()), Some("a.json:3".to_owned())]
        );
        let places = config
            .listeners
            .iter()
            .map(|listener| shown(&listener.place));
        assert_eq!(
            places.collect::<Vec<_>>(),
            [None, Some("a.json:8".to_owned())]
        );
    }
}

//! The header fields of a response: ordered, with case-insensitive names and several values for a name
//! (reference §8.2).
//!
//! Facts: all values of a name are sent together, at the position of the first; the name is spelled as
//! in the first `append` or the latest `set`; values are not validated, so CRLF or NUL in a value is
//! sent as it is.

use std::collections::HashMap;

/// A name with all its values.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    name: Vec<u8>,
    values: Vec<Vec<u8>>,
}

/// The header fields of a response, in the order in which they are sent.
///
/// ```
/// use wireserve::message::Headers;
///
/// let mut headers = Headers::default();
/// headers.append("Set-Cookie", "a=1");
/// headers.set("Content-Type", "text/plain");
/// headers.append("set-cookie", "b=2");
/// let lines: Vec<_> = headers.iter().collect();
/// assert_eq!(lines[1], (&b"Set-Cookie"[..], &b"b=2"[..]));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Headers {
    /// An entry without values has been removed.
    entries: Vec<Entry>,
    /// The first entry of each name in lower case, once there are more than [`FEW`] entries.
    places: Option<HashMap<Vec<u8>, usize>>,
    /// Entries that have been removed.
    removed: usize,
}

/// Entries among which a name is found without an index.
const FEW: usize = 48;

impl Headers {
    /// Replaces all values of a name and its spelling. The position stays.
    pub fn set(&mut self, name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        let (name, values) = (name.into(), vec![value.into()]);
        match self.place(&name) {
            Some(place) => self.entries[place] = Entry { name, values },
            None => self.add(Entry { name, values }),
        }
    }

    /// Adds a value to a name. Position and spelling of an existing name stay.
    pub fn append(&mut self, name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        let (name, value) = (name.into(), value.into());
        match self.place(&name) {
            Some(place) => self.entries[place].values.push(value),
            None => self.add(Entry {
                name,
                values: vec![value],
            }),
        }
    }

    /// Adds a separate field at the end, even if the name exists, so that a list is sent in its own
    /// order. [`Headers::get`] then finds the first field of a name.
    pub fn push(&mut self, name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.add(Entry {
            name: name.into(),
            values: vec![value.into()],
        });
    }

    /// Removes a name. Returns whether it existed.
    pub fn remove(&mut self, name: &[u8]) -> bool {
        let Some(place) = self.place(name) else {
            return false;
        };
        let Some(places) = &mut self.places else {
            self.entries
                .retain(|entry| !entry.name.eq_ignore_ascii_case(name));
            return true;
        };
        self.entries[place].values.clear();
        self.removed += 1;
        places.remove(&name.to_ascii_lowercase());
        // Names repeat only after `push`.
        if self.entries.len() - self.removed > places.len() {
            self.entries
                .retain(|entry| !entry.values.is_empty() && !entry.name.eq_ignore_ascii_case(name));
            self.removed = 0;
            self.index();
        }
        true
    }

    /// The values of a name, or `None` if there is no such name.
    pub fn get(&self, name: &[u8]) -> Option<&[Vec<u8>]> {
        self.place(name)
            .map(|place| self.entries[place].values.as_slice())
    }

    /// Whether a name exists.
    pub fn contains(&self, name: &[u8]) -> bool {
        self.place(name).is_some()
    }

    /// Names and values in the order in which they are sent.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.entries.iter().flat_map(|entry| {
            let values = entry.values.iter();
            values.map(|value| (entry.name.as_slice(), value.as_slice()))
        })
    }

    /// Each name once, with all its values.
    pub fn groups(&self) -> impl Iterator<Item = (&[u8], &[Vec<u8>])> {
        self.live()
            .map(|entry| (entry.name.as_slice(), entry.values.as_slice()))
    }

    fn live(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.values.is_empty())
    }

    fn add(&mut self, entry: Entry) {
        if let Some(places) = &mut self.places {
            let place = self.entries.len();
            places
                .entry(entry.name.to_ascii_lowercase())
                .or_insert(place);
        }
        self.entries.push(entry);
        if self.places.is_none() && self.entries.len() > FEW {
            self.index();
        }
    }

    fn index(&mut self) {
        let mut places = HashMap::with_capacity(2 * self.entries.len());
        for (place, entry) in self.entries.iter().enumerate() {
            places
                .entry(entry.name.to_ascii_lowercase())
                .or_insert(place);
        }
        self.places = Some(places);
    }

    /// The first entry of a name.
    fn place(&self, name: &[u8]) -> Option<usize> {
        match &self.places {
            Some(places) => places.get(&name.to_ascii_lowercase()).copied(),
            None => {
                let mut names = self.entries.iter().map(|entry| &entry.name);
                names.position(|other| other.eq_ignore_ascii_case(name))
            }
        }
    }
}

impl PartialEq for Headers {
    fn eq(&self, other: &Self) -> bool {
        self.live().eq(other.live())
    }
}

impl Eq for Headers {}

impl<N: Into<Vec<u8>>, V: Into<Vec<u8>>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut headers = Self::default();
        for (name, value) in pairs {
            headers.append(name, value);
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(headers: &Headers) -> String {
        let line = |(name, value): (&[u8], &[u8])| {
            format!(
                "{}={} ",
                String::from_utf8_lossy(name),
                String::from_utf8_lossy(value)
            )
        };
        headers.iter().map(line).collect()
    }

    #[test]
    fn order_spelling_and_grouping() {
        let mut headers = Headers::default();
        headers.append("A", "1");
        headers.append("B", "2");
        headers.append("a", "3");
        assert_eq!(text(&headers), "A=1 A=3 B=2 ");
        headers.set("a", "4");
        assert_eq!(text(&headers), "a=4 B=2 ");
        assert!(headers.contains(b"b"));
        assert!(headers.remove(b"A"));
        assert!(!headers.remove(b"A"));
        assert_eq!(text(&headers), "B=2 ");
        assert_eq!(headers.get(b"b"), Some(&[b"2".to_vec()][..]));
        assert_eq!(headers.get(b"a"), None);
    }

    /// With an index and without one.
    #[test]
    fn many_are_as_few() {
        for extra in [0, FEW] {
            let mut headers = Headers::default();
            for number in 0..extra {
                headers.append(format!("X-{number}"), "x");
            }
            headers.append("A", "1");
            headers.append("b", "2");
            headers.append("a", "3");
            headers.set("B", "4");
            headers.push("A", "5");
            headers.push("c", "6");
            assert_eq!(headers.get(b"A"), Some(&[b"1".to_vec(), b"3".to_vec()][..]));
            let mut fewer = headers.clone();
            assert!(fewer.remove(b"a") && !fewer.contains(b"A") && !fewer.remove(b"a"));
            assert!(fewer.remove(b"c"));
            fewer.append("a", "7");
            for number in 0..extra {
                assert!(headers.remove(format!("x-{number}").as_bytes()));
                assert!(fewer.remove(format!("X-{number}").as_bytes()));
            }
            assert_eq!(text(&headers), "A=1 A=3 B=4 A=5 c=6 ");
            assert_eq!(text(&fewer), "B=4 a=7 ");
            assert_eq!(fewer.groups().count(), 2);
        }
    }
}

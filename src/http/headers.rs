//! The header fields of a response: ordered, with case-insensitive names and several values for a name
//! (reference §8.2).
//!
//! Facts: all values of a name are sent together, at the position of the first; the name is spelled as
//! in the first `append` or the latest `set`; values are not validated, so CRLF or NUL in a value is
//! sent as it is.

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    entries: Vec<Entry>,
}

impl Headers {
    /// Replaces all values of a name and its spelling. The position stays.
    pub fn set(&mut self, name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        let (name, values) = (name.into(), vec![value.into()]);
        match self.entry(&name) {
            Some(entry) => *entry = Entry { name, values },
            None => self.entries.push(Entry { name, values }),
        }
    }

    /// Adds a value to a name. Position and spelling of an existing name stay.
    pub fn append(&mut self, name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        let (name, value) = (name.into(), value.into());
        match self.entry(&name) {
            Some(entry) => entry.values.push(value),
            None => self.entries.push(Entry {
                name,
                values: vec![value],
            }),
        }
    }

    /// Adds a separate field at the end, even if the name exists, so that a list is sent in its own
    /// order. [`Headers::get`] then finds the first field of a name.
    pub fn push(&mut self, name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.entries.push(Entry {
            name: name.into(),
            values: vec![value.into()],
        });
    }

    /// Removes a name. Returns whether it existed.
    pub fn remove(&mut self, name: &[u8]) -> bool {
        let before = self.entries.len();
        self.entries
            .retain(|entry| !entry.name.eq_ignore_ascii_case(name));
        self.entries.len() < before
    }

    /// The values of a name, or `None` if there is no such name.
    pub fn get(&self, name: &[u8]) -> Option<&[Vec<u8>]> {
        self.entries
            .iter()
            .find(|entry| entry.name.eq_ignore_ascii_case(name))
            .map(|entry| entry.values.as_slice())
    }

    /// Whether a name exists.
    pub fn contains(&self, name: &[u8]) -> bool {
        self.get(name).is_some()
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
        self.entries
            .iter()
            .map(|entry| (entry.name.as_slice(), entry.values.as_slice()))
    }

    fn entry(&mut self, name: &[u8]) -> Option<&mut Entry> {
        self.entries
            .iter_mut()
            .find(|entry| entry.name.eq_ignore_ascii_case(name))
    }
}

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
}

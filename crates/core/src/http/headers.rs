//! The header fields of a response: ordered, with case-insensitive names and several values for a name
//! (reference §8.2).
//!
//! Facts: all values of a name are sent together, at the position of the first; the name is spelled as
//! in the first `append` or the latest `set`; values are not validated, so CRLF or NUL in a value is
//! sent as it is.

use std::collections::HashMap;

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
/// assert_eq!(headers.first(b"set-cookie"), Some(&b"a=1"[..]));
/// assert_eq!(headers.values(b"Set-Cookie").count(), 2);
/// assert!(headers.remove(b"SET-COOKIE") && !headers.contains(b"Set-Cookie"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Headers {
    /// The field lines, `name: value` with CRLF, and further values without their names.
    text: Vec<u8>,
    /// Bytes of the text that no entry refers to any more.
    unused: usize,
    entries: Vec<Entry>,
    /// The first entry of each name in lower case, once there are more than [`FEW`] entries.
    places: Option<HashMap<Vec<u8>, usize>>,
    /// Entries that have been removed.
    removed: usize,
}

/// A name with all its values.
#[derive(Clone, Debug)]
struct Entry {
    name: Span,
    /// It follows the name in the text, as in a field line. `None` if the entry has been removed.
    value: Option<Span>,
    /// The values that follow the first.
    more: Vec<Span>,
}

/// A part of the text.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: usize,
    end: usize,
}

const COLON: &[u8] = b": ";
const CRLF: &[u8] = b"\r\n";

/// Entries among which a name is found without an index.
const FEW: usize = 48;

/// Room for the names and values of most responses.
const TYPICAL_TEXT: usize = 256;

/// Room for the entries of most responses.
const TYPICAL_ENTRIES: usize = 6;

/// Bytes of unused text that are kept in any case.
const UNUSED: usize = 4096;

impl Headers {
    /// Replaces all values of a name and its spelling. The position stays.
    ///
    /// See the example of [`Headers`].
    pub fn set(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        let entry = self.entry(name.as_ref(), value.as_ref());
        match self.place(name.as_ref()) {
            Some(place) => {
                self.unused += self.entries[place].length();
                self.entries[place] = entry;
                self.drop_unused();
            }
            None => self.add(name.as_ref(), entry),
        }
    }

    /// Adds a value to a name. Position and spelling of an existing name stay.
    ///
    /// See the example of [`Headers`].
    pub fn append(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        match self.place(name.as_ref()) {
            Some(place) => {
                let value = self.keep(value.as_ref());
                self.entries[place].more.push(value);
            }
            None => self.push(name, value),
        }
    }

    /// Adds all values of other fields.
    pub(crate) fn append_all(&mut self, others: Self) {
        if self.entries.is_empty() {
            *self = others;
            return;
        }
        for (name, value) in others.iter() {
            self.append(name, value);
        }
    }

    /// Adds a separate field at the end, even if the name exists, so that a list is sent in its own
    /// order. [`Headers::values`] then finds the first field of a name.
    ///
    /// ```
    /// use wireserve::message::Headers;
    ///
    /// let mut headers = Headers::default();
    /// headers.push("X", "1");
    /// headers.push("Y", "2");
    /// headers.push("x", "3");
    /// let names: Vec<_> = headers.groups().map(|(name, values)| (name, values.count())).collect();
    /// assert_eq!(names, [(&b"X"[..], 1), (b"Y", 1), (b"x", 1)]);
    /// ```
    pub fn push(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        let entry = self.entry(name.as_ref(), value.as_ref());
        self.add(name.as_ref(), entry);
    }

    /// Removes a name. Returns whether it existed.
    ///
    /// See the example of [`Headers`].
    pub fn remove(&mut self, name: &[u8]) -> bool {
        let Some(place) = self.place(name) else {
            return false;
        };
        if let Some(places) = &mut self.places {
            self.unused += self.entries[place].length();
            self.entries[place] = Entry::REMOVED;
            self.removed += 1;
            places.remove(&name.to_ascii_lowercase());
            // Names repeat only after `push`.
            if self.entries.len() - self.removed > places.len() {
                self.retain_all_but(name);
                self.removed = 0;
                self.index();
            }
        } else {
            self.retain_all_but(name);
        }
        self.drop_unused();
        true
    }

    /// The values of a name; empty if there is no such name.
    ///
    /// See the example of [`Headers`].
    pub fn values(&self, name: &[u8]) -> impl Iterator<Item = &[u8]> {
        let entry = self.place(name).map(|place| &self.entries[place]);
        entry.into_iter().flat_map(|entry| self.values_of(entry))
    }

    /// The first value of a name.
    ///
    /// See the example of [`Headers`].
    pub fn first(&self, name: &[u8]) -> Option<&[u8]> {
        self.values(name).next()
    }

    /// Whether a name exists.
    ///
    /// See the example of [`Headers`].
    pub fn contains(&self, name: &[u8]) -> bool {
        self.place(name).is_some()
    }

    /// Whether there are no fields.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.len() == self.removed
    }

    /// Names and values in the order in which they are sent.
    ///
    /// See the example of [`Headers`].
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.entries.iter().flat_map(|entry| {
            let name = self.at(entry.name);
            self.values_of(entry).map(move |value| (name, value))
        })
    }

    /// Appends the field lines.
    pub(crate) fn append_to(&self, out: &mut Vec<u8>) {
        for entry in &self.entries {
            let Some(value) = entry.value else {
                continue;
            };
            out.extend_from_slice(&self.text[entry.name.start..value.end + CRLF.len()]);
            for &value in &entry.more {
                out.extend_from_slice(self.at(entry.name));
                out.extend_from_slice(COLON);
                out.extend_from_slice(self.at(value));
                out.extend_from_slice(CRLF);
            }
        }
    }

    /// About as many bytes as [`append_to`](Self::append_to) appends.
    pub(crate) fn typical_length(&self) -> usize {
        self.text.len() - self.unused
    }

    /// Each name once, with all its values.
    ///
    /// See the example of [`Headers::push`].
    pub fn groups(&self) -> impl Iterator<Item = (&[u8], impl Iterator<Item = &[u8]>)> {
        let live = self.entries.iter().filter(|entry| entry.value.is_some());
        live.map(|entry| (self.at(entry.name), self.values_of(entry)))
    }

    fn values_of(&self, entry: &Entry) -> impl Iterator<Item = &[u8]> {
        let spans = entry.value.iter().chain(&entry.more);
        spans.map(|&span| self.at(span))
    }

    fn at(&self, span: Span) -> &[u8] {
        &self.text[span.start..span.end]
    }

    fn keep(&mut self, bytes: &[u8]) -> Span {
        let start = self.text.len();
        self.text.extend_from_slice(bytes);
        Span {
            start,
            end: self.text.len(),
        }
    }

    fn entry(&mut self, name: &[u8], value: &[u8]) -> Entry {
        if self.text.capacity() == 0 {
            let needed = name.len() + value.len() + COLON.len() + CRLF.len();
            self.text = Vec::with_capacity(needed.max(TYPICAL_TEXT));
        }
        let name = self.keep(name);
        self.text.extend_from_slice(COLON);
        let value = self.keep(value);
        self.text.extend_from_slice(CRLF);
        Entry {
            name,
            value: Some(value),
            more: Vec::new(),
        }
    }

    fn add(&mut self, name: &[u8], entry: Entry) {
        if let Some(places) = &mut self.places {
            let place = self.entries.len();
            places.entry(name.to_ascii_lowercase()).or_insert(place);
        }
        if self.entries.capacity() == 0 {
            self.entries = Vec::with_capacity(TYPICAL_ENTRIES);
        }
        self.entries.push(entry);
        if self.places.is_none() && self.entries.len() > FEW {
            self.index();
        }
    }

    fn index(&mut self) {
        let mut places = HashMap::with_capacity(2 * self.entries.len());
        for (place, entry) in self.entries.iter().enumerate() {
            let name = self.at(entry.name).to_ascii_lowercase();
            places.entry(name).or_insert(place);
        }
        self.places = Some(places);
    }

    /// The first entry of a name.
    fn place(&self, name: &[u8]) -> Option<usize> {
        match &self.places {
            Some(places) => places.get(&name.to_ascii_lowercase()).copied(),
            None => {
                let mut names = self.entries.iter().map(|entry| self.at(entry.name));
                names.position(|other| other.eq_ignore_ascii_case(name))
            }
        }
    }

    /// Removes the entries of this name, and those that have been removed before.
    fn retain_all_but(&mut self, name: &[u8]) {
        let (text, unused) = (&self.text, &mut self.unused);
        self.entries.retain(|entry| {
            let its_name = &text[entry.name.start..entry.name.end];
            let stays = entry.value.is_some() && !its_name.eq_ignore_ascii_case(name);
            if !stays {
                *unused += entry.length();
            }
            stays
        });
    }

    /// Copies the text that is in use if that is less than half of it.
    fn drop_unused(&mut self) {
        if self.unused <= UNUSED.max(self.text.len() / 2) {
            return;
        }
        let before = std::mem::take(&mut self.text);
        let mut entries = std::mem::take(&mut self.entries);
        let at = |span: Span| &before[span.start..span.end];
        for entry in &mut entries {
            let Some(value) = entry.value else {
                continue;
            };
            let kept = self.entry(at(entry.name), at(value));
            (entry.name, entry.value) = (kept.name, kept.value);
            for value in &mut entry.more {
                *value = self.keep(at(*value));
            }
        }
        self.entries = entries;
        self.unused = 0;
    }
}

impl Entry {
    const REMOVED: Self = Self {
        name: Span { start: 0, end: 0 },
        value: None,
        more: Vec::new(),
    };

    /// Bytes of the text that it refers to.
    fn length(&self) -> usize {
        let line = |value: Span| value.end + CRLF.len() - self.name.start;
        self.value.map_or(0, line) + self.more.iter().map(Span::length).sum::<usize>()
    }
}

impl Span {
    fn length(&self) -> usize {
        self.end - self.start
    }
}

impl PartialEq for Headers {
    fn eq(&self, other: &Self) -> bool {
        let mut others = other.groups();
        let all = self.groups().all(|(name, values)| {
            let other = others.next();
            other.is_some_and(|(other, others)| name == other && values.eq(others))
        });
        all && others.next().is_none()
    }
}

impl Eq for Headers {}

impl<N: AsRef<[u8]>, V: AsRef<[u8]>> FromIterator<(N, V)> for Headers {
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
        assert_eq!(headers.first(b"b"), Some(&b"2"[..]));
        assert_eq!(headers.first(b"a"), None);
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
            assert_eq!(headers.values(b"A").collect::<Vec<_>>(), [b"1", b"3"]);
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

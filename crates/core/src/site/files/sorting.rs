//! Sorting the entries of a folder, of which there may be any number, in pieces: between them the work ends if
//! the client has left.

use std::cmp::Ordering;

/// Entries between two looks for the client.
const BETWEEN_LOOKS: usize = 1024;

/// Whether so many entries, of which a part was dealt with since the last look, are a reason for the next.
pub(super) fn is_time_to_look(entries: usize) -> bool {
    entries > 0 && entries.is_multiple_of(BETWEEN_LOOKS)
}

/// Sorts items, and keeps the order of equal ones; `None` if `is_wanted` ended the work.
pub(super) fn sorted<T>(
    items: Vec<T>,
    compare: impl Fn(&T, &T) -> Ordering,
    is_wanted: &dyn Fn() -> bool,
) -> Option<Vec<T>> {
    let mut runs = Vec::new();
    let mut items = items.into_iter();
    loop {
        let mut run: Vec<_> = items.by_ref().take(BETWEEN_LOOKS).collect();
        if run.is_empty() {
            break;
        }
        run.sort_by(&compare);
        if run.len() == BETWEEN_LOOKS && !is_wanted() {
            return None;
        }
        runs.push(run);
    }
    // Neighbours are merged until one run is left.
    while runs.len() > 1 {
        let mut merged = Vec::with_capacity(runs.len().div_ceil(2));
        let mut left = runs.into_iter();
        while let Some(run) = left.next() {
            merged.push(match left.next() {
                Some(next) => merge(run, next, &compare, is_wanted)?,
                None => run,
            });
        }
        runs = merged;
    }
    Some(runs.pop().unwrap_or_default())
}

fn merge<T>(
    left: Vec<T>,
    right: Vec<T>,
    compare: &impl Fn(&T, &T) -> Ordering,
    is_wanted: &dyn Fn() -> bool,
) -> Option<Vec<T>> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let mut left = left.into_iter().peekable();
    let mut right = right.into_iter().peekable();
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        if is_time_to_look(merged.len()) && !is_wanted() {
            return None;
        }
        let first = match compare(a, b) {
            Ordering::Greater => right.next(),
            Ordering::Less | Ordering::Equal => left.next(),
        };
        merged.extend(first);
    }
    merged.extend(left);
    merged.extend(right);
    Some(merged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorting_is_stable_and_ends_when_it_is_not_wanted() {
        for count in [
            0,
            1,
            2,
            BETWEEN_LOOKS,
            BETWEEN_LOOKS + 1,
            5 * BETWEEN_LOOKS + 7,
        ] {
            let items: Vec<_> = (0..count).map(|n| (n * 7919 % 100, n)).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|(key, _)| *key);
            let compare = |a: &(usize, usize), b: &(usize, usize)| a.0.cmp(&b.0);
            let found = sorted(items.clone(), compare, &|| true);
            assert_eq!(found, Some(expected), "{count}");
            let is_given_up = sorted(items, compare, &|| false).is_none();
            assert_eq!(is_given_up, count >= BETWEEN_LOOKS, "{count}");
        }
    }
}

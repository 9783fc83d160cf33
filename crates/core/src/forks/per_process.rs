//! Values that a process has once. A forked child gets others: of all threads only the one that forked
//! exists in it, so that the threads of a value are missing, and its locks may be held by them.

use std::iter;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many forks lie between the first process and this one.
static FORKS: AtomicUsize = AtomicUsize::new(0);

/// A value that a process has once, made at its first use.
pub struct PerProcess<T> {
    make: fn() -> T,
    value: OnceLock<T>,
    /// The value for the children of this process, and for theirs.
    child: OnceLock<Box<Self>>,
}

impl<T> PerProcess<T> {
    /// A value that this function makes.
    pub const fn new(make: fn() -> T) -> Self {
        Self {
            make,
            value: OnceLock::new(),
            child: OnceLock::new(),
        }
    }

    /// The value of this process.
    pub fn get(&self) -> &T {
        self.of_generation(FORKS.load(Ordering::Relaxed))
    }

    /// The values of the processes that this one is a fork of, as far as they had made them. Their locks may be held by
    /// threads that are not in this process.
    pub fn of_parents(&self) -> Vec<&T> {
        self.before_generation(FORKS.load(Ordering::Relaxed))
    }

    fn before_generation(&self, forks: usize) -> Vec<&T> {
        let first = (forks > 0).then_some(self);
        let generations = iter::successors(first, |generation| {
            let child = generation.child.get();
            child.map(Box::as_ref)
        });
        generations
            .take(forks)
            .filter_map(|generation| generation.value.get())
            .collect()
    }

    fn of_generation(&self, forks: usize) -> &T {
        let mut generation = self;
        for _ in 0..forks {
            let child = || Box::new(Self::new(self.make));
            generation = generation.child.get_or_init(child);
        }
        generation.value.get_or_init(self.make)
    }
}

/// Counts a fork, in the child. No other thread may run yet.
pub fn increment() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// How many forks lie between the first process and this one.
pub fn number() -> usize {
    FORKS.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_generation_has_one_value() {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let value = PerProcess::new(|| MADE.fetch_add(1, Ordering::Relaxed));
        let asked = [0, 0, 2, 1, 2, 0].map(|forks| *value.of_generation(forks));
        assert_eq!(asked, [0, 0, 1, 2, 1, 0]);
        let before = [0, 1, 2, 3].map(|forks| value.before_generation(forks).into_iter().copied());
        let before = before.map(Iterator::collect::<Vec<_>>);
        assert_eq!(before, [vec![], vec![0], vec![0, 2], vec![0, 2, 1]]);
    }
}

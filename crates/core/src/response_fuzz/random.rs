//! A random number generator that is stable across releases: SplitMix64, as published (Steele, Lea and
//! Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014). It is written out here because a
//! seed must make the same response whatever the version of a crate. No number depends on the machine.

/// A stream of numbers.
#[derive(Clone, Debug)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    /// The stream of a seed; each seed has a different one.
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next number.
    pub(super) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not 0: the upper half of the product (Lemire). The bias of at
    /// most `bound` in 2^64 does not matter here.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        let product = u128::from(self.next()) * u128::from(bound);
        // The upper half of 128 bits is 64 bits.
        (product >> 64) as u64
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// An index into a list of this length, which is not 0.
    pub(super) fn index(&mut self, length: usize) -> usize {
        // Below a length, so it fits.
        self.below(length as u64) as usize
    }

    /// Whether an event happens that has a chance of one in `times`.
    pub(super) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of these.
    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.index(from.len())]
    }

    /// One of these, each with a weight.
    pub(super) fn pick_weighted<T: Copy>(&mut self, from: &[(u64, T)]) -> T {
        let mut at = self.below(from.iter().map(|(weight, _)| weight).sum());
        for &(weight, choice) in from {
            match at.checked_sub(weight) {
                None => return choice,
                Some(left) => at = left,
            }
        }
        unreachable!("a number below the sum of the weights is within one of them")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        let of = |seed| {
            let mut random = Random::new(seed);
            [random.next(), random.next(), random.next()]
        };
        let of_0 = [
            0xe220_a839_7b1d_cdaf,
            0x6e78_9e6a_a1b9_65f4,
            0x06c4_5d18_8009_454f,
        ];
        let of_1234567 = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(of(0), of_0);
        assert_eq!(of(1_234_567), of_1234567);
    }

    #[test]
    fn choices_stay_in_range_and_reach_everything() {
        let mut random = Random::new(7);
        let mut seen = [0; 3];
        for _ in 0..300 {
            seen[random.index(3)] += 1;
            assert!((5..=6).contains(&random.between(5, 6)));
            assert_eq!(random.pick_weighted(&[(0, 'a'), (1, 'b'), (0, 'c')]), 'b');
        }
        assert!(seen.iter().all(|&count| count > 50), "{seen:?}");
        assert_eq!(Random::new(1).below(1), 0);
    }
}

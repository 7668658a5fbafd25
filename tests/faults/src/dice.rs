//! Numbers that come again with their seed. They guard nothing.

use std::time::Duration;

/// A stream of numbers: `SplitMix64`.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The stream of this seed and these places.
    pub(crate) fn of(seed: u64, places: &[u64]) -> Self {
        let mut dice = Self(seed);
        for place in places {
            dice.0 = dice.next() ^ place.wrapping_mul(0xff51_afd7_ed55_8ccd);
        }
        dice.next();
        dice
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % bound).unwrap_or_default()
    }

    /// True so many times of a hundred.
    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.next() % 100 < chance
    }

    /// So many milliseconds.
    pub(crate) fn millis(&mut self, from: u64, below: u64) -> Duration {
        Duration::from_millis(from + self.next() % (below - from).max(1))
    }

    /// One of them.
    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let at = self.below(all.len().max(1));
        all.get(at)
    }

    /// Some index by weights that are not all 0.
    pub(crate) fn weighed(&mut self, weights: &[u64]) -> usize {
        let sum: u64 = weights.iter().sum();
        let mut rest = self.next() % sum.max(1);
        for (at, weight) in weights.iter().enumerate() {
            if rest < *weight {
                return at;
            }
            rest -= weight;
        }
        0
    }
}

/// A hash of a text, for [`Dice::of`].
pub(crate) fn place(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

//! Chance with a seed: SplitMix64, written here so that no crate's new version can change the example's files.

use jiff::ToSpan;
use jiff::civil::Date;

/// A stream of numbers that depends on the seed alone.
#[derive(Debug)]
pub struct Rng(u64);

impl Rng {
    /// A stream; the same seed gives the same numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, any of 64 bits.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `n - 1`; `n` is at least 1.
    pub fn below(&mut self, n: usize) -> usize {
        // The high half of the product; always less than `n`, so it fits.
        ((u128::from(self.number()) * n as u128) >> 64) as usize
    }

    /// True in `share` cases of a hundred.
    pub fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// One of `choices`, which are not empty.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// A day from `first` to `last`, both included.
    pub(crate) fn day(&mut self, first: Date, last: Date) -> Date {
        let days = (last - first).get_days().max(0);
        first + (self.below(days as usize + 1) as i64).days()
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Rng;

    /// The numbers of the algorithm's published reference for seed 1234567.
    #[test]
    fn numbers_are_those_of_the_reference() {
        let mut rng = Rng::new(1_234_567);
        let numbers: Vec<u64> = (0..3).map(|_| rng.number()).collect();
        assert_eq!(
            numbers,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }
}

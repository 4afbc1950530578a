//! Something that is made when it is first asked for, and then shared.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::error::Result;

/// Made once; after a failure the next one who asks tries again.
pub struct Once<T>(Mutex<Option<T>>);

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone> Clone for Once<T> {
    /// One that was made is shared with the copy.
    fn clone(&self) -> Self {
        Self(Mutex::new(self.known()))
    }
}

impl<T: Clone> Once<T> {
    /// What was made, if it was.
    pub fn known(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was made before, or what `make` makes now. Others who ask meanwhile wait for it.
    pub fn get(&self, make: impl FnOnce() -> Result<T>) -> Result<T> {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = made.as_ref() {
            return Ok(made.clone());
        }
        Ok(made.insert(make()?).clone())
    }
}

impl<T> fmt::Debug for Once<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Once")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::error::Error;

    #[test]
    fn many_who_ask_at_once_get_the_same_one() {
        let (once, made) = (Once::default(), AtomicUsize::new(0));
        let ask = || once.get(|| Ok(made.fetch_add(1, Ordering::Relaxed)));
        let answers = std::thread::scope(|scope| {
            let asking: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
            asking.into_iter().map(|thread| thread.join().expect("an answer")).collect::<Result<Vec<_>>>()
        });
        assert_eq!(answers.expect("it is made"), [0; 8]);
        assert_eq!(made.into_inner(), 1);
    }

    #[test]
    fn after_a_failure_it_is_tried_again() {
        let once = Once::default();
        assert!(once.get(|| Err::<u8, _>(Error::failed("no luck"))).is_err());
        assert_eq!(once.known(), None);
        assert_eq!(once.get(|| Ok(7)).expect("luck"), 7);
        assert_eq!(once.known(), Some(7));
    }
}

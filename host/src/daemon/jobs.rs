//! Work that goes on beside each other, each with a label by which its end is told, however it ends.

use std::collections::HashMap;
use std::future::Future;

use tokio::task::{Id, JoinError, JoinSet};

/// Work under way, whose ends are `T`.
#[derive(Debug)]
pub(super) struct Jobs<L, T> {
    jobs: JoinSet<T>,
    labels: HashMap<Id, L>,
}

impl<L, T> Default for Jobs<L, T> {
    fn default() -> Self {
        Self { jobs: JoinSet::new(), labels: HashMap::new() }
    }
}

impl<L, T: Send + 'static> Jobs<L, T> {
    /// How much is under way.
    pub(super) fn len(&self) -> usize {
        self.jobs.len()
    }

    /// Nothing is under way.
    pub(super) fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// What is under way.
    pub(super) fn labels(&self) -> impl Iterator<Item = &L> {
        self.labels.values()
    }

    /// Begins some.
    pub(super) fn begin(&mut self, label: L, work: impl Future<Output = T> + Send + 'static) {
        let handle = self.jobs.spawn(work);
        self.labels.insert(handle.id(), label);
    }

    /// What ends next, and how: an error where it broke off. `None`: nothing is under way. Nothing is lost when this is
    /// dropped before it answers.
    pub(super) async fn next(&mut self) -> Option<(L, Result<T, JoinError>)> {
        let (id, ended) = match self.jobs.join_next_with_id().await? {
            Ok((id, ended)) => (id, Ok(ended)),
            Err(broken) => (broken.id(), Err(broken)),
        };
        self.labels.remove(&id).map(|label| (label, ended))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_end_is_told_with_its_label_a_panic_included() {
        let mut jobs = Jobs::default();
        for n in 0..3 {
            jobs.begin(n, async move { if n == 1 { panic!("a job breaks off") } else { n * 10 } });
        }
        let mut ends = Vec::new();
        while let Some((label, ended)) = jobs.next().await {
            ends.push((label, ended.ok()));
        }
        ends.sort_unstable();
        assert_eq!(ends, [(0, Some(0)), (1, None), (2, Some(20))]);
        assert!(jobs.is_empty() && jobs.labels.is_empty());
    }
}

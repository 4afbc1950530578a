//! Long lists, a page at a time.

use crate::model::{Message, Param};

use super::signed::value;

/// Which part of a list is shown.
pub(super) struct Pager {
    path: String,
    page: usize,
    size: usize,
    all: usize,
}

impl Pager {
    /// The page that the query asks for, of a list of so many; the last one where it asks for more.
    pub(super) fn of(path: &str, query: &[Param], size: usize, all: usize) -> Self {
        let asked = value(query, "page").parse().unwrap_or(1);
        let last = all.div_ceil(size).max(1);
        Self { path: path.to_owned(), page: usize::clamp(asked, 1, last), size, all }
    }

    /// What of a list stands on this page.
    pub(super) fn cut<T>(&self, list: Vec<T>) -> Vec<T> {
        list.into_iter().skip((self.page - 1) * self.size).take(self.size).collect()
    }

    /// The page's number.
    pub(super) fn page(&self) -> usize {
        self.page
    }

    /// Is there more than a page?
    pub(super) fn is_needed(&self) -> bool {
        self.all > self.size
    }

    /// The page before.
    pub(super) fn before(&self) -> Option<String> {
        self.number_before().map(|page| self.address(page))
    }

    /// The page after.
    pub(super) fn after(&self) -> Option<String> {
        self.number_after().map(|page| self.address(page))
    }

    /// The number of the page before.
    pub(super) fn number_before(&self) -> Option<usize> {
        (self.page > 1).then(|| self.page - 1)
    }

    /// The number of the page after.
    pub(super) fn number_after(&self) -> Option<usize> {
        (self.page * self.size < self.all).then(|| self.page + 1)
    }

    /// Of a page; what else the list was asked for stays in it.
    fn address(&self, page: usize) -> String {
        let mark = if self.path.contains('?') { '&' } else { '?' };
        format!("{}{mark}page={page}", self.path)
    }

    /// «51–100 of 312»
    pub(super) fn told(&self) -> Message {
        let first = (self.page - 1) * self.size + 1;
        let last = (self.page * self.size).min(self.all);
        Message::new("cabinet-part").with("first", first).with("last", last).with("all", self.all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pager(page: &str, all: usize) -> Pager {
        Pager::of("/x", &[Param::new("page".to_owned(), page.to_owned())], 10, all)
    }

    #[test]
    fn every_item_stands_on_one_page() {
        let list: Vec<usize> = (0..25).collect();
        let pages: Vec<usize> =
            ["1", "2", "3"].iter().flat_map(|page| pager(page, 25).cut(list.clone())).collect();
        assert_eq!(pages, list);
        for (asked, first) in [("0", 0), ("-1", 0), ("x", 0), ("", 0), ("99999999999999999999", 0), ("7", 20)]
        {
            assert_eq!(pager(asked, 25).cut(list.clone()).first(), Some(&first), "{asked}");
        }
        let ways = |page: &str| (pager(page, 25).before(), pager(page, 25).after());
        assert_eq!(ways("1"), (None, Some("/x?page=2".into())));
        assert_eq!(ways("3"), (Some("/x?page=2".into()), None));
        assert_eq!(Pager::of("/x?a=b", &[], 10, 25).after(), Some("/x?a=b&page=2".into()));
        assert!(!pager("1", 10).is_needed() && pager("1", 11).is_needed());
        assert!(pager("1", 0).cut(Vec::<u8>::new()).is_empty());
    }
}

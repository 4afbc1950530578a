//! In which order items come: what is referred to before what refers. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::ItemRef;

/// The level of each item: 0 refers to nothing here, n refers to something of level n − 1.
/// Fails with a cycle, in words.
pub(super) fn levels<'a>(
    items: impl Iterator<Item = (&'a ItemRef, Vec<&'a ItemRef>)>,
) -> Result<BTreeMap<ItemRef, usize>, String> {
    let refs: BTreeMap<&ItemRef, Vec<&ItemRef>> = items.collect();
    let mut waits: BTreeMap<&ItemRef, usize> = BTreeMap::new();
    let mut users: BTreeMap<&ItemRef, Vec<&ItemRef>> = BTreeMap::new();
    for (&item, targets) in &refs {
        let inside: BTreeSet<_> =
            targets.iter().copied().filter(|target| refs.contains_key(*target)).collect();
        waits.insert(item, inside.len());
        inside.into_iter().for_each(|target| users.entry(target).or_default().push(item));
    }
    let levels = peel(&mut waits, &users);
    if levels.len() == refs.len() { Ok(levels) } else { Err(cycle(&refs, &levels)) }
}

/// Takes away what waits for nothing, level by level. Without recursion: a chain may be as long as a scope.
fn peel<'a>(
    waits: &mut BTreeMap<&'a ItemRef, usize>,
    users: &BTreeMap<&'a ItemRef, Vec<&'a ItemRef>>,
) -> BTreeMap<ItemRef, usize> {
    let mut levels = BTreeMap::new();
    let mut ready: Vec<&ItemRef> = waits.iter().filter(|(_, n)| **n == 0).map(|(item, _)| *item).collect();
    for level in 0.. {
        if ready.is_empty() {
            break;
        }
        let mut next = Vec::new();
        for item in ready {
            levels.insert(item.clone(), level);
            for user in users.get(item).into_iter().flatten() {
                if let Some(n) = waits.get_mut(user) {
                    *n -= 1;
                    if *n == 0 {
                        next.push(*user);
                    }
                }
            }
        }
        ready = next;
    }
    levels
}

/// Walks along what is left until it comes to where it has been.
fn cycle(refs: &BTreeMap<&ItemRef, Vec<&ItemRef>>, done: &BTreeMap<ItemRef, usize>) -> String {
    let stuck = |item: &&ItemRef| refs.contains_key(*item) && !done.contains_key(*item);
    let mut path: Vec<&ItemRef> = Vec::new();
    let mut at = refs.keys().copied().find(|item| stuck(item));
    while let Some(item) = at {
        if let Some(start) = path.iter().position(|seen| *seen == item) {
            path.drain(..start);
            path.push(item);
            break;
        }
        path.push(item);
        at = refs[item].iter().copied().find(|target| stuck(target));
    }
    path.iter().map(ToString::to_string).collect::<Vec<_>>().join(" → ")
}

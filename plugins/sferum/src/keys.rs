//! Keys of items and handles of what is at the messenger: how they are written and read back.
//!
//! What leaves comes with key and handle only, so a handle names everything that is needed to take the thing away. It
//! names the community, too: the numbers of chats are a community's own, and the same number is another chat elsewhere.

/// The key of what belongs to a journal and a person. A stroke inside an id is written otherwise.
pub fn of_person(journal: &str, person: &str) -> String {
    format!("{}/{}", escaped(journal), escaped(person))
}

/// Journal and person of such a key.
pub fn person_of(key: &str) -> Option<(String, String)> {
    let (journal, person) = key.split_once('/')?;
    Some((plain(journal), plain(person)))
}

fn escaped(id: &str) -> String {
    id.replace('%', "%25").replace('/', "%2F")
}

fn plain(text: &str) -> String {
    text.replace("%2F", "/").replace("%25", "%")
}

/// The key of what is said in a journal's chat about a lesson at this time. `link` tells one supplied link from another.
pub fn of_word(journal: &str, lesson: &str, starts: i64, link: Option<&str>) -> String {
    let link = link.map(|link| format!("#{link}")).unwrap_or_default();
    format!("{}/{}@{starts}{link}", escaped(journal), escaped(lesson))
}

/// Lesson and time of such a key.
pub fn word_of(key: &str) -> Option<(String, i64)> {
    let (_, lesson) = key.split_once('/')?;
    let (lesson, starts) = lesson.rsplit_once('@')?;
    let starts = starts.split_once('#').map_or(starts, |(starts, _)| starts);
    Some((plain(lesson), starts.parse().ok()?))
}

/// A conversation of a community.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Whose numbers these are.
    pub community: String,
    /// The conversation.
    pub peer: i64,
}

impl Place {
    /// Of a handle of a chat, or of something in it.
    pub fn of(handle: &str) -> Option<Self> {
        let rest = handle.strip_prefix("vk:")?;
        let mut parts = rest.split('/');
        let (community, peer) = (parts.next()?, parts.next()?.parse().ok()?);
        Some(Self { community: community.to_owned(), peer })
    }

    /// The handle of the chat.
    pub fn handle(&self) -> String {
        format!("vk:{}/{}", self.community, self.peer)
    }

    /// The handle of something in it: a member, a message.
    pub fn part(&self, number: i64) -> String {
        format!("{}/{number}", self.handle())
    }
}

/// The number at the end of the handle of something in a chat.
pub fn number_of(handle: &str) -> Option<i64> {
    let mut parts = handle.strip_prefix("vk:")?.split('/').skip(2);
    parts.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_back_whatever_the_ids() {
        for (journal, person) in [("j1", "p1"), ("a/b", "c"), ("a", "b/c"), ("100%", "%2F"), ("%252F", "/")] {
            let key = of_person(journal, person);
            assert_eq!(person_of(&key), Some((journal.to_owned(), person.to_owned())), "{key}");
        }
        assert_ne!(of_person("a/b", "c"), of_person("a", "b/c"));
        for lesson in ["l1", "l@1", "a/b"] {
            for link in [None, Some("ab12")] {
                let key = of_word("j/1", lesson, 17, link);
                assert_eq!(word_of(&key), Some((lesson.to_owned(), 17)), "{key}");
            }
        }
        assert_eq!(word_of("l"), None);
    }

    #[test]
    fn a_handle_names_community_and_conversation() {
        let place = Place { community: "57".into(), peer: 2_000_000_001 };
        assert_eq!(place.handle(), "vk:57/2000000001");
        assert_eq!(Place::of(&place.part(9)), Some(place.clone()));
        assert_eq!((number_of(&place.part(9)), number_of(&place.handle())), (Some(9), None));
        for other in ["max:57/1", "vk:57", "vk:57/x", ""] {
            assert_eq!(Place::of(other), None, "{other}");
        }
    }
}

//! The host's keyed hashes, and what is made of them.

use exchange_sdk::Failure;

use crate::mark;

/// A keyed hash by purpose and value, in hexadecimal digits.
pub type Prints<'a> = dyn Fn(&str, &str) -> Result<String, Failure> + 'a;

/// Purpose: the marks of chats.
pub const CHAT: &str = "chat";
/// Purpose: the marks of calls.
pub const CALL: &str = "call";
/// Purpose: the numbers of messages.
pub const MESSAGE: &str = "message";
/// Purpose: telling one supplied link from another.
pub const LINK: &str = "link";

/// What is said about a lesson, in the number that VK keeps with each message (`random_id`, 31 bits): which lesson
/// (16 bits), which words (12), and how often something was said about it before (3).
///
/// The number is all that is known of a message that was sent and not answered. Words said again after others (a lesson
/// moved there and back) have another number than the first time, or VK would drop them as repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    lesson: u64,
    words: u64,
}

impl Word {
    /// What is said in this kind of message about this lesson at this time, with this link.
    ///
    /// # Errors
    /// When the host gives no keyed hash.
    pub fn of(
        prints: &Prints<'_>,
        kind: &str,
        lesson: &str,
        starts: i64,
        link: &str,
    ) -> Result<Self, Failure> {
        let words = prints(MESSAGE, &format!("{kind}\n{lesson}\n{starts}\n{link}"))?;
        Ok(Self { lesson: mark::number(&prints(MESSAGE, lesson)?, 4), words: mark::number(&words, 3) })
    }

    /// Its number when something was said about the lesson so often before.
    pub fn number(self, before: usize) -> i64 {
        let number = self.lesson << 15 | self.words << 3 | (before as u64 % 8);
        i64::try_from(number.max(1)).unwrap_or(1)
    }

    /// Is a message with this number about the same lesson?
    pub fn is_about(self, number: i64) -> bool {
        number >> 15 == self.lesson as i64
    }

    /// Does a message with this number say the same?
    pub fn is_said_by(self, number: i64) -> bool {
        number >> 3 == self.number(0) >> 3
    }
}

/// The number of a message that is written once in all time.
///
/// # Errors
/// When the host gives no keyed hash.
pub fn once(prints: &Prints<'_>, kind: &str, key: &str) -> Result<i64, Failure> {
    let number = mark::number(&prints(MESSAGE, &format!("{kind}\n{key}"))?, 8) & 0x7fff_ffff;
    Ok(i64::try_from(number.max(1)).unwrap_or(1))
}

//! A term of school life for chats and calls: classes, journals, a timetable, and what changes from one day to the next.
//!
//! Only the world is here and how it goes on; what a correct exchange makes of it is worked out by the test that
//! replays it. The same parameters give the same term, for ever; nobody in it is real.

mod day;
mod files;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use crate::model::Sex;
use crate::names::{self, MEN, SURNAMES};
use crate::rng::Rng;

/// Subjects of which every class has a journal.
const SUBJECTS: [&str; 3] = ["Алгебра", "История", "Физика"];
/// Letters of the classes of a grade.
const LETTERS: [&str; 4] = ["А", "Б", "В", "Г"];
/// Days of a week with lessons, counted from Monday.
const SCHOOL_DAYS: usize = 5;
/// First hour of lessons; the last one begins six hours later.
const FIRST_HOUR: usize = 9;

/// Which term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermParams {
    /// Any number.
    pub seed: u64,
    /// Classes: 1 to 40.
    pub classes: usize,
    /// Pupils of a class at the beginning; at least 1.
    pub pupils: usize,
    /// Weeks of the timetable; at least 1.
    pub weeks: usize,
    /// The first Monday.
    pub monday: Date,
}

/// A pupil or teacher.
#[derive(Clone)]
pub struct Someone {
    /// `P-0001`, `S-001`.
    pub id: String,
    /// Last, first and middle name.
    pub name: [String; 3],
    /// The identifier at VK, once it is linked.
    pub vk: Option<u64>,
}

/// A pupil.
#[derive(Clone)]
pub struct Learner {
    /// Who.
    pub who: Someone,
    /// Position of the class; `None` after leaving the school.
    pub class: Option<usize>,
}

/// A class.
#[derive(Clone)]
pub struct TermClass {
    /// `K-01`.
    pub id: String,
    /// 1 to 10.
    pub grade: usize,
    /// «А»
    pub letter: &'static str,
}

impl TermClass {
    /// «5-А»
    pub fn name(&self) -> String {
        format!("{}-{}", self.grade, self.letter)
    }
}

/// A journal: one class, one subject.
#[derive(Clone)]
pub struct Journal {
    /// `J-001`.
    pub id: String,
    /// Position of its class.
    pub class: usize,
    /// «Алгебра»
    pub subject: &'static str,
    /// Position of its teacher.
    pub teacher: usize,
    /// General education.
    pub general: bool,
    /// The selector «чат по предмету».
    pub chat: bool,
}

/// A lesson of the timetable.
#[derive(Clone)]
pub struct Lesson {
    /// `L-001-02`: journal and week.
    pub id: String,
    /// Position of its journal.
    pub journal: usize,
    /// When it begins, at the school; it takes 45 minutes.
    pub starts: DateTime,
    /// Position of who holds it.
    pub teacher: usize,
    /// By video call.
    pub video: bool,
    /// To be seen by families.
    pub published: bool,
    /// It will not be held.
    pub cancelled: bool,
}

impl Lesson {
    /// When it is over.
    pub fn ends(&self) -> DateTime {
        self.starts + 45.minutes()
    }
}

/// The school as it is on one evening.
pub struct Term {
    /// Classes.
    pub classes: Vec<TermClass>,
    /// Pupils, those who left included.
    pub learners: Vec<Learner>,
    /// Teachers.
    pub teachers: Vec<Someone>,
    /// Journals.
    pub journals: Vec<Journal>,
    /// Lessons of all weeks.
    pub lessons: Vec<Lesson>,
    /// The day whose evening it is.
    pub today: Date,
    rng: Rng,
}

impl Term {
    /// The school on the eve of its first week: nothing is published yet.
    pub fn new(params: TermParams) -> Self {
        let mut term = Self {
            classes: (0..params.classes).map(class).collect(),
            learners: Vec::new(),
            teachers: Vec::new(),
            journals: Vec::new(),
            lessons: Vec::new(),
            today: params.monday - 1.day(),
            rng: Rng::new(params.seed),
        };
        for class in 0..params.classes {
            (0..params.pupils).for_each(|_| term.enrol(class));
            SUBJECTS.iter().for_each(|subject| term.open_journal(class, subject));
        }
        (0..term.journals.len()).for_each(|journal| term.timetable(journal, params));
        term
    }

    fn enrol(&mut self, class: usize) {
        let number = self.learners.len() + 1;
        let vk = self.rng.percent(70).then_some(100_000 + number as u64);
        let who = Someone { id: format!("P-{number:04}"), name: self.name(), vk };
        self.learners.push(Learner { who, class: Some(class) });
    }

    fn hire(&mut self) -> usize {
        let number = self.teachers.len() + 1;
        let vk = self.rng.percent(80).then_some(200_000 + number as u64);
        let who = Someone { id: format!("S-{number:03}"), name: self.name(), vk };
        self.teachers.push(who);
        self.teachers.len() - 1
    }

    fn name(&mut self) -> [String; 3] {
        let sex = self.rng.pick(&[Sex::Male, Sex::Female]);
        let first = match sex {
            Sex::Male => MEN[self.rng.below(MEN.len())].name,
            Sex::Female => self.rng.pick(names::WOMEN),
        };
        let middle = MEN[self.rng.below(MEN.len())].patronymic(sex);
        [names::surname(self.rng.pick(SURNAMES), sex), first.to_owned(), middle.to_owned()]
    }

    fn open_journal(&mut self, class: usize, subject: &'static str) {
        let id = format!("J-{:03}", self.journals.len() + 1);
        let teacher = self.hire();
        let (general, chat) = (self.rng.percent(90), self.rng.percent(75));
        self.journals.push(Journal { id, class, subject, teacher, general, chat });
    }

    /// One lesson a week, every third one by video.
    fn timetable(&mut self, journal: usize, params: TermParams) {
        let slot = self.slot(params.monday);
        for week in 0..params.weeks {
            self.lessons.push(Lesson {
                id: format!("L-{:03}-{:02}", journal + 1, week + 1),
                journal,
                starts: slot + (week as i64).weeks(),
                teacher: self.journals[journal].teacher,
                video: self.rng.percent(35),
                published: false,
                cancelled: false,
            });
        }
    }

    /// A time for a lesson in the week of this Monday.
    fn slot(&mut self, monday: Date) -> DateTime {
        let day = monday + (self.rng.below(SCHOOL_DAYS) as i64).days();
        day.at((FIRST_HOUR + self.rng.below(7)) as i8, 0, 0, 0)
    }
}

fn class(position: usize) -> TermClass {
    let (grade, letter) = (position / LETTERS.len() + 1, LETTERS[position % LETTERS.len()]);
    TermClass { id: format!("K-{:02}", position + 1), grade, letter }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn term(seed: u64) -> Term {
        Term::new(TermParams { seed, classes: 10, pupils: 5, weeks: 16, monday: date(2026, 9, 7) })
    }

    fn lived(seed: u64) -> Term {
        let mut term = term(seed);
        (0..16 * 7).for_each(|_| term.pass_day());
        term
    }

    #[test]
    fn the_same_seed_gives_the_same_term_and_another_one_does_not() {
        assert!(lived(1).files().unwrap() == lived(1).files().unwrap());
        assert!(lived(1).files().unwrap() != lived(2).files().unwrap());
    }

    /// Otherwise a replay would prove nothing about it.
    #[test]
    fn everything_happens_in_a_term() {
        let (before, after) = (term(1), lived(1));
        assert!(after.learners.len() > before.learners.len(), "nobody came");
        assert!(after.learners.iter().any(|learner| learner.class.is_none()), "nobody left");
        let moved = |(then, now): (&Learner, &Learner)| now.class.is_some() && then.class != now.class;
        assert!(before.learners.iter().zip(&after.learners).any(moved), "nobody changed class");
        let linked = |(then, now): (&Someone, &Someone)| then.vk.is_none() && now.vk.is_some();
        assert!(before.teachers.iter().zip(&after.teachers).any(linked), "no teacher linked an identifier");
        let replaced = |(then, now): (&Journal, &Journal)| then.teacher != now.teacher;
        assert!(before.journals.iter().zip(&after.journals).any(replaced), "no journal has a new teacher");
        let lessons = || before.lessons.iter().zip(&after.lessons);
        assert!(lessons().any(|(_, now)| now.cancelled && now.video), "no call was cancelled");
        assert!(lessons().any(|(then, now)| then.starts != now.starts && now.video), "no call was moved");
        assert!(lessons().any(|(then, now)| then.video != now.video), "no lesson changed its mode");
        let substitute = |lesson: &Lesson| lesson.teacher != after.journals[lesson.journal].teacher;
        assert!(after.lessons.iter().any(|lesson| substitute(lesson) && lesson.video), "no substitute");
        assert!(after.lessons.iter().all(|lesson| lesson.published), "something was forgotten for ever");
    }
}

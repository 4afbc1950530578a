//! What a day changes: people come, go and link identifiers; lessons are published, moved, cancelled and given to others.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::Term;

impl Term {
    /// The next day passes; it is evening again.
    pub fn pass_day(&mut self) {
        self.today += 1.day();
        self.people_come_and_go();
        self.people_link();
        self.journals_change();
        self.lessons_change();
        if self.today.weekday() == Weekday::Sunday {
            self.publish_week();
        }
    }

    /// On Sundays the coming week is published, but for what is forgotten; what was forgotten earlier follows.
    pub fn publish_week(&mut self) {
        let until = self.today + 8.days();
        for position in 0..self.lessons.len() {
            let soon = self.lessons[position].starts.date() < until;
            if soon && !self.rng.percent(5) {
                self.lessons[position].published = true;
            }
        }
    }

    fn people_come_and_go(&mut self) {
        let classes = self.classes.len();
        if self.rng.percent(25) {
            let class = self.rng.below(classes);
            self.enrol(class);
        }
        if self.rng.percent(25) {
            let (learner, class) = (self.rng.below(self.learners.len()), self.rng.below(classes));
            let learner = &mut self.learners[learner];
            learner.class = learner.class.map(|_| class);
        }
        if self.rng.percent(15) {
            let learner = self.rng.below(self.learners.len());
            self.learners[learner].class = None;
        }
    }

    fn people_link(&mut self) {
        if self.rng.percent(40) {
            let learner = self.rng.below(self.learners.len());
            self.learners[learner].who.vk.get_or_insert(100_001 + learner as u64);
        }
        if self.rng.percent(40) {
            let teacher = self.rng.below(self.teachers.len());
            self.teachers[teacher].vk.get_or_insert(200_001 + teacher as u64);
        }
    }

    fn journals_change(&mut self) {
        if self.rng.percent(15) {
            let (journal, teacher) = (self.rng.below(self.journals.len()), self.hire());
            self.journals[journal].teacher = teacher;
            let from = self.today;
            let later =
                |lesson: &&mut super::Lesson| lesson.journal == journal && lesson.starts.date() > from;
            self.lessons.iter_mut().filter(later).for_each(|lesson| lesson.teacher = teacher);
        }
        if self.rng.percent(20) {
            let journal = self.rng.below(self.journals.len());
            self.journals[journal].chat = true;
        }
    }

    /// Something happens to some of the lessons of the days to come.
    fn lessons_change(&mut self) {
        let soon = |date: Date| date > self.today && date <= self.today + 6.days();
        let coming: Vec<usize> = (0..self.lessons.len())
            .filter(|&lesson| soon(self.lessons[lesson].starts.date()) && self.lessons[lesson].published)
            .collect();
        for lesson in coming {
            match self.rng.below(40) {
                0 => self.lessons[lesson].cancelled = true,
                1 => self.lessons[lesson].teacher = self.rng.below(self.teachers.len()),
                2 => self.lessons[lesson].video ^= true,
                3 => self.postpone(lesson),
                _ => {}
            }
        }
    }

    /// To another time later in the week.
    fn postpone(&mut self, lesson: usize) {
        let hours = 1 + self.rng.below(48) as i64;
        let lesson = &mut self.lessons[lesson];
        lesson.starts += hours.hours();
    }
}

//! A person at the terminal: reads what the program says and types answers, against the clock.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Instant;

use crate::process::{Ended, PATIENCE};

/// The program, waiting for answers.
pub(crate) struct Dialogue {
    child: Child,
    answers: Option<ChildStdin>,
    out: Receiver<Vec<u8>>,
    err: std::thread::JoinHandle<String>,
    /// All that was said.
    said: Vec<u8>,
    /// Where what was not answered yet begins.
    answered: usize,
}

impl Dialogue {
    pub(crate) fn start(mut command: Command) -> Self {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("it starts");
        let (sender, out) = mpsc::channel();
        let mut says = child.stdout.take().expect("its output");
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(count @ 1..) = says.read(&mut piece) {
                // Nobody listens any more when the test has failed.
                drop(sender.send(piece[..count].to_vec()));
            }
        });
        let mut complains = child.stderr.take().expect("its errors");
        let err = std::thread::spawn(move || {
            let mut text = Vec::new();
            complains.read_to_end(&mut text).expect("its errors can be read");
            String::from_utf8_lossy(&text).into_owned()
        });
        let answers = child.stdin.take();
        Self { child, answers, out, err, said: Vec::new(), answered: 0 }
    }

    /// Listens until `hear` finds something in what was not answered yet.
    #[track_caller]
    pub(crate) fn until<T>(&mut self, hear: impl Fn(&str) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            let fresh = String::from_utf8_lossy(&self.said[self.answered..]).into_owned();
            if let Some(heard) = hear(&fresh) {
                return heard;
            }
            let left = end.saturating_duration_since(Instant::now());
            match self.out.recv_timeout(left) {
                Ok(piece) => self.said.extend(piece),
                Err(_) => {
                    // Ended or silent: either way its complaint says more than ours.
                    drop(self.child.kill());
                    panic!("the program said only:\n{fresh}");
                }
            }
        }
    }

    /// The first address that it shows on a line of its own.
    #[track_caller]
    pub(crate) fn address(&mut self) -> String {
        self.until(|said| {
            let (whole, _) = said.rsplit_once('\n')?;
            whole.lines().map(str::trim).find(|line| line.starts_with("http")).map(str::to_owned)
        })
    }

    /// Waits for a question that contains this text, and gives all that was said since the last answer.
    #[track_caller]
    pub(crate) fn question(&mut self, text: &str) -> String {
        self.until(|said| {
            let last = said.lines().last()?;
            (last.contains(text) && said.ends_with(' ')).then(|| said.to_owned())
        })
    }

    #[track_caller]
    pub(crate) fn say(&mut self, line: &str) {
        self.answered = self.said.len();
        writeln!(self.answers.as_mut().expect("open"), "{line}").expect("it listens");
    }

    /// Says no more and waits for the end.
    pub(crate) fn end(mut self) -> Ended {
        drop(self.answers.take());
        let end = Instant::now() + PATIENCE;
        while let Ok(piece) = self.out.recv_timeout(end.saturating_duration_since(Instant::now())) {
            self.said.extend(piece);
        }
        let status = self.child.wait().expect("it ends");
        let out = String::from_utf8_lossy(&self.said).into_owned();
        Ended { code: status.code(), out, err: self.err.join().expect("its errors") }
    }

    /// The number of the process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Has it ended by itself?
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("it can be asked").is_some()
    }

    /// Ends it as a power cut would, and waits until it is gone.
    pub(crate) fn kill(mut self) {
        // Killing what has ended already is no error.
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it is gone");
    }
}

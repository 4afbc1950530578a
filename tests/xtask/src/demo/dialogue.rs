//! Talking with a program that asks: what it says is shown as it comes, and answered.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::failure::{Context, Failure, Outcome};
use crate::process;

/// A program that asks questions.
#[derive(Debug)]
pub(crate) struct Dialogue {
    child: Child,
    answers: ChildStdin,
    says: ChildStdout,
    /// Bytes shown since the last answer.
    said: Vec<u8>,
    /// Whether what is said is shown.
    aloud: bool,
}

impl Dialogue {
    /// Starts the program.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn start(command: &mut Command) -> Outcome<Self> {
        Self::begin(command, true)
    }

    /// The same, and nothing is shown.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn quietly(command: &mut Command) -> Outcome<Self> {
        Self::begin(command, false)
    }

    fn begin(command: &mut Command, aloud: bool) -> Outcome<Self> {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.context(|| format!("cannot start `{}`", process::line(command)))?;
        let (answers, says) = child.stdin.take().zip(child.stdout.take()).expect("both were asked for");
        Ok(Self { child, answers, says, said: Vec::new(), aloud })
    }

    /// Shows what the program says until `hear` finds what it listens for in what came since the last answer.
    ///
    /// # Errors
    /// When the program ends before.
    pub(crate) fn until<T>(&mut self, what: &str, hear: impl Fn(&str) -> Option<T>) -> Outcome<T> {
        loop {
            if let Some(heard) = hear(&String::from_utf8_lossy(&self.said)) {
                return Ok(heard);
            }
            if !self.listen()? {
                return Err(Failure::new(format!("the dialogue ended before {what}")));
            }
        }
    }

    /// Answers with a line, shown as if typed.
    ///
    /// # Errors
    /// When the program does not take it.
    pub(crate) fn say(&mut self, line: &str) -> Outcome {
        if self.aloud {
            println!("{line}");
        }
        self.said.clear();
        writeln!(self.answers, "{line}").context(|| "cannot answer".into())
    }

    /// Shows what else it says, and gives the exit code.
    ///
    /// # Errors
    /// When it is ended by a signal.
    pub(crate) fn end(mut self) -> Outcome<u8> {
        while self.listen()? {}
        let status = self.child.wait().context(|| "cannot wait for its end".into())?;
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        code.ok_or_else(|| Failure::new(format!("the dialogue ended with {status}")))
    }

    /// Shows the next piece; `false` at the end.
    fn listen(&mut self) -> Outcome<bool> {
        let mut piece = [0; 4096];
        let count = self.says.read(&mut piece).context(|| "cannot hear the program".into())?;
        if self.aloud {
            let mut out = std::io::stdout().lock();
            out.write_all(&piece[..count]).and_then(|()| out.flush()).context(|| "cannot show it".into())?;
        }
        self.said.extend_from_slice(&piece[..count]);
        Ok(count > 0)
    }
}

impl Drop for Dialogue {
    fn drop(&mut self) {
        // After its end there is nothing to stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The number before the option with this name: `  2. Name  …`.
pub(crate) fn option_number(said: &str, name: &str) -> Option<String> {
    let line = said.lines().find(|line| line.contains(name))?;
    let (number, _) = line.trim().split_once(". ")?;
    number.chars().all(|c| c.is_ascii_digit()).then(|| number.to_owned())
}

/// The first whole line that is an address.
pub(crate) fn address(said: &str) -> Option<String> {
    let (whole, _) = said.rsplit_once('\n')?;
    whole.lines().map(str::trim).find(|line| line.starts_with("http")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Dialogue {
        Dialogue::start(Command::new("sh").args(["-c", script])).unwrap()
    }

    #[test]
    fn answers_what_is_asked() {
        let mut dialogue =
            shell("printf 'Number? '; read a; printf 'Name? '; read b; [ \"$a$b\" = 2x ] || exit 9; exit 4");
        dialogue.until("a question", |said| said.ends_with("Number? ").then_some(())).unwrap();
        dialogue.say("2").unwrap();
        dialogue.until("a question", |said| said.ends_with("Name? ").then_some(())).unwrap();
        dialogue.say("x").unwrap();
        assert_eq!(dialogue.end().unwrap(), 4);
    }

    #[test]
    fn an_early_end_is_a_failure() {
        let failure = shell("echo bye").until("the question", |said| said.contains('?').then_some(()));
        assert!(failure.unwrap_err().to_string().contains("ended before the question"));
    }

    #[test]
    fn finds_options_and_addresses() {
        let said = "Which?\n  1. School 58  http://x/58\n  2. School 57  http://x/57\nNumber: ";
        assert_eq!(option_number(said, "School 57").as_deref(), Some("2"));
        assert_eq!(option_number(said, "School 5x"), None);
        assert_eq!(address("Open:\n  http://x/?a=1\n").as_deref(), Some("http://x/?a=1"));
        assert_eq!(address("Open:\n  http://x/?a"), None, "half an address");
    }
}

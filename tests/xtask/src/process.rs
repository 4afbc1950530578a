//! Running other programs: with inherited output, or read into a string.

use std::ffi::OsStr;
use std::process::{Command, ExitStatus};

use crate::failure::{Context, Failure, Outcome};

/// Runs a program to its end with inherited output.
///
/// # Errors
/// When it cannot be started, or ends with anything but 0; the failure carries its exit code.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = status(command)?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` ended with {status}", line(command))).code(exit_code(status)))
}

/// Runs a program to its end with inherited output and says how it ended.
///
/// # Errors
/// When it cannot be started.
pub(crate) fn status(command: &mut Command) -> Outcome<ExitStatus> {
    command.status().context(|| format!("cannot start `{}`", line(command)))
}

/// Runs a program and gives what it wrote to standard output, without the white space around it.
///
/// # Errors
/// When it cannot be started, fails, or writes something that is not UTF-8.
pub(crate) fn read(command: &mut Command) -> Outcome<String> {
    let output = command.output().context(|| format!("cannot start `{}`", line(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!("`{}` failed: {}", line(command), said.trim()))
            .code(exit_code(output.status)));
    }
    let text =
        String::from_utf8(output.stdout).context(|| format!("cannot read what `{}` says", line(command)))?;
    Ok(text.trim().to_owned())
}

/// A command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    std::iter::once(command.get_program()).chain(command.get_args()).map(quoted).collect::<Vec<_>>().join(" ")
}

/// One word of a shell line, in quotes where the shell would otherwise change it.
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The exit code to pass on; a program ended by a signal counts as 1.
pub(crate) fn exit_code(status: ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_can_be_typed_again() {
        let mut command = Command::new("exchange");
        command.args(["run", "school/diary", "--persons", "Ивановы и Ко", "it's", ""]);
        assert_eq!(line(&command), r"exchange run school/diary --persons 'Ивановы и Ко' 'it'\''s' ''");
    }

    #[test]
    fn a_failing_program_keeps_its_exit_code() {
        let failure = run(Command::new("sh").args(["-c", "exit 7"])).unwrap_err();
        assert_eq!(failure.exit_code(), 7);
        let killed = run(Command::new("sh").args(["-c", "kill -9 $$"])).unwrap_err();
        assert_eq!(killed.exit_code(), 1);
    }

    #[test]
    fn what_a_failing_program_says_is_passed_on() {
        let failure = read(Command::new("sh").args(["-c", "echo no such thing >&2; exit 2"])).unwrap_err();
        assert!(failure.to_string().ends_with("failed: no such thing"), "{failure}");
    }
}

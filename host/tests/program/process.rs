//! Running the program in a folder: without the surroundings of whoever runs the tests, and never for ever.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde::de::DeserializeOwned;

/// Longer than any command takes on a slow machine; what takes longer has hung.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

/// How a command ended.
pub(crate) struct Ended {
    /// Exit code; none after a signal.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Ended {
    /// The exit code has to be this one.
    #[track_caller]
    pub(crate) fn with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\n{}\n{}", self.out, self.err);
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// Standard output has to hold this.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.out.contains(text), "{text:?} is not in\n{}\n{}", self.out, self.err);
        self
    }

    /// Standard error has to hold this.
    #[track_caller]
    pub(crate) fn complains(self, text: &str) -> Self {
        assert!(self.err.contains(text), "{text:?} is not in\n{}\n{}", self.err, self.out);
        self
    }
}

/// The program in this folder, in Russian, with nothing of this machine's environment that it would heed.
pub(crate) fn exchange(folder: &Path) -> Command {
    in_folder(Command::new(env!("CARGO_BIN_EXE_exchange")), folder)
}

/// Whatever starts the program, in this folder.
pub(crate) fn in_folder(mut command: Command, folder: &Path) -> Command {
    command.current_dir(folder).env("EXCHANGE_LANG", "ru");
    let foreign = [
        "EXCHANGE_CONFIG",
        "EXCHANGE_LOG",
        "http_proxy",
        "HTTP_PROXY",
        "https_proxy",
        "all_proxy",
        "ALL_PROXY",
    ];
    for name in foreign {
        command.env_remove(name);
    }
    command
}

/// Runs it to its end.
#[track_caller]
pub(crate) fn run(command: Command, input: &str) -> Ended {
    let output = assert_cmd::Command::from_std(command)
        .timeout(PATIENCE)
        .write_stdin(input.to_owned())
        .output()
        .expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

//! Who is measured: Exchange, and ready-made tools with the smallest ordinary connector for each (`tests/peers`).

use std::path::{Path, PathBuf};
use std::process::Command;

use super::folder;
use super::service::Service;
use super::timed::Job;
use super::{BATCH, Ground, students};
use crate::failure::{Failure, Outcome};
use crate::process;

/// What our own line is called.
pub(super) const EXCHANGE: &str = "exchange";

/// No peer but the floor: what plain Python takes without any framework.
pub(super) const FLOOR: &str = "python";

/// A ready-made tool.
#[derive(Debug)]
pub(super) struct Peer {
    /// As `--only`, the results and `tests/peers/setup.sh` name it.
    pub(super) name: &'static str,
    /// The environment it needs, which setup.sh makes; nothing: any Python will do.
    environment: &'static str,
    /// A program of that environment.
    program: &'static str,
    /// The line that delivers the whole file, started in `tests/peers`.
    line: &'static str,
    /// The line after a kill, where it is another one.
    again: Option<&'static str>,
    /// Whether it is struck with faults too; variants of one tool are not.
    pub(super) faults: bool,
    /// Rows in one delivery.
    pub(super) batch: usize,
    /// Exit codes of a good end.
    pub(super) well: &'static [i32],
    /// How it names a row, counted from nothing, that was refused.
    pub(super) names: fn(usize) -> String,
}

/// What most of them have in common.
const USUAL: Peer = Peer {
    name: "",
    environment: "",
    program: "python",
    line: "",
    again: None,
    faults: true,
    batch: BATCH,
    well: &[0],
    names: students::key,
};

/// All of them, and the floor.
pub(super) const PEERS: [Peer; 8] = [
    Peer {
        name: "faucet",
        environment: "faucet",
        program: "faucet",
        line: "$PEERS/faucet/bin/faucet run faucet_pipeline.yaml",
        ..USUAL
    },
    Peer { name: "dlt", environment: "dlt", line: "MODE=rows $PEERS/dlt/bin/python dlt_job.py", ..USUAL },
    Peer {
        name: "dlt-arrow",
        environment: "dlt",
        line: "MODE=arrow $PEERS/dlt/bin/python dlt_job.py",
        faults: false,
        ..USUAL
    },
    Peer {
        name: "singer",
        environment: "singer",
        line: "$PEERS/singer/bin/python singer_tap.py | $PEERS/singer/bin/python singer_target.py",
        ..USUAL
    },
    Peer {
        name: "meltano",
        environment: "meltano",
        program: "meltano",
        line: "cd $PEERS/meltano_project && $PEERS/meltano/bin/meltano --log-level=warning run tap-bench-csv \
               target-bench-http",
        // Without --force it refuses for five minutes, because the killed run counts as running.
        again: Some(
            "cd $PEERS/meltano_project && $PEERS/meltano/bin/meltano --log-level=warning run --force tap-bench-csv \
             target-bench-http",
        ),
        ..USUAL
    },
    Peer {
        name: "airbyte",
        environment: "airbyte",
        line: "$PEERS/airbyte/bin/python airbyte_source.py read --config empty.json --catalog airbyte_catalog.json | \
               $PEERS/airbyte/bin/python airbyte_destination.py write --config empty.json --catalog airbyte_catalog.json",
        ..USUAL
    },
    Peer {
        name: "lightbeam",
        environment: "lightbeam",
        program: "lightbeam",
        line: "$PEERS/lightbeam/bin/python lightbeam_rows.py && $PEERS/lightbeam/bin/lightbeam send -c lightbeam.yaml \
               --set connection.pool_size $PARALLEL",
        batch: 1,
        // 99: all of it was sent before.
        well: &[0, 99],
        names: |row| format!("(at line {} of ", row + 1),
        ..USUAL
    },
    Peer { name: FLOOR, line: "python3 floor_py.py", faults: false, ..USUAL },
];

impl Peer {
    /// Is it installed?
    pub(super) fn is_there(&self, ground: &Ground<'_>) -> bool {
        self.environment.is_empty()
            || ground.peers.join(self.environment).join("bin").join(self.program).is_file()
    }

    /// Its work: this file to this service. `parallel`: requests in flight at once, of a tool that can do more than one.
    pub(super) fn job(
        &self,
        ground: &Ground<'_>,
        service: &Service,
        file: &Path,
        parallel: u32,
    ) -> Outcome<Job> {
        let state = ground.scratch.join(self.name);
        folder::empty(&state)?;
        let text = |path: &Path| path.display().to_string();
        let environment = vec![
            ("PEERS", text(&ground.peers)),
            ("CSV", text(file)),
            ("BATCH", BATCH.to_string()),
            ("SINK_PORT", service.port().to_owned()),
            ("PARALLEL", parallel.to_string()),
            ("LIGHTBEAM_DIR", text(&state.join("lightbeam"))),
            ("DLT_DIR", text(&state.join("dlt"))),
            ("MELTANO_DATABASE_URI", format!("sqlite:///{}", state.join("meltano.db").display())),
            ("MELTANO_SEND_ANONYMOUS_USAGE_STATS", "false".into()),
            ("RUNTIME__DLTHUB_TELEMETRY", "false".into()),
            ("NO_COLOR", "1".into()),
            ("NO_PROXY", "127.0.0.1".into()),
        ];
        let folder = ground.workspace.root.join("tests/peers");
        Ok(Job { line: self.line.into(), folder, environment, output: state.join("output") })
    }

    /// The same work after it was killed.
    pub(super) fn again(&self, job: Job) -> Job {
        Job { line: self.again.unwrap_or(self.line).into(), ..job }
    }
}

/// Exchange's work: import and run, in a folder made by [`folder::make`].
pub(super) fn ours(ground: &Ground<'_>, folder: PathBuf, file: &Path) -> Job {
    let program = ground.programs.join("exchange").display().to_string();
    let line = "$EXCHANGE import bench \"$CSV\" classes.csv && $EXCHANGE run bench/rows";
    let environment =
        vec![("EXCHANGE", program), ("CSV", file.display().to_string()), ("EXCHANGE_LANG", "en".into())];
    let output = folder.join("output");
    Job { line: line.into(), folder, environment, output }
}

/// Which peers a bench is about: those that were named, or all; `Err`: a name that nobody bears.
pub(super) fn chosen(only: &[String], faults: bool) -> Outcome<Vec<&'static Peer>> {
    let known = |name: &str| name == EXCHANGE || PEERS.iter().any(|peer| peer.name == name);
    if let Some(name) = only.iter().find(|name| !known(name)) {
        let names: Vec<_> = std::iter::once(EXCHANGE).chain(PEERS.iter().map(|peer| peer.name)).collect();
        return Err(Failure::new(format!("there is no tool `{name}`"))
            .hint(format!("the tools: {}", names.join(", ")))
            .code(2));
    }
    let wanted = |peer: &&Peer| {
        if only.is_empty() { peer.faults || !faults } else { only.iter().any(|name| name == peer.name) }
    };
    Ok(PEERS.iter().filter(wanted).collect())
}

/// Is our own line wanted?
pub(super) fn ours_wanted(only: &[String]) -> bool {
    only.is_empty() || only.iter().any(|name| name == EXCHANGE)
}

/// Installs what is missing. One that cannot be installed is told and left out.
///
/// # Errors
/// When bash cannot be started, or a name is that of no tool.
pub(super) fn install(ground: &Ground<'_>, only: &[String]) -> Outcome {
    for peer in chosen(only, false)?.into_iter().filter(|peer| !peer.is_there(ground)) {
        eprintln!("installing {}", peer.name);
        let mut setup = Command::new("bash");
        setup.arg(ground.workspace.root.join("tests/peers/setup.sh")).arg(peer.environment);
        let status = process::status(setup.env("PEERS", &ground.peers).stdout(std::io::stderr()))?;
        if !status.success() {
            eprintln!("{} could not be installed ({status}) and is left out", peer.name);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(only: &[&str], faults: bool) -> Vec<&'static str> {
        let only: Vec<String> = only.iter().map(|name| (*name).to_owned()).collect();
        chosen(&only, faults).unwrap().into_iter().map(|peer| peer.name).collect()
    }

    #[test]
    fn variants_are_struck_only_when_they_are_named() {
        assert_eq!(names(&[], true), ["faucet", "dlt", "singer", "meltano", "airbyte", "lightbeam"]);
        assert_eq!(names(&["exchange", "dlt-arrow"], true), ["dlt-arrow"]);
        assert_eq!(names(&[], false).len(), PEERS.len());
        assert_eq!(chosen(&["dtl".into()], true).unwrap_err().exit_code(), 2);
    }
}

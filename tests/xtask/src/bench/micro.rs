//! `cargo xtask bench micro`: criterion's measurements, for people or as one JSON object.

use std::collections::BTreeMap;
use std::fs;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::failure::{Context, Failure, Outcome};
use crate::process;
use crate::workspace::Workspace;

/// What criterion calls a benchmark.
#[derive(Debug, Deserialize)]
struct Benchmark {
    full_id: String,
}

/// Criterion's estimates, in nanoseconds.
#[derive(Debug, Deserialize)]
struct Estimates {
    median: Estimate,
    mean: Estimate,
    std_dev: Estimate,
}

#[derive(Debug, Deserialize)]
struct Estimate {
    point_estimate: f64,
    confidence_interval: Interval,
}

#[derive(Debug, Deserialize)]
struct Interval {
    lower_bound: f64,
    upper_bound: f64,
}

/// One measurement as it is printed. Bounds are those of the median at 95 %.
#[derive(Debug, PartialEq, Serialize)]
struct Figure {
    median_ns: f64,
    median_low_ns: f64,
    median_high_ns: f64,
    mean_ns: f64,
    std_dev_ns: f64,
}

/// Runs the host's benchmarks; with `json`, standard output is one object
/// `{name: {median_ns, …}}` and all else goes to standard error.
///
/// # Errors
/// When the benchmarks fail or leave nothing that can be read.
pub(crate) fn run(workspace: &Workspace, json: bool) -> Outcome {
    let start = SystemTime::now();
    let mut bench = workspace.cargo();
    bench.args(["bench", "--package", "exchange"]);
    // The folder is the workspace's own, wherever the person keeps criterion's.
    let folder = workspace.target.join("criterion");
    bench.env("CRITERION_HOME", &folder);
    if json {
        let aside =
            std::io::stderr().as_fd().try_clone_to_owned().context(|| "cannot use standard error".into())?;
        bench.stdout(Stdio::from(aside));
    }
    process::run(&mut bench)?;
    if json {
        let figures = figures(&folder, start)?;
        super::print_json(&figures)?;
    }
    Ok(())
}

/// The figures measured since `start`; those of benchmarks that are gone lie beside them.
fn figures(folder: &Path, start: SystemTime) -> Outcome<BTreeMap<String, Figure>> {
    let mut found = BTreeMap::new();
    // Criterion makes the folder with its first measurement.
    fs::create_dir_all(folder).context(|| format!("cannot make {}", folder.display()))?;
    for measured in measured(folder, start).context(|| format!("cannot read {}", folder.display()))? {
        let Benchmark { full_id } = read(&measured.join("benchmark.json"))?;
        let estimates: Estimates = read(&measured.join("estimates.json"))?;
        found.insert(full_id, figure(&estimates));
    }
    if found.is_empty() {
        return Err(Failure::new("nothing was measured").hint("criterion benchmarks belong to host/benches"));
    }
    Ok(found)
}

/// Every folder `…/new` with estimates written since `start`.
fn measured(folder: &Path, start: SystemTime) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.is_dir() {
            continue;
        }
        if path.ends_with("new") {
            let written = fs::metadata(path.join("estimates.json")).and_then(|file| file.modified());
            found.extend(written.is_ok_and(|written| written >= start).then_some(path));
        } else {
            found.extend(measured(&path, start)?);
        }
    }
    Ok(found)
}

fn read<T: for<'de> Deserialize<'de>>(file: &Path) -> Outcome<T> {
    let text = fs::read_to_string(file).context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).context(|| format!("cannot understand {}", file.display()))
}

fn figure(estimates: &Estimates) -> Figure {
    let median = &estimates.median;
    Figure {
        median_ns: median.point_estimate,
        median_low_ns: median.confidence_interval.lower_bound,
        median_high_ns: median.confidence_interval.upper_bound,
        mean_ns: estimates.mean.point_estimate,
        std_dev_ns: estimates.std_dev.point_estimate,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn estimate(point: f64) -> String {
        let (low, high) = (point - 1.0, point + 1.0);
        format!(
            r#"{{"confidence_interval": {{"confidence_level": 0.95, "lower_bound": {low}, "upper_bound": {high}}},
                "point_estimate": {point}, "standard_error": 0.1}}"#
        )
    }

    fn measure(folder: &Path, name: &str, median: f64) {
        let new = folder.join(name).join("new");
        fs::create_dir_all(&new).unwrap();
        fs::write(new.join("benchmark.json"), format!(r#"{{"group_id": "g", "full_id": "{name}"}}"#))
            .unwrap();
        let (median, mean, spread) = (estimate(median), estimate(12.0), estimate(2.0));
        let text = format!(r#"{{"mean": {mean}, "median": {median}, "slope": null, "std_dev": {spread}}}"#);
        fs::write(new.join("estimates.json"), text).unwrap();
    }

    #[test]
    fn figures_bear_the_full_name_and_nanoseconds() {
        let folder = tempfile::tempdir().unwrap();
        measure(folder.path(), "sandbox/empty call", 28.5);
        let figures = figures(folder.path(), SystemTime::UNIX_EPOCH).unwrap();
        let expected = Figure {
            median_ns: 28.5,
            median_low_ns: 27.5,
            median_high_ns: 29.5,
            mean_ns: 12.0,
            std_dev_ns: 2.0,
        };
        assert_eq!(figures, BTreeMap::from([("sandbox/empty call".to_owned(), expected)]));
    }

    #[test]
    fn old_figures_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        measure(folder.path(), "gone", 1.0);
        let failure = figures(folder.path(), SystemTime::now() + Duration::from_secs(60)).unwrap_err();
        assert!(failure.to_string().contains("nothing was measured"), "{failure}");
    }
}

//! `cargo xtask bench linking`: families of a few schools link their accounts, all at once.
//!
//! Both systems are stand-ins, the host is `exchange serve`, people are played by `exchange-stand crowd`. Of each full name
//! there are two at a school, who differ by their СНИЛС only: whoever mixed people up would be seen. Waves of people who
//! were never there link; after each wave everybody of it comes again, and is told that the accounts are linked already
//! only if they are linked with the number of this very person.

mod figures;
mod people;
mod stage;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::figures::{Steps, Wave};
use self::people::visitors;
use self::stage::Stage;
use self::watch::Watch;
use super::served::Served;
use super::{Beside, Ground, table};
use crate::failure::{Context, Failure, Outcome};
use crate::process;
use crate::workspace::Workspace;

/// What whoever is linked now is told, and whoever is linked before.
const LINKED: &str = "Теперь можно входить через Госуслуги";
const BEFORE: &str = "уже связана с Госуслугами";

/// Who comes, and how.
#[derive(Debug, Args)]
pub(crate) struct Crowd {
    /// People of a wave.
    #[arg(long, default_value_t = 2_000)]
    people: usize,
    /// Waves of people.
    #[arg(long, default_value_t = 3)]
    waves: usize,
    /// Schools among which they are spread.
    #[arg(long, default_value_t = 8)]
    schools: usize,
    /// Seconds over which a wave begins; 0: all at once.
    #[arg(long, default_value_t = 0.0)]
    over: f64,
    /// Seconds for which everybody looks at a page before answering it.
    #[arg(long, default_value_t = 0.0)]
    pause: f64,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// A person's way, as `exchange-stand crowd` tells it.
#[derive(Deserialize)]
struct Walk {
    login: String,
    said: String,
    requests: Vec<(String, u64)>,
}

#[derive(Serialize)]
struct Report {
    people: usize,
    schools: usize,
    over_s: f64,
    pause_s: f64,
    load: String,
    waves: Vec<Wave>,
    /// Whom the diary has linked with somebody else's number, or whom nobody linked.
    wrong: BTreeSet<String>,
}

/// Measures.
///
/// # Errors
/// When the schools cannot be made ready; when somebody is linked with somebody else.
pub(super) fn run(workspace: &Workspace, crowd: &Crowd) -> Outcome {
    let ground = Ground::prepare(workspace, &Beside { only: Vec::new(), install: false, json: crowd.json })?;
    eprintln!("{} schools are made ready", crowd.schools);
    let stage = Stage::set(&ground, crowd.people * crowd.waves, crowd.schools)?;
    let mut served = stage.serve()?;
    let mut bench = Bench { ground: &ground, stage: &stage, crowd, served: &mut served, told: 0 };
    let report = bench.all()?;
    served.stop()?;
    report.tell(crowd.json)?;
    match report.wrong.len() {
        0 => Ok(()),
        wrong => Err(Failure::new(format!("{wrong} people are linked with somebody else, or not at all"))),
    }
}

struct Bench<'a> {
    ground: &'a Ground<'a>,
    stage: &'a Stage<'a>,
    crowd: &'a Crowd,
    served: &'a mut Served,
    /// Lines of the log that were read.
    told: usize,
}

impl Bench<'_> {
    fn all(&mut self) -> Outcome<Report> {
        let Crowd { people, schools, over, pause, waves: count, .. } = *self.crowd;
        let (mut waves, mut wrong) = (Vec::new(), BTreeSet::new());
        for nth in 0..count {
            let (first, last) = (nth * people + 1, (nth + 1) * people);
            let (wave, linked) = self.wave(&format!("{} links", nth + 1), first..=last, LINKED)?;
            let (again, proven) = self.wave(&format!("{} again", nth + 1), first..=last, BEFORE)?;
            waves.extend([wave, again]);
            wrong.extend(linked.difference(&proven).cloned());
        }
        wrong.extend(self.stage.linked_twice_or_never(people * count)?);
        let load = super::region::load();
        Ok(Report { people, schools, over_s: over, pause_s: pause, load, waves, wrong })
    }

    /// Sends these people, and says who of them was told this.
    fn wave(
        &mut self,
        what: &str,
        who: std::ops::RangeInclusive<usize>,
        told: &str,
    ) -> Outcome<(Wave, BTreeSet<String>)> {
        eprintln!("{what}");
        let file = self.stage.folder.join("visitors.json");
        super::folder::write(&file, &visitors(who, self.crowd.schools, &self.stage.address).to_string())?;
        let watch = Watch::over(self.served.process());
        let (began, cpu) = (Instant::now(), watch::cpu_seconds(self.served.process())?);
        let mut crowd = Command::new(self.ground.programs.join("exchange-stand"));
        let (over, pause) = (self.crowd.over.to_string(), self.crowd.pause.to_string());
        let said = process::read(crowd.arg("crowd").arg(&file).args(["--over", &over, "--pause", &pause]))?;
        let seconds = began.elapsed().as_secs_f64();
        let cpu_s = watch::cpu_seconds(self.served.process())? - cpu;
        // What is freed goes back to the system a moment later.
        std::thread::sleep(Duration::from_secs(3));
        let after_mib = watch::resident(self.served.process())? >> 20;
        let peak_mib = watch.end() >> 20;
        let walks: Vec<Walk> =
            serde_json::from_str(&said).context(|| "cannot understand the crowd".into())?;
        let well: BTreeSet<String> =
            walks.iter().filter(|walk| walk.said.contains(told)).map(|walk| walk.login.clone()).collect();
        let steps = self.steps()?;
        let wave = Wave {
            what: what.to_owned(),
            seconds,
            well: well.len(),
            per_s: figures::per_second(well.len(), seconds),
            others: others(&walks, told),
            steps,
            pages: figures::pages(walks.iter().flat_map(|walk| &walk.requests), &self.stage.address),
            cpu_s,
            peak_mib,
            after_mib,
        };
        Ok((wave, well))
    }

    /// The turns since this was asked last, as the log tells them.
    fn steps(&mut self) -> Outcome<Steps> {
        let lines = self.served.lines("a dialogue's turn")?;
        let fresh: Vec<&Value> = lines.iter().skip(self.told).map(|line| &line.fields).collect();
        let steps = Steps::of(&fresh);
        self.told = lines.len();
        Ok(steps)
    }
}

/// Who ended elsewhere, by what they were told.
fn others(walks: &[Walk], told: &str) -> BTreeMap<String, usize> {
    let mut others = BTreeMap::new();
    for walk in walks.iter().filter(|walk| !walk.said.contains(told)) {
        let said: Vec<&str> = walk.said.lines().take(4).collect();
        *others.entry(said.join(" / ")).or_default() += 1;
    }
    others
}

impl Report {
    fn tell(&self, json: bool) -> Outcome {
        if json {
            return super::print_json(self);
        }
        let Self { people, schools, over_s, pause_s, load, waves, wrong } = self;
        println!(
            "{people} people of {schools} schools, beginning over {over_s} s, {pause_s} s a page; load {load}\n"
        );
        table::print(&figures::HEADINGS, &waves.iter().map(Wave::row).collect::<Vec<_>>());
        for wave in waves {
            wave.others.iter().for_each(|(said, count)| println!("{}: {count}: {said}", wave.what));
        }
        println!("\nlinked with somebody else, or not at all: {}", wrong.len());
        Ok(())
    }
}

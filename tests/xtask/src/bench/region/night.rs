//! `cargo xtask bench region --night`: a region's schedules fall due, as by night.
//!
//! Every school has four tasks of the example connector, all at one remote system, whose budget is made so that the night
//! takes a minute. One school is huge. Measured are: the start of the server with all schedules; a night on which every
//! school sends for the first time, all at the same moment: is the budget kept and used, and does the huge school take
//! more than its share; a night on which nothing is new: how late runs begin.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use serde::Serialize;

use super::super::served::{Served, number, p99};
use super::super::service::{Pace, Service};
use super::super::{Beside, Ground, folder, table};
use super::stage::each;
use crate::connectors;
use crate::failure::{Context, Failure, Outcome};

/// Tasks of each school.
const TASKS: usize = 4;
/// Pupils of an ordinary school: one delivery.
const PUPILS: usize = 20;
/// Pupils of the huge one: ten deliveries.
const HUGE: usize = 5_000;
/// Requests of an ordinary school: its first task looks, delivers and reads back; the others find everything there.
const REQUESTS: usize = 3 + (TASKS - 1);
/// The night is to take so many seconds.
const NIGHT_S: usize = 60;
/// The longest a night may take.
const PATIENCE: Duration = Duration::from_secs(30 * 60);
/// The huge school.
const HUGE_ID: &str = "huge";

/// What was measured.
#[derive(Serialize)]
struct Report {
    schools: usize,
    tasks: usize,
    load: String,
    /// From the start of the process until all schedules are loaded.
    start_s: f64,
    budget: Budget,
    fairness: Fairness,
    quiet: Quiet,
}

/// A first sending, due at one moment everywhere: until the last ordinary school was done.
#[derive(Serialize)]
struct Budget {
    /// Requests a second that all share.
    rate: usize,
    pace: Pace,
    /// Of the rate.
    used: f64,
}

#[derive(Serialize)]
struct Fairness {
    /// From the moment due until the last ordinary school was done.
    last_s: f64,
    /// What that takes at the rate when every school, the huge one too, has had as many requests.
    share_s: f64,
    /// Requests that the huge school has had by then, and an ordinary one in all.
    huge_requests: u64,
    ordinary_requests: usize,
}

/// A night without news, spread over a minute.
#[derive(Serialize)]
struct Quiet {
    runs: f64,
    /// 99 of 100 runs began no later than this.
    lag_p99_s: Option<f64>,
    mean_lag_s: f64,
}

/// Measures.
///
/// # Errors
/// When the region cannot be made ready, or a run does not succeed.
pub(in super::super) fn run(workspace: &crate::workspace::Workspace, schools: usize, json: bool) -> Outcome {
    let ground = Ground::prepare(workspace, &Beside { only: Vec::new(), install: false, json })?;
    eprintln!("{schools} schools are made ready");
    let night = Night::set(&ground, schools)?;
    let report = night.report()?;
    if json { super::super::print_json(&report) } else { report.tell() }
}

struct Night<'a> {
    ground: &'a Ground<'a>,
    schools: usize,
    folder: PathBuf,
    rows: Service,
}

impl<'a> Night<'a> {
    fn set(ground: &'a Ground<'a>, schools: usize) -> Outcome<Self> {
        let folder = ground.scratch.join("night");
        folder::empty(&folder)?;
        let rows = Service::serve(ground, &["rows"])?;
        let night = Self { ground, schools, folder, rows };
        night.furnish()?;
        night.schedule("\"0 0 1 1 *\"")?;
        each(schools + 1, |n| night.import(n))?;
        Ok(night)
    }

    /// Requests a second, so that a first sending takes a minute.
    fn rate(&self) -> usize {
        ((self.schools + 1) * REQUESTS).div_ceil(NIGHT_S)
    }

    fn furnish(&self) -> Outcome {
        for made in ["schools", "connectors", "tables"] {
            fs::create_dir(self.folder.join(made)).context(|| format!("cannot make `{made}`"))?;
        }
        let (url, rate) = (self.rows.url(), self.rate());
        self.write(
            "exchange.toml",
            &format!(
                "[key]\nfile = \"exchange.key\"\n\n[serve]\nruns-at-once = 1000\nlisten = \"127.0.0.1:0\"\n\n\
                 [upstream.rows]\nbase = [\"{url}\"]\nprivate = true\nrate = {rate}\nparallel = 64\n\
                 credential = {{ header = \"Authorization\", prefix = \"Bearer \" }}\n"
            ),
        )?;
        let from = connectors::folder(self.ground.workspace).join("rows-to-http.wasm");
        fs::copy(&from, self.folder.join("connectors/rows-to-http.wasm"))
            .context(|| format!("cannot copy {}", from.display()))?;
        self.exchange(&["connector", "lock"], "")?;
        self.exchange(&["secret", "set", "token"], "rows-token")?;
        self.write("tables/classes.csv", &format!("id;study_year;grade;letter\nc1;{};5;А\n", study_year()))
    }

    /// The id of the n-th school; the last one is huge.
    fn id(&self, n: usize) -> String {
        if n > self.schools { HUGE_ID.to_owned() } else { format!("s{n:05}") }
    }

    fn import(&self, n: usize) -> Outcome {
        let (id, count) = (self.id(n), if n > self.schools { HUGE } else { PUPILS });
        let table = format!("tables/{id}.csv");
        self.write(&table, &pupils(n, count))?;
        self.exchange(&["import", &id, "tables/classes.csv", &table], "")
    }

    /// Gives every task this schedule.
    fn schedule(&self, schedule: &str) -> Outcome {
        (1..=self.schools + 1)
            .try_for_each(|n| self.write(&format!("schools/{}.toml", self.id(n)), &school(schedule)))
    }

    fn report(&self) -> Outcome<Report> {
        let started = self.serve("start.log")?;
        let start_s = started.started.as_secs_f64();
        started.stop()?;
        let (budget, fairness) = self.first_sending()?;
        let quiet = self.quiet()?;
        let (schools, load) = (self.schools, super::load());
        Ok(Report { schools, tasks: (schools + 1) * TASKS, load, start_s, budget, fairness, quiet })
    }

    #[expect(clippy::cast_precision_loss, reason = "requests of one night")]
    fn first_sending(&self) -> Outcome<(Budget, Fairness)> {
        let due = next_minute();
        eprintln!("everything is due at {due}");
        self.schedule(&format!("\"{}\"", cron(&due)))?;
        let mut served = self.serve("first.log")?;
        let ordinary = (self.schools * TASKS) as f64;
        served.until("the ordinary schools are done", PATIENCE, |served| {
            let ended = number(&served.metrics()?, "exchange_runs_total");
            Ok(ended >= ordinary && of_ordinary(served)?.len() >= self.schools * TASKS)
        })?;
        let pace = self.rows.tally()?.paces.values().next().copied().unwrap_or_default();
        let last = of_ordinary(&served)?.into_iter().max();
        let last = last.ok_or_else(|| Failure::new("no ordinary school was there"))?;
        self.all_ended(&mut served)?;
        served.stop()?;
        let (rate, each) = (self.rate(), REQUESTS);
        let share_s = ((self.schools + 1) * each) as f64 / rate as f64;
        let last_s = last.duration_since(due.timestamp()).as_secs_f64();
        let huge_requests = pace.requests.saturating_sub((self.schools * each) as u64);
        let used = pace.requests as f64 / pace.seconds / rate as f64;
        let fairness = Fairness { last_s, share_s, huge_requests, ordinary_requests: each };
        Ok((Budget { rate, pace, used }, fairness))
    }

    fn quiet(&self) -> Outcome<Quiet> {
        let due = next_minute();
        eprintln!("the same again from {due} on, spread over a minute");
        self.schedule(&format!("{{ cron = \"{}\", jitter = \"1m\" }}", cron(&due)))?;
        let mut served = self.serve("quiet.log")?;
        self.all_ended(&mut served)?;
        let metrics = served.metrics()?;
        served.stop()?;
        let lag = "exchange_dispatch_lag_seconds";
        let count = number(&metrics, &format!("{lag}_count"));
        let mean_lag_s = number(&metrics, &format!("{lag}_sum")) / count.max(1.0);
        Ok(Quiet { runs: count, lag_p99_s: p99(&metrics, lag), mean_lag_s })
    }

    #[expect(clippy::cast_precision_loss, reason = "runs of one night")]
    fn all_ended(&self, served: &mut Served) -> Outcome {
        let all = ((self.schools + 1) * TASKS) as f64;
        served.until("all runs have ended", PATIENCE, |served| {
            Ok(number(&served.metrics()?, "exchange_runs_total") >= all)
        })?;
        let well = served.metrics()?;
        let well = number(&well, "exchange_runs_total{connector=\"rows-to-http\",status=\"success\"}");
        if well < all {
            return Err(Failure::new(format!("only {well} of {all} runs were a success")));
        }
        Ok(())
    }

    fn serve(&self, log: &str) -> Outcome<Served> {
        Served::start(folder::command(self.ground, &self.folder), &self.folder.join(log))
    }

    fn exchange(&self, words: &[&str], input: &str) -> Outcome {
        folder::exchange(self.ground, &self.folder, words, input)
    }

    fn write(&self, name: &str, text: &str) -> Outcome {
        folder::write(&self.folder.join(name), text)
    }
}

/// When runs of ordinary schools ended.
fn of_ordinary(served: &Served) -> Outcome<Vec<Timestamp>> {
    let ended = served.lines("a run ended")?;
    let ordinary = ended.iter().filter(|line| line.fields["school"] != HUGE_ID);
    Ok(ordinary.map(|line| line.timestamp).collect())
}

/// The beginning of a minute, so far ahead that a server is there by then.
fn next_minute() -> Zoned {
    let then = Timestamp::now().to_zoned(TimeZone::UTC).saturating_add(75.seconds());
    then.with().second(0).subsec_nanosecond(0).build().unwrap_or(then)
}

fn cron(at: &Zoned) -> String {
    format!("{} {} {} {} *", at.minute(), at.hour(), at.day(), at.month())
}

fn study_year() -> i16 {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    if today.month() >= 9 { today.year() } else { today.year() - 1 }
}

/// Pupils of the n-th school, each with an id that no other school has.
fn pupils(n: usize, count: usize) -> String {
    let row = |p: usize| format!("{n}-{p};Примеров;Пётр;2015-03-{:02};c1\n", p % 28 + 1);
    let rows: String = (1..=count).map(row).collect();
    format!("id;last-name;first-name;birth-date;class-id\n{rows}")
}

/// A school's file: its tasks deliver the same pupils to places of their own.
fn school(schedule: &str) -> String {
    let task = |n: usize| {
        format!(
            "\n[[task]]\nid = \"rows-{n}\"\nconnector = \"rows-to-http\"\nenabled = true\n\
             schedule = {schedule}\n\n[task.settings]\nwith-birth-dates = true\n\n[task.grant]\n\
             upstreams = {{ rows = \"rows\" }}\nrecords = {{ school-class = [\"*\"], pupil = [\"*\"] }}\n\
             secrets = [\"token\"]\nwrite = true\n"
        )
    };
    let tasks: String = (1..=TASKS).map(task).collect();
    format!("name = \"Школа (вымышленная)\"\ntime-zone = \"UTC\"\n{tasks}")
}

impl Report {
    fn tell(&self) -> Outcome {
        let Self { schools, tasks, load, start_s, budget, fairness, quiet } = self;
        println!("{schools} schools and a huge one, {tasks} tasks, load {load}\n");
        let p99 = quiet.lag_p99_s.map_or_else(|| "more than an hour".to_owned(), |lag| format!("≤ {lag} s"));
        let row = |what: &str, goal: &str, is: String| vec![what.to_owned(), goal.to_owned(), is];
        let rows = [
            row("start with all schedules", "≤ 1 s", format!("{start_s:.2} s")),
            row("runs begin late, 99 of 100", "≤ 1 s", p99),
            row("runs begin late, on average", "", format!("{:.3} s", quiet.mean_lag_s)),
            row(
                "requests in the fullest second",
                &format!("≤ {}", budget.rate),
                budget.pace.busiest.to_string(),
            ),
            row("of the rate used", "≥ 95 %", format!("{:.1} %", budget.used * 100.0)),
            row(
                "last ordinary school done",
                &format!("{:.1} s", fairness.share_s),
                format!("{:.1} s", fairness.last_s),
            ),
            row(
                "requests of the huge school by then",
                &format!("about {}", fairness.ordinary_requests),
                fairness.huge_requests.to_string(),
            ),
        ];
        table::print(&["", "goal", "measured"], &rows);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_tasks_of_a_school_are_due_at_one_minute() {
        let at: Zoned = "2026-03-29T02:07:00[UTC]".parse().unwrap();
        assert_eq!(cron(&at), "7 2 29 3 *");
        assert_eq!(school("\"7 2 29 3 *\"").matches("schedule = \"7 2 29 3 *\"").count(), TASKS);
        assert!(next_minute().second() == 0 && next_minute().timestamp() > Timestamp::now());
    }

    #[test]
    fn pupils_are_their_school_s_own() {
        let table = pupils(3, 2);
        assert!(
            table.ends_with("3-1;Примеров;Пётр;2015-03-02;c1\n3-2;Примеров;Пётр;2015-03-03;c1\n"),
            "{table}"
        );
    }
}

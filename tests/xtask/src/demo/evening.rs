//! The steps of the demo, in the order in which a person would take them.

use serde::Deserialize;

use super::compare::{Truth, compare};
use super::dialogue::{address, option_number};
use super::show::Show;
use super::stage::Stage;
use crate::failure::{Context, Failure, Outcome};

/// The task of the invented school.
const TASK: &str = "school57/dnevnik";
/// The invented administrator at the stand-in.
const LOGIN: [&str; 4] = ["--login", "school57", "--password", "demo-password"];
/// The school there; also what is typed to confirm the binding.
const ORGANISATION: &str = "Школа № 57 (вымышленная)";

/// Where the school's exports lie in the working folder.
const DATA: &str = "exports";

/// How the stand-in is started.
pub(super) fn stand(stage: &Stage) -> Vec<String> {
    let listen = stage.stand.to_string();
    ["exchange-stand", "dnevnik", "--listen", &listen, "--data", "stand"].map(str::to_owned).to_vec()
}

/// Plays the evening; each step says which exit codes are right.
pub(super) fn play(show: &mut Show, stage: &Stage) -> Outcome {
    first_half(show, stage)?;
    decide(show)?;
    again(show)?;
    five_more(show)?;
    let truth = Truth::read(&[
        &show.text(&format!("{DATA}/expected.json"))?,
        &show.text(&format!("{DATA}/five-more/expected.json"))?,
    ])?;
    show.heading("Does the other side hold what it should?");
    let state = show.ask(&["exchange-stand", "state", "--at", &address_of(stage)], &[0])?;
    println!("{}", compare(&truth, &state)?);
    Ok(())
}

fn address_of(stage: &Stage) -> String {
    format!("http://{}", stage.stand)
}

/// Up to the first sending, after which questions wait for a person.
pub(super) fn first_half(show: &mut Show, stage: &Stage) -> Outcome {
    let at = address_of(stage);
    show.heading("The other side: a stand-in of Дневник.ру, with what somebody made there by hand");
    show.start(&words(&stand(stage)), stage.stand)?;
    show.run(&["exchange-stand", "seed", &format!("{DATA}/stand-seed.json"), "--at", &at], &[0])?;
    prepare(show)?;
    bind(show)?;
    send(show)
}

fn words(line: &[String]) -> Vec<&str> {
    line.iter().map(String::as_str).collect()
}

fn prepare(show: &Show) -> Outcome {
    show.heading("The connector is looked at and locked, the application's secret stored");
    show.run(&["exchange", "connector", "list"], &[0])?;
    show.run(&["exchange", "connector", "lock"], &[0])?;
    show.run_with("demo-client-secret", &["exchange", "secret", "set", "client-secret"], &[0])?;
    show.heading("The school's files");
    import(show, &format!("{DATA}/records"), &[])?;
    show.heading("Is everything ready? Not yet: the school is not bound");
    show.run(&["exchange", "check", "school57"], &[1])?;
    Ok(())
}

fn import(show: &Show, folder: &str, options: &[&str]) -> Outcome {
    let files = show.files(folder, "csv")?;
    let start = [&["exchange", "import", "school57"], options].concat();
    let line = [start.clone(), files.iter().map(String::as_str).collect()].concat();
    show.run_as(&format!("{} {folder}/*.csv", start.join(" ")), &line, &[0]).map(drop)
}

/// The person reads the address, allows in a browser, chooses the school and types its name.
fn bind(show: &Show) -> Outcome {
    show.heading("Binding: a dialogue here, the consent in a browser (played)");
    let mut talk = show.talk(&["exchange", "bind", TASK])?;
    let page = talk.until("the address of the consent page", address)?;
    let mut browser = vec!["exchange-stand", "consent", &page];
    browser.extend(LOGIN);
    show.run(&browser, &[0])?;
    let asked = |said: &str| said.ends_with(": ").then(|| option_number(said, ORGANISATION)).flatten();
    let number = talk.until("the choice of the school", asked)?;
    talk.say(&number)?;
    talk.until("the school's name", |said| said.ends_with(' ').then_some(()))?;
    talk.say(ORGANISATION)?;
    match talk.end()? {
        0 => show.run(&["exchange", "check"], &[0]).map(drop),
        code => Err(Failure::new(format!("the binding ended with {code}")).code(code)),
    }
}

fn send(show: &Show) -> Outcome {
    show.heading("What would be sent; questions for a person end it with 4");
    show.run(&["exchange", "plan", TASK], &[0, 4])?;
    show.heading("Sending; what waits for a person stays behind");
    show.run(&["exchange", "run", TASK], &[0, 3, 4])?;
    show.run(&["exchange", "status"], &[0])?;
    let run = last_run(show)?;
    show.run(&["exchange", "report", &run, "--format", "xlsx", "-o", "report.xlsx"], &[0]).map(drop)
}

#[derive(Deserialize)]
struct Run {
    id: String,
}

fn last_run(show: &Show) -> Outcome<String> {
    let runs: Vec<Run> = read(&show.ask(&["exchange", "runs", "school57", "--limit", "1", "--json"], &[0])?)?;
    runs.into_iter().next().map(|run| run.id).ok_or_else(|| Failure::new("no run was recorded"))
}

#[derive(Deserialize)]
struct Question {
    number: u64,
    key: String,
}

/// Answers what only a person can know; here the invented school's truth is that person.
fn decide(show: &Show) -> Outcome {
    show.heading("Questions for a person");
    if show.run(&["exchange", "decide", TASK], &[0, 4])? == 0 {
        return Ok(());
    }
    let truth = Truth::read(&[&show.text(&format!("{DATA}/expected.json"))?])?;
    let questions: Vec<Question> = read(&show.ask(&["exchange", "decide", TASK, "--json"], &[4])?)?;
    for question in questions {
        let number = question.number.to_string();
        let mut line = vec!["exchange", "decide", TASK, &number];
        match truth.there(&question.key) {
            Some(handle) => line.extend(["--same", handle]),
            None => line.push("--different"),
        }
        show.run(&line, &[0])?;
    }
    show.run(&["exchange", "run", TASK], &[0, 3]).map(drop)
}

fn again(show: &Show) -> Outcome {
    show.heading("Once more: nothing is new, nothing is sent");
    show.run_timed(&["exchange", "run", TASK], &[0, 3]).map(drop)
}

fn five_more(show: &Show) -> Outcome {
    show.heading("In October five children come");
    import(show, &format!("{DATA}/five-more"), &["--add"])?;
    show.run(&["exchange", "plan", TASK], &[0])?;
    show.run(&["exchange", "run", TASK], &[0, 3])?;
    show.run(&["exchange", "status"], &[0]).map(drop)
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Outcome<T> {
    serde_json::from_str(text).context(|| "cannot understand what --json printed".into())
}

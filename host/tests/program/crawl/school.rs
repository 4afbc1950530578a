//! A school with as many kinds of pages as there are: tasks of three connectors, runs, questions, a plan that is held,
//! people who are waited for, something to take away, lessons, somebody to be told.

use serde_json::Value;
use url::form_urlencoded;

use crate::cabinet_answers::ask_more;
use crate::d1_browser::{Served, serve_with};
use crate::e9_links::{LINKS, sign_in, teenager, world};
use crate::school::study_year;
use crate::world::{TASK, World};

/// Nobody is slowed down: all of it comes from one computer.
pub(super) const WEB: &str = "proxies = [\"127.0.0.1\"]\nrequests-per-client = 1000000\nstarts-per-client = 100000\n\
    starts-per-school = 100000\ndialogues = 100000\ndialogues-per-client = 100000\n";

const HOLD: &str = "[task.hold]\nadd = { share = 0.0, rows = 0 }\n\n[task.settings]\n# Which study year";

const CHATS: &str = "\n[[task]]\nid = \"chats\"\nconnector = \"sferum\"\nenabled = true\n\
    [task.settings]\ncommunity = \"57\"\ncalls = \"supplied\"\n\
    [task.grant]\nwrite = true\nupstreams = [\"vk\"]\nsecrets = [\"token\"]\n\
    fingerprints = [\"chat\", \"call\", \"message\", \"link\"]\n\
    records = { school-class = [\"*\"], pupil = [\"*\"], staff = [\"*\"], journal = [\"*\"], lesson = [\"*\"], identifier = [\"*\"] }\n\
    \n[[notify]]\nmail = \"director@school.example\"\non = [\"failed\", \"waiting\"]\n";

const OTHER: &str = "name = \"Другая (вымышленная)\"\ntime-zone = \"Europe/Moscow\"\n";

/// The school, served.
pub(super) struct School {
    pub(super) world: World,
    _served: Served,
    /// The sheet of a class with somebody on it for whom something can be taken away.
    pub(super) sheet: String,
}

impl School {
    pub(super) fn served() -> Self {
        let world = world();
        let sheet = linked(&world);
        let task = "id = \"esia\"\nconnector = \"esia\"";
        world.change_school(task, "id = \"esia\"\nchanges = \"update\"\nconnector = \"esia\"");
        let granted = "[task.grant]\nupstreams = [\"dnevnik\"]\nsecrets = [\"token\"]";
        world.change_school(granted, &granted.replace("[task.grant]\n", "[task.grant]\nwrite = true\n"));
        with_chats(&world);
        held(&world);
        ask_more(&world, 12);
        world.write("schools/school58.toml", OTHER);
        let served = serve_with(&world.path(""), WEB);
        Self { world, _served: served, sheet }
    }
}

/// A pupil's link was found by a run; where their class's sheet is.
fn linked(world: &World) -> String {
    sign_in(world, &teenager(world));
    let sent: Value = world.run(&["run", LINKS, "--json"]).json();
    let id = sent["run"].as_str().expect("a run");
    let shown: Value = world.run(&["show", id, "--outcome", "adopted", "--json"]).json();
    let class = shown["outcomes"][0]["group"].as_str().expect("a class");
    let class: String = form_urlencoded::byte_serialize(class.as_bytes()).collect();
    format!("/~school/school57/esia/~sheet?class={class}")
}

/// A task with chats, of which nothing was sent yet, and lessons by video.
fn with_chats(world: &World) {
    let connector = crate::connector::file().with_file_name("sferum.wasm");
    std::fs::copy(connector, world.path("connectors/sferum.wasm")).expect("it is built");
    world.run(&["connector", "lock"]).with(0);
    append(world, "schools/school57.toml", CHATS);
    append(
        world,
        "exchange.toml",
        "[upstream.vk]\nbase = [\"http://127.0.0.1:9\"]\nprivate = true\nattempts = 1\n\
         credential = { header = \"Authorization\", prefix = \"Bearer \" }\n\
         [notify.mail]\nserver = \"localhost\"\nfrom = \"Exchange <exchange@school.example>\"\n",
    );
    let year = study_year();
    world.write(
        "journals.csv",
        &format!("id;study-year;class-id;subject;general;chat\nj1;{year};;Алгебра;true;true\n"),
    );
    let at = |hours: i64| jiff::Timestamp::now().as_millisecond() + hours * 3_600_000;
    let lesson = format!(
        "id;journal-id;starts;ends;mode;published;cancelled\nl1;j1;{};{};video-call;true;false\n",
        at(1),
        at(2)
    );
    world.write("lessons.csv", &lesson);
    world.run(&["import", "school57", "journals.csv", "lessons.csv", "--add"]).with(0);
}

/// More is to be sent than goes without a person.
fn held(world: &World) {
    world.change_school("[task.settings]\n# Which study year", HOLD);
    world.import("exports/five-more", &["--add"]).with(0);
    world.run(&["run", TASK]);
}

fn append(world: &World, file: &str, more: &str) {
    let text = std::fs::read_to_string(world.path(file)).expect("a file");
    world.write(file, &(text + more));
}

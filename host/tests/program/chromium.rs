//! E1–E9, D1 and D15 in Debian's Chromium: the world is made here, the person before it is played by `tests/browser`.
//!
//! The scripts there ask for what no page shows (who is linked, what was written) and have the server stopped or started
//! anew; a line of JSON each way. Pictures of every page stay in `target/browser`.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use exchange::store::Lane;
use serde_json::{Value, json};
use url::Url;

use crate::browser::Browser;
use crate::connector;
use crate::d1_browser;
use crate::linking::{self, World};
use crate::served::until;
use crate::world::{ADMINISTRATOR, ORGANISATION, TASK};

/// Enough for all rows in both languages; fewer by default, for one address.
const LIMITS: &str =
    "starts-per-client = 10000\nrequests-per-client = 100000\ndialogues-per-client = 10000\n";

/// Where the scripts are.
fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("tests/browser")
}

/// Debian's browser, and what drives it.
///
/// # Panics
/// When something is missing; says how it is installed.
#[track_caller]
fn chromium() -> PathBuf {
    let there =
        |program: &str| Command::new(program).arg("--version").output().is_ok_and(|out| out.status.success());
    let found = ["chromium", "node"].map(there);
    assert!(
        found == [true; 2] && scripts().join("node_modules/playwright-core").is_dir(),
        "the pages cannot be looked at: `cargo xtask test tests` installs what is missing as root; by hand:\n  \
         apt install --no-install-recommends chromium nodejs npm && npm ci --prefix tests/browser"
    );
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join("chromium"))
        .find(|file| file.is_file())
        .expect("it is there")
}

/// A script under way.
struct Script {
    child: Child,
    input: ChildStdin,
    output: std::io::Lines<BufReader<ChildStdout>>,
}

impl Script {
    /// Starts it and tells it where everything is.
    fn start(name: &str, scene: &Value) -> Self {
        let mut node = Command::new("node");
        node.arg(scripts().join(name)).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = node.spawn().expect("node starts");
        let input = child.stdin.take().expect("it is piped");
        let output = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut script = Self { child, input, output };
        script.tell(scene);
        script
    }

    fn tell(&mut self, value: &Value) {
        writeln!(self.input, "{value}").expect("it listens");
    }

    /// Answers what it asks, until it has said how everything went.
    #[track_caller]
    fn play(mut self, mut answer: impl FnMut(&str, &Value) -> Value) -> Value {
        while let Some(line) = self.output.next() {
            let said: Value = serde_json::from_str(&line.expect("it speaks")).expect("JSON");
            match said["ask"].as_str() {
                Some(what) => {
                    let told = answer(what, &said["about"]);
                    self.tell(&told);
                }
                None => return said,
            }
        }
        panic!("it ended with {:?} and said nothing", self.child.wait());
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        // Its input is closed, and it has nothing more to do; whoever panics does not wait for it.
        if std::thread::panicking() {
            drop(self.child.kill());
        }
        drop(self.child.wait());
    }
}

/// What every script is told at first: where the browser is, where pictures go, whose pages are looked at.
fn scene(address: &str, diary: &str) -> Value {
    let pictures = connector::target().join("browser");
    std::fs::create_dir_all(&pictures).expect("a folder");
    json!({"chromium": chromium(), "pictures": pictures, "address": address, "diary": diary})
}

/// The same for those who link accounts.
fn linking_scene(world: &World) -> Value {
    let mut scene = scene(&world.address, &world.diary.url());
    scene["portal"] = json!(world.esia.url());
    scene["diaryPassword"] = json!(linking::PASSWORD);
    scene["portalPassword"] = json!(linking::PORTAL_PASSWORD);
    scene
}

/// People at Госуслуги whom the rows need besides: of one's name with another СНИЛС, and under fourteen.
fn seed(world: &World) {
    let personas = json!([
        {"oid": 1_000_400_701, "login": "namesake", "password": linking::PORTAL_PASSWORD, "level": "confirmed",
            "lastName": "Вымыслов", "firstName": "Павел", "middleName": "Ильич", "birthDate": "1985-02-03",
            "gender": "M", "snils": "000-600-701 01"},
        {"oid": 1_000_400_702, "login": "little", "password": linking::PORTAL_PASSWORD, "level": "child",
            "lastName": "Вымыслов", "firstName": "Лев", "middleName": "Петрович", "birthDate": "2018-08-20",
            "gender": "M", "snils": "000-600-702 02"},
    ]);
    world.post_portal("seed", &json!({"personas": personas}));
    // Everybody is asked each time, as if nobody had been here before.
    world.post_portal("settings", &json!({"rememberConsent": false}));
}

/// Plays a script to its end; all of its parts have to go well.
#[track_caller]
fn play(world: &mut World, name: &str, scene: &Value) {
    let mut written = world.journal("usual").len();
    let mut lane: Option<Lane> = None;
    let host = std::fs::read_to_string(world.path("exchange.toml")).expect("the host's file");
    let report = Script::start(name, scene).play(|what, about| {
        match what {
            "links" => return json!(world.links()),
            "written" => return json!(world.journal("usual").len() - written),
            "forget" => {
                world.unlink_all();
                written = world.journal("usual").len();
            }
            "take the lane" => lane = Some(world.take_lane()),
            "free the lane" => drop(lane.take()),
            "restart" => {
                world.cut();
                let more = about.as_str().unwrap_or_default();
                world.write("exchange.toml", &host.replace("[web]\n", &format!("[web]\n{more}\n")));
                world.serve(|_| ());
            }
            "run out" => until("it runs out", || is_empty(world)),
            _ => panic!("nobody knows what {what:?} is"),
        }
        Value::Null
    });
    all_well(&report, &world.log());
}

#[track_caller]
fn all_well(report: &Value, log: &str) {
    println!("{:#}", report["times"]);
    let failures = report["failures"].as_array().expect("a list");
    let told: Vec<&str> = failures.iter().filter_map(Value::as_str).collect();
    assert!(told.is_empty(), "{} parts failed:\n{}\n{log}", told.len(), told.join("\n\n"));
}

/// Has every dialogue run out? What has is put away when somebody with a cookie asks.
fn is_empty(world: &World) -> bool {
    let mut passer_by = Browser::default();
    passer_by.cookies.insert("exchange".to_owned(), "0".repeat(64));
    passer_by.open(&format!("{}/step", world.link("usual")));
    world.number("exchange_dialogues_open") == Some(0.0)
}

#[test]
fn e1_to_e9_in_a_browser() {
    let Some(mut world) = World::start_with(LIMITS) else { return };
    seed(&world);
    world.run("", &["run", "s/usual"]);
    let sheet = world.path("sheet.html");
    world.run("", &["by-class", "s/usual", "--output", sheet.to_str().expect("a path")]).with(0);
    let mut scene = linking_scene(&world);
    scene["sheet"] = json!(format!("file://{}", sheet.display()));
    scene["sheetSays"] = json!(["Вымыслова Анна", "Ждём родителей", "Войти в Дневник.ру через Госуслуги"]);
    play(&mut world, "linking.mjs", &scene);
}

#[test]
fn d15_in_a_browser() {
    let Some(mut world) = World::start_with(LIMITS) else { return };
    seed(&world);
    let scene = linking_scene(&world);
    play(&mut world, "wayward.mjs", &scene);
}

#[test]
fn d1_in_a_browser() {
    let world = crate::world::World::empty();
    let _served = d1_browser::serve(&world);
    let invited = Url::parse(&d1_browser::invited(&world)).expect("an address");
    let mut scene = scene(&invited.origin().ascii_serialization(), &world.stand.url());
    scene["administrator"] = json!(ADMINISTRATOR);
    scene["password"] = json!(invented_school::StandOptions::default().password);
    scene["organisation"] = json!(ORGANISATION);
    let report = Script::start("binding.mjs", &scene).play(|what, _| {
        assert_eq!(what, "invite");
        json!(d1_browser::invited(&world))
    });
    all_well(&report, "");
    world.run(&["check", TASK]).with(0);
}

#[test]
fn the_cabinet_in_a_browser() {
    let world = crate::world::World::bound();
    world.run(&["run", TASK]).with(4);
    in_the_cabinet(&world, "cabinet.mjs");
}

#[test]
fn records_and_settings_in_a_browser() {
    let world = crate::world::World::bound();
    crate::cabinet_tables::add_task(&world);
    crate::cabinet_wishes::add_recipients(&world);
    in_the_cabinet(&world, "records.mjs");
}

/// Plays a script whose people are given accounts of the cabinet, each another one.
#[track_caller]
fn in_the_cabinet(world: &crate::world::World, script: &str) {
    let other = "name = \"Другая школа (вымышленная)\"\ntime-zone = \"Europe/Moscow\"\n";
    world.write("schools/school58.toml", other);
    let _served = d1_browser::serve(world);
    let invite = |login: &str, about: &Value| {
        let mut words =
            vec!["user", "invite", login, "--json", "--role", about["role"].as_str().expect("a role")];
        words.extend(about["school"].as_str().into_iter().flat_map(|school| ["--school", school]));
        let told: Value = world.run(&words).with(0).json();
        told["address"].as_str().expect("an address").to_owned()
    };
    let first = invite("nobody", &json!({"role": "region-administrator"}));
    let address = Url::parse(&first).expect("an address").origin().ascii_serialization();
    let mut scene = scene(&address, &world.stand.url());
    scene["school"] = json!("school57");
    scene["schoolName"] = json!("Школа № 57 (вымышленная)");
    scene["otherSchool"] = json!("school58");
    let mut came = 0;
    let report = Script::start(script, &scene).play(|what, about| {
        assert_eq!(what, "invite");
        came += 1;
        let login = format!("olga{came}");
        json!({"address": invite(&login, about), "login": login})
    });
    all_well(&report, "");
}

/// A school before its first evening, served to browsers, where sending can be made slow.
#[test]
fn h3_the_first_evening_in_a_browser() {
    let worlds: Vec<crate::world::World> = (0..3).map(|_| crate::world::World::bound()).collect();
    let _served: Vec<d1_browser::Served> = worlds.iter().map(d1_browser::serve).collect();
    let invite = |world: &crate::world::World, login: &str| {
        let words =
            ["user", "invite", login, "--role", "school-administrator", "--school", "school57", "--json"];
        let told: Value = world.run(&words).with(0).json();
        told["address"].as_str().expect("an address").to_owned()
    };
    let origin =
        |world| Url::parse(&invite(world, "nobody")).expect("an address").origin().ascii_serialization();
    let addresses: Vec<String> = worlds.iter().map(origin).collect();
    let mut scene = scene(&addresses[0], &worlds[0].stand.url());
    scene["addresses"] = json!(addresses);
    scene["schoolName"] = json!("Школа № 57 (вымышленная)");
    let report = Script::start("evening.mjs", &scene).play(|what, about| {
        let number = about.as_u64().and_then(|number| usize::try_from(number).ok());
        let world = &worlds[number.expect("a number")];
        match what {
            "invite" => return json!({"address": invite(world, "olga")}),
            "slow" => {
                let matching =
                    json!({"method": "POST", "template": "/contingent/v1/schools/{school}/persons"});
                world.fault(matching, json!({"kind": "latency", "ms": 1_500}));
            }
            "fast" => world.heal(),
            _ => panic!("nobody knows what {what:?} is"),
        }
        Value::Null
    });
    all_well(&report, "");
}

#[test]
fn what_waits_for_a_person_in_a_browser() {
    let world = crate::world::World::bound();
    world.run(&["run", TASK]).with(4);
    crate::cabinet_answers::ask_more(&world, 3);
    let _served = d1_browser::serve(&world);
    let invite: Value = world
        .run(&["user", "invite", "olga", "--json", "--role", "school-administrator", "--school", "school57"])
        .with(0)
        .json();
    let invite = invite["address"].as_str().expect("an address");
    let mut olga = Browser::default();
    crate::cabinet::set_up(&mut olga, invite);
    let mut scene = scene(&crate::cabinet::origin(invite), &world.stand.url());
    scene["school"] = json!("school57");
    scene["administrator"] = json!(ADMINISTRATOR);
    scene["password"] = json!(invented_school::StandOptions::default().password);
    let (name, value) = olga.cookies.iter().find(|(name, _)| name.contains("session")).expect("signed in");
    let report = Script::start("answers.mjs", &scene).play(|what, _| {
        assert_eq!(what, "session");
        json!({"name": name, "value": value})
    });
    all_well(&report, "");
    // Each way of looking has answered one question, once.
    let told = world.run(&["audit", "school57", "--json"]).with(0);
    assert_eq!(told.out.matches("\"decide\"").count(), 3, "{}", told.out);
}

//! Good files, and the files that are generated from the tables of keys.

use std::path::Path;

use exchange::config::{
    connector_schema, host_schema, load_host, load_manifest, load_school, markdown, school_schema,
};
use exchange::model::records::RecordType;
use exchange::model::setup::{
    Changes, HostConfig, KeySource, Limits, Placement, Quota, SchoolConfig, Serve, Upstream,
};
use exchange::model::timetable::{
    Calendar, CronLine, Days, Missed, MonthDay, Overlap, Schedule, Weekdays, When, Window,
};

fn here(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[test]
fn the_demo_configuration_is_accepted() {
    let host = load_host(&here("../exchange.toml")).unwrap_or_else(|errors| panic!("{errors}"));
    let dnevnik = &host.upstreams["dnevnik"];
    assert!(dnevnik.private);
    assert_eq!(dnevnik.not_processed, [429, 433]);
    assert_eq!(
        dnevnik.credential,
        Some(Placement::Header { name: "Access-Token".into(), prefix: String::new() })
    );
    assert!(host.upstreams.contains_key("dnevnik-login"));
    assert_eq!(host.data, here("../data"));
    assert_eq!(host.limits, Limits::default());
}

#[test]
fn an_empty_file_means_the_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("exchange.toml");
    std::fs::write(&file, "#:schema host/schemas/exchange.json\n").unwrap();
    let host = load_host(&file).unwrap();
    assert_eq!(host.schools, folder.path().join("schools"));
    assert_eq!(host.key, KeySource::File(folder.path().join("exchange.key")));
}

#[test]
fn every_key_of_the_host_reaches_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("exchange.toml");
    std::fs::write(
        &file,
        r#"
        data = "/var/lib/exchange"
        key.command = ["pass", "exchange"]
        [upstream.a]
        base = ["https://a.example/api/", "https://b.example"]
        credential = { query = "access_token" }
        proxy = "http://proxy.example:3128"
        rate = 0.5
        rate-per-school = 2.5
        parallel = 2
        quota = { per-day = 1_000_000, time-zone = "Asia/Kamchatka" }
        connect-timeout = "250ms"
        timeout = "1m"
        max-response = "64KiB"
        not-processed = [503]
        attempts = 2
        patience = "5m"
        breaker = { failures = 3, pause = "10s" }
        redirects = 0
        [limits]
        memory = "64MiB"
        table = 5
        cpu = "1s"
        wall = "2s"
        requests = 3
        bytes = "4KiB"
        log-lines = 6
        page-items = 7
        scope-items = 8
        text = "1KiB"
        [serve]
        runs-at-once = 2
        stop-within = "5s"
        listen = "[::1]:8080"
        [web]
        listen = "0.0.0.0:8081"
        address = "https://Exchange.example.ru:443/"
        proxies = ["10.0.0.5"]
        client-header = "X-Real-IP"
        idle = "1m"
        life = "2m"
        dialogues = 3
        dialogues-per-client = 4
        requests-per-client = 10
        starts-per-client = 5
        starts-per-school = 6
        passwords = 7
        cool-down = "8m"
        invitation = "9m"
        "#,
    )
    .unwrap();
    let host = load_host(&file).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(host.key, KeySource::Command(vec!["pass".into(), "exchange".into()]));
    let upstream = Upstream {
        base: vec!["https://a.example/api".into(), "https://b.example".into()],
        private: false,
        ca: None,
        proxy: Some("http://proxy.example:3128".into()),
        credential: Some(Placement::Query("access_token".into())),
        rate: 0.5,
        rate_per_school: 2.5,
        parallel: 2,
        quota: Some(Quota { per_day: 1_000_000, time_zone: "Asia/Kamchatka".into() }),
        connect_timeout_ms: 250,
        timeout_ms: 60_000,
        max_response: 65_536,
        not_processed: vec![503],
        attempts: 2,
        patience_ms: 300_000,
        breaker_failures: 3,
        breaker_pause_ms: 10_000,
        redirects: 0,
    };
    assert_eq!(host.upstreams["a"], upstream);
    let limits = Limits {
        memory: 64 << 20,
        table: 5,
        cpu_ms: 1_000,
        wall_ms: 2_000,
        requests: 3,
        bytes: 4_096,
        log_lines: 6,
        page_items: 7,
        scope_items: 8,
        text: 1_024,
    };
    assert_eq!(host.limits, limits);
    let listen = Some("[::1]:8080".parse().unwrap());
    assert_eq!(host.serve, Serve { runs_at_once: 2, stop_within_ms: 5_000, listen });
    let web = host.web.expect("a face");
    assert_eq!(
        (web.address.as_str(), web.authority(), web.is_secure()),
        ("https://exchange.example.ru", "exchange.example.ru", true)
    );
    assert_eq!((web.listen.port(), web.proxies.len(), web.client_header.as_str()), (8081, 1, "X-Real-IP"));
    assert_eq!(
        [web.idle_ms, web.life_ms, web.cool_down_ms, web.invitation_ms],
        [1, 2, 8, 9].map(|minutes| minutes * 60_000)
    );
    let counts = [
        web.dialogues,
        web.dialogues_per_client,
        web.starts_per_client,
        web.starts_per_school,
        web.passwords,
    ];
    assert_eq!((counts, web.requests_per_client), ([3, 4, 5, 6, 7], 10));
}

#[test]
fn every_key_of_a_school_reaches_its_place() {
    let host = load_host(&here("tests/it/config/world/exchange.toml")).unwrap_or_else(|e| panic!("{e}"));
    let text = std::fs::read_to_string(here("tests/it/config/world/connector.toml")).unwrap();
    let manifest = load_manifest(&text, "connector.toml").unwrap_or_else(|e| panic!("{e}"));
    let manifests = |id: &str| (id == manifest.id).then(|| std::sync::Arc::new(manifest.clone()));
    let school = load_school(&here("tests/it/config/world/school57.toml"), &host, &manifests)
        .unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(school.id.as_str(), "school57");
    assert_eq!(school.region.as_deref(), Some("spb"));
    assert_eq!(school.import_drop_share, 0.25);
    let profile = &school.import["orders"];
    assert_eq!(profile.record, Some(RecordType::Order));
    assert_eq!(profile.columns["effective"], "Действует с");
    assert_eq!(profile.words["kind"]["О приёме"], "enrolment");
    let task = school.task(&"contingent".into()).unwrap();
    assert!(task.enabled);
    let line = CronLine::parse("15 3 * * *").unwrap();
    assert_eq!(task.schedule, Some(Schedule::new(When::Cron { line, jitter_ms: 0 })));
    assert_eq!(task.changes, Changes::Update);
    assert_eq!(task.patience_s, 300);
    assert_eq!(task.settings["study-year"], "current");
    assert_eq!(task.settings["pause"], 5, "the schema's default is filled in");
    assert_eq!(task.grants.upstreams["api"], "dnevnik");
    assert_eq!(task.grants.records[&RecordType::Pupil], ["*"]);
    assert!(task.grants.write);
    assert_eq!(task.holds.remove.rows, 3);
    assert_eq!(task.holds.add.rows, 50);
}

/// A host and a school of these texts.
fn load(host: &str, school: &str) -> (HostConfig, SchoolConfig) {
    let folder = tempfile::tempdir().unwrap();
    let (host_file, school_file) = (folder.path().join("exchange.toml"), folder.path().join("school57.toml"));
    std::fs::write(&host_file, host).unwrap();
    std::fs::write(&school_file, school).unwrap();
    let host = load_host(&host_file).unwrap_or_else(|errors| panic!("{errors}"));
    let task = |id: &str| {
        let title = "title = { ru = 'х', en = 'x' }";
        let text = format!(
            "id = '{id}'\nversion = '1.0.0'\ncontract = '0.1'\n{title}\n[[kind]]\nname = 'a'\n{title}\n"
        );
        let manifest = load_manifest(&text, "connector.toml").unwrap_or_else(|errors| panic!("{errors}"));
        Some(std::sync::Arc::new(manifest))
    };
    let school = load_school(&school_file, &host, &task).unwrap_or_else(|errors| panic!("{errors}"));
    (host, school)
}

const REGION: &str = r#"
    [region.east]
    time-zone = "Asia/Kamchatka"
    schedule = { window = "01:00-05:00", days = ["sat", "sun"], missed = "skip", overlap = "queue" }
    [region.east.calendar]
    blackout = ["2026-11-04", "12-30..01-08"]
    additions-only = ["06-01..08-31"]
    study-year = "09-01"
"#;

#[test]
fn h3_a_region_gives_what_a_school_leaves_out() {
    let (host, school) = load(REGION, "name = 'а'\nregion = 'east'\n[[task]]\nid = 't'\nconnector = 'c'\n");
    let at = |hour| jiff::civil::time(hour, 0, 0, 0);
    let days = Weekdays::of(["sat", "sun"]).unwrap();
    let window = When::Window(Window { from: at(1), to: at(5), days });
    let schedule =
        Schedule { zone: None, missed: Missed::Skip, overlap: Overlap::Queue, ..Schedule::new(window) };
    assert_eq!(school.time_zone, "Asia/Kamchatka");
    assert_eq!(school.tasks[0].schedule, Some(schedule));
    assert_eq!(school.calendar, host.regions["east"].calendar);
    let day = |month, day| MonthDay::new(month, day).unwrap();
    let holiday = jiff::civil::date(2026, 11, 4);
    assert_eq!(
        school.calendar,
        Calendar {
            blackout: vec![Days::Once(holiday, holiday), Days::Yearly(day(12, 30), day(1, 8))],
            additions_only: vec![Days::Yearly(day(6, 1), day(8, 31))],
            study_year: Some(day(9, 1)),
        }
    );
}

#[test]
fn h3_a_school_goes_before_its_region_key_by_key() {
    let school = r#"
        name = "а"
        region = "east"
        time-zone = "Asia/Omsk"
        calendar.blackout = []
        [[task]]
        id = "own"
        connector = "c"
        schedule = { cron = "0 4 * * *", jitter = "10m", within = "1h", time-zone = "Europe/Moscow" }
        [[task]]
        id = "none"
        connector = "c"
        schedule = "by-hand"
    "#;
    let (host, school) = load(REGION, school);
    assert_eq!(school.time_zone, "Asia/Omsk");
    assert_eq!(school.calendar, Calendar { blackout: vec![], ..host.regions["east"].calendar.clone() });
    let line = CronLine::parse("0 4 * * *").unwrap();
    let own = Schedule {
        zone: Some("Europe/Moscow".into()),
        missed: Missed::Latest { within_ms: 3_600_000 },
        ..Schedule::new(When::Cron { line, jitter_ms: 600_000 })
    };
    assert_eq!(school.tasks[0].schedule, Some(own));
    assert_eq!(school.tasks[1].schedule, None);
}

#[test]
fn h3_a_region_that_is_not_there_is_refused_where_there_are_any() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("school57.toml");
    std::fs::write(&file, "name = 'а'\nregion = 'esat'\ntime-zone = 'Asia/Omsk'\n").unwrap();
    let none = |_: &str| None;
    let (host, _) = load(REGION, "name = 'а'\nregion = 'east'\n");
    let refusal = load_school(&file, &host, &none).unwrap_err().to_string();
    assert!(refusal.contains("no region `esat`") && refusal.contains("did you mean `east`?"), "{refusal}");
    load_school(&file, &HostConfig::default(), &none).unwrap_or_else(|errors| panic!("{errors}"));
}

#[test]
fn schemas_and_reference_are_current() {
    let pretty = |schema| serde_json::to_string_pretty(&schema).unwrap() + "\n";
    let files = [
        ("schemas/exchange.json", pretty(host_schema())),
        ("schemas/school.json", pretty(school_schema())),
        ("schemas/connector.json", pretty(connector_schema())),
        ("schemas/CONFIG.md", markdown()),
    ];
    for (name, text) in files {
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(here(name), &text).unwrap();
        }
        let stored = std::fs::read_to_string(here(name)).unwrap_or_default();
        assert!(stored == text, "{name} is out of date: run the test once with UPDATE_EXPECT=1");
    }
}

/// Editors judge by the schemas what the program judges by the tables: neither refuses what the other accepts.
#[test]
fn good_files_fit_the_schemas() {
    let files = [
        ("../exchange.toml", host_schema()),
        ("tests/it/config/world/exchange.toml", host_schema()),
        ("tests/it/config/world/school57.toml", school_schema()),
        ("tests/it/config/world/connector.toml", connector_schema()),
    ];
    for (name, schema) in files {
        let text = std::fs::read_to_string(here(name)).unwrap();
        let value: serde_json::Value = toml::from_str(&text).unwrap();
        let faults: Vec<String> = jsonschema::validator_for(&schema)
            .unwrap()
            .iter_errors(&value)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{name}: {faults:?}");
    }
}

/// The reference prints defaults of the manifest that serde fills in: both say the same.
#[test]
fn defaults_of_the_manifest_are_those_of_its_type() {
    let title = "title = { ru = 'х', en = 'x' }";
    let text = format!(
        "id = 'x'\nversion = '1.0.0'\ncontract = '0.1'\n{title}\n[[kind]]\nname = 'a'\n{title}\n\
         [upstream.u]\n{title}\n[operation.o]\nupstream = 'u'\naccess = 'read'\nmethod = 'GET'\npath = '/'\n\
         [secret.s]\n{title}\n[dialogue.d]\n{title}\n[sign.t]\nfields = ['a']\nform = 'raw'\n"
    );
    let manifest = load_manifest(&text, "connector.toml").unwrap_or_else(|errors| panic!("{errors}"));
    let manifest = serde_json::to_value(&manifest).unwrap();
    let schema = connector_schema();
    let mut checked = 0;
    for (values, keys) in [
        ("/kind/0", "/properties/kind/items/properties"),
        ("/operation/o", "/properties/operation/additionalProperties/properties"),
        ("/secret/s", "/properties/secret/additionalProperties/properties"),
        ("/dialogue/d", "/properties/dialogue/additionalProperties/properties"),
        ("/sign/t", "/properties/sign/additionalProperties/properties"),
    ] {
        let values = manifest.pointer(values).unwrap();
        for (key, property) in schema.pointer(keys).and_then(|keys| keys.as_object()).unwrap() {
            if let Some(default) = property.get("default") {
                assert_eq!(&values[key], default, "{key}");
                checked += 1;
            }
        }
    }
    assert!(checked >= 15, "{checked}");
}

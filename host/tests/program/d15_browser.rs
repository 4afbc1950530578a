//! D15, and what keeps dialogues in a browser from being abused: whoever leaves the way gets a page that says what
//! happened and how to go on; nobody gets into anybody else's dialogue, or is led elsewhere.

use url::Url;

use crate::browser::{Browser, Page, raw};
use crate::linking::{PASSWORD, World};

/// A dialogue that asks for the diary's password, with its page.
#[track_caller]
fn asked(world: &World, browser: &mut Browser) -> Page {
    let page = world.way_a(browser, "usual", "teenager");
    assert_eq!(page.shown(), "200 Логин и пароль Дневник.ру", "{}", page.text());
    page
}

#[test]
fn d15_the_back_button_a_reload_and_two_tabs() {
    let Some(world) = World::start() else { return };
    let mut browser = Browser::default();
    let first = world.begin(&mut browser, "usual");
    let portal = browser.send(&first, &[("choice", "esia")]);
    // Back from the portal by the back button: the browser is not sent away again by itself.
    let back = browser.open(&format!("{}/step", world.link("usual")));
    assert_eq!(back.shown(), "200 Переход на другой сайт");
    assert!(back.link("Перейти").is_some_and(|link| link.as_str().starts_with(&world.esia.url())));
    // Further back: the form of a step that is over.
    let late = browser.send(&first, &[("choice", "esia")]);
    assert_eq!(late.shown(), "409 Эта страница уже пройдена");
    assert_eq!(browser.click(&late, "Продолжить").shown(), "200 Переход на другой сайт");
    let page = world.at_portal(&mut browser, &portal, "teenager", true);
    assert_eq!(page.shown(), "200 Логин и пароль Дневник.ру");
    // A reload of what a return has led to repeats nothing.
    let again = browser.open(page.url.as_str());
    assert_eq!(again.shown(), page.shown());
    // Two tabs: the second one's answer is to a step that the first one has answered.
    let done = world.at_diary(&mut browser, &page, "user2", PASSWORD);
    assert_eq!(done.shown(), "200 Готово");
    assert_eq!(
        world.at_diary(&mut browser, &again, "user2", PASSWORD).shown(),
        "409 Эта страница уже пройдена"
    );
    assert_eq!((world.links().len(), world.journal("usual").len()), (1, 1));
}

#[test]
fn d15_a_foreign_state_and_a_replayed_code() {
    let Some(world) = World::start() else { return };
    let mut browser = Browser::default();
    let first = world.begin(&mut browser, "usual");
    let portal = browser.send(&first, &[("choice", "esia")]);
    let foreign = browser
        .open(&format!("{}/callback?code=c&state=00000000-0000-4000-8000-000000000000", world.address));
    assert_eq!(foreign.shown(), "409 Это другая попытка");
    assert_eq!(browser.open(&format!("{}/callback?code=c", world.address)).shown(), "409 Это другая попытка");
    // The way back as the portal makes it, looked at and then taken twice.
    let signed_in = browser.send(&portal, &[("login", "teenager"), ("password", "пароль")]);
    let (url, body) = signed_in.filled(&[("is_granted", "true")]);
    let decided = browser.ask("POST", &url, &body);
    let callback = decided.answer.header("location").expect("the way back").to_owned();
    assert!(callback.starts_with(&format!("{}/callback?code=", world.address)), "{callback}");
    let mut other = Browser::default();
    assert_eq!(other.open(&callback).shown(), "409 Это другая попытка", "somebody else's browser");
    assert_eq!(browser.open(&callback).shown(), "200 Логин и пароль Дневник.ру");
    let replayed = browser.open(&callback);
    assert_eq!(replayed.shown(), "409 Эта страница уже пройдена");
    assert_eq!(browser.click(&replayed, "Продолжить").shown(), "200 Логин и пароль Дневник.ру");
}

#[test]
fn d15_an_expired_dialogue_a_restart_and_a_browser_without_cookies() {
    let Some(mut world) = World::start_with("idle = \"2s\"") else { return };
    let mut browser = Browser::default();
    let page = world.begin(&mut browser, "usual");
    std::thread::sleep(std::time::Duration::from_millis(3_200));
    let gone = browser.send(&page, &[("choice", "esia")]);
    assert_eq!(gone.shown(), "410 Время вышло");
    assert_eq!(browser.click(&gone, "Начать сначала").shown(), "200 Связать Дневник.ру с Госуслугами");
    let page = world.begin(&mut browser, "usual");
    world.cut();
    world.serve(|_| ());
    let gone = browser.send(&page, &[("choice", "esia")]);
    assert_eq!(gone.shown(), "410 Время вышло", "a restart in between");
    assert!(gone.text().contains("сервер был перезапущен") && gone.link("Начать сначала").is_some());
    let back = browser.open(&format!("{}/callback?code=c&state=s", world.address));
    assert_eq!(back.shown(), "410 Время вышло");
    let mut forgetful = Browser { forgetful: true, ..Browser::default() };
    let page = world.begin(&mut forgetful, "usual");
    assert_eq!(page.shown(), "400 Браузер не сохраняет cookie");
    assert!(page.link("Начать сначала").is_some());
}

#[test]
fn d15_a_run_that_holds_the_lane_costs_nobody_anything() {
    let Some(world) = World::start() else { return };
    let mut browser = Browser::default();
    let page = asked(&world, &mut browser);
    let lane = world.take_lane();
    let busy = world.at_diary(&mut browser, &page, "user2", PASSWORD);
    assert_eq!(
        (busy.shown().as_str(), busy.answer.header("retry-after")),
        ("503 Сейчас идёт обмен данными школы", Some("120"))
    );
    assert!(world.links().is_empty());
    drop(lane);
    let done = browser.send(&busy, &[]);
    assert_eq!((done.shown().as_str(), world.links().len()), ("200 Готово", 1));
}

#[test]
fn what_is_not_open_to_everybody_is_as_if_it_were_not() {
    let Some(world) = World::start() else { return };
    let pages = [
        "/s/usual/nothing",
        "/s/nothing/link",
        "/nobody/usual/link",
        "/nothing",
        "/s/usual",
        "/%2e%2e/etc/passwd/x",
    ];
    let shown: Vec<(String, String)> = pages
        .iter()
        .map(|path| {
            let page = Browser::default().open(&format!("{}{path}", world.address));
            (page.shown(), page.answer.body)
        })
        .collect();
    assert!(
        shown.iter().all(|page| *page == shown[0]),
        "they tell what there is: {:?}",
        shown.iter().map(|page| &page.0).collect::<Vec<_>>()
    );
    assert_eq!(shown[0].0, "404 Здесь ничего нет");
    let posted = Browser::default().ask(
        "POST",
        &Url::parse(&format!("{}/nobody/usual/link", world.address)).unwrap(),
        "",
    );
    assert_eq!(posted.shown(), shown[0].0);
    let bind = Browser::default().open(&format!("{}/~bind/nobody/usual/token", world.address));
    assert_eq!(bind.shown(), "200 Привязка школы", "whoever looks learns nothing");
    assert_eq!(Browser::default().send(&bind, &[]).shown(), shown[0].0);
}

/// All that an answer to a browser has to carry.
fn is_armoured(page: &Page) -> Result<(), String> {
    let expected = [
        (
            "content-security-policy",
            "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    ];
    match expected.iter().find(|(name, value)| page.answer.header(name) != Some(value)) {
        Some((name, _)) => {
            Err(format!("{} {}: {name} is {:?}", page.answer.status, page.url, page.answer.header(name)))
        }
        None => Ok(()),
    }
}

#[test]
fn every_answer_carries_the_headers_that_keep_it_ours() {
    let Some(world) = World::start() else { return };
    let mut browser = Browser::default();
    let page = asked(&world, &mut browser);
    let url = |path: &str| Url::parse(&format!("{}{path}", world.address)).expect("an address");
    let mut asked = |method: &str, path: &str| browser.ask(method, &url(path), "a=b");
    let answers = [
        ("GET", "/s/usual/link"),
        ("POST", "/s/usual/link"),
        ("GET", "/s/usual/link/step"),
        ("POST", "/s/usual/link/step"),
        ("GET", "/callback?state=x"),
        ("GET", "/~bind/s/usual/x"),
        ("POST", "/~bind/s/usual/x"),
        ("GET", "/style.css"),
        ("GET", "/nowhere"),
        ("PUT", "/s/usual/link"),
    ];
    for (method, path) in answers {
        is_armoured(&asked(method, path)).expect("armoured");
    }
    let style = asked("GET", "/style.css");
    assert_eq!(style.answer.header("content-type"), Some("text/css; charset=utf-8"));
    let html = page.answer.body.to_lowercase();
    for bad in ["<script", "style=\"", "<style", "javascript:", "onclick", "http://fonts", "@import"] {
        assert!(!html.contains(bad) && !style.answer.body.contains(bad), "{bad}");
    }
}

#[test]
fn a_fresh_cookie_at_each_start_and_nobody_s_by_another() {
    let Some(world) = World::start() else { return };
    // Fixation: what somebody else has put into the browser is not taken on.
    let mut browser = Browser::default();
    browser.cookies.insert("exchange".to_owned(), "planted".to_owned());
    let page = world.begin(&mut browser, "usual");
    assert_eq!(page.heading(), "Кто входит через Госуслуги?");
    let cookie = browser.cookies["exchange"].clone();
    assert!(cookie != "planted" && cookie.len() == 64, "{cookie}");
    let started = Browser::default().ask("POST", &Url::parse(&world.link("usual")).unwrap(), "");
    let set = started.answer.header("set-cookie").expect("a cookie");
    assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{set}");
    // Begun again, the one before is over.
    let mut old = browser.clone();
    world.begin(&mut browser, "usual");
    assert_ne!(browser.cookies["exchange"], cookie);
    assert_eq!(old.send(&page, &[("choice", "esia")]).shown(), "410 Время вышло");
    // Each its own: the step of one counts in no other.
    let (mut one, mut two) = (Browser::default(), Browser::default());
    let (of_one, of_two) = (world.begin(&mut one, "usual"), world.begin(&mut two, "usual"));
    assert_eq!(two.send(&of_one, &[("choice", "esia")]).shown(), "409 Эта страница уже пройдена");
    assert_eq!(two.send(&of_two, &[("choice", "esia")]).heading(), "Вход");
}

#[test]
fn forms_of_other_sites_and_without_a_step_do_nothing() {
    let Some(world) = World::start() else { return };
    let mut browser = Browser::default();
    let page = world.begin(&mut browser, "usual");
    let cookie = &browser.cookies["exchange"];
    let address = Url::parse(&world.address).unwrap();
    let host = world.address.trim_start_matches("http://");
    let post = |path: &str, headers: &str, body: &str| {
        let length = body.len();
        raw(
            &address,
            &format!(
                "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nCookie: exchange={cookie}\r\n\
            Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
            ),
        )
    };
    let (_, body) = page.filled(&[("choice", "esia")]);
    for site in ["cross-site", "same-site"] {
        let answer = post("/s/usual/link/step", &format!("Sec-Fetch-Site: {site}\r\n"), &body);
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
        assert!(
            post("/s/usual/link", &format!("Sec-Fetch-Site: {site}\r\n"), "").starts_with("HTTP/1.1 403")
        );
    }
    for forged in ["choice=esia", "step=&choice=esia", "step=0&choice=esia"] {
        assert!(post("/s/usual/link/step", "", forged).starts_with("HTTP/1.1 409"), "{forged}");
    }
    assert!(
        post("/s/usual/link/step", "", &body.replace("esia", "admin")).starts_with("HTTP/1.1 409"),
        "not among the options"
    );
    assert!(post("/s/usual/link/step", "", &body).starts_with("HTTP/1.1 303"), "still where it was");
}

#[test]
fn only_our_name_is_answered_and_nobody_is_led_elsewhere() {
    let Some(world) = World::start() else { return };
    let address = Url::parse(&world.address).unwrap();
    for host in ["evil.example", "localhost", "127.0.0.1", ""] {
        let answer = raw(
            &address,
            &format!("GET /s/usual/link HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        );
        assert!(answer.starts_with("HTTP/1.1 421") || answer.starts_with("HTTP/1.1 400"), "{host}: {answer}");
        assert!(!answer.contains("Школа №"), "{answer}");
    }
    let mut browser = Browser::default();
    for parameter in ["redirect_uri", "next", "return_url", "address", "url", "lang"] {
        let page = browser.open(&format!("{}?{parameter}=https://evil.example/", world.link("usual")));
        assert!(!page.answer.body.contains("evil.example"), "{parameter}");
        let page = world.begin(&mut browser, "usual");
        let page = browser.open(&format!("{}?{parameter}=//evil.example", page.url));
        assert!(!page.answer.body.contains("evil.example"), "{parameter}");
    }
    let callback = browser.open(&format!(
        "{}/callback?error=x&error_description=<script>&state=s&next=//evil.example",
        world.address
    ));
    assert!(!callback.answer.body.contains("evil.example") && !callback.answer.body.contains("<script"));
    // What can be no name gets into no link of ours.
    for path in
        ["%2Fevil.example/usual/link/step", "s/usual/%5Cevil.example", "s/evil.example%0D%0A/link/step"]
    {
        let page = Browser::default().open(&format!("{}/{path}", world.address));
        assert_eq!(page.shown(), "404 Здесь ничего нет", "{path}");
        assert!(!page.answer.body.contains("evil.example"), "{path}");
    }
    let mute = Browser::default().open(&format!("{}/s/usual/%FF", world.address));
    assert_eq!(mute.shown(), "404 Здесь ничего нет", "nor do bytes that are no text");
}

#[test]
fn forms_and_heads_are_limited_and_so_is_how_often_one_starts() {
    let limits = "starts-per-client = 3\ndialogues-per-client = 10";
    let Some(world) = World::start_with(limits) else { return };
    let address = Url::parse(&world.address).unwrap();
    let host = world.address.trim_start_matches("http://");
    let long = "x".repeat(17 << 10);
    let body = raw(
        &address,
        &format!(
            "POST /s/usual/link/step HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{long}",
            long.len()
        ),
    );
    assert!(body.starts_with("HTTP/1.1 413"), "{body}");
    let head = raw(&address, &format!("GET / HTTP/1.1\r\nHost: {host}\r\nX: {long}\r\n\r\n"));
    assert!(head.starts_with("HTTP/1.1 431") || head.is_empty(), "{head}");
    for _ in 0..3 {
        assert_eq!(world.begin(&mut Browser::default(), "usual").heading(), "Кто входит через Госуслуги?");
    }
    let often = world.begin(&mut Browser::default(), "usual");
    assert_eq!(
        (often.shown().as_str(), often.answer.header("retry-after")),
        ("429 Слишком часто", Some("120"))
    );
}

#[test]
fn a_full_desk_says_so_and_the_numbers_tell() {
    let Some(world) = World::start_with("dialogues = 2") else { return };
    world.begin(&mut Browser::default(), "usual");
    world.begin(&mut Browser::default(), "usual");
    let full = world.begin(&mut Browser::default(), "usual");
    assert_eq!(
        (full.shown().as_str(), full.answer.header("retry-after")),
        ("503 Сейчас слишком много посетителей", Some("120"))
    );
    assert_eq!(world.number("exchange_dialogues_open"), Some(2.0));
    assert_eq!(world.number("exchange_dialogue_turns_total{outcome=\"choice\"}"), Some(2.0));
    assert_eq!(world.number("exchange_dialogue_turns_total{outcome=\"full\"}"), Some(1.0));
}

#[test]
fn everything_is_there_in_both_languages() {
    let Some(world) = World::start() else { return };
    let mut browser = Browser { language: Some("en-US,en;q=0.9,ru;q=0.5"), ..Browser::default() };
    let page = world.begin(&mut browser, "usual");
    assert_eq!(page.heading(), "Who signs in through Gosuslugi?");
    let page = browser.click(&page, "По-русски");
    assert_eq!(page.heading(), "Кто входит через Госуслуги?");
    let portal = browser.send(&page, &[("choice", "esia")]);
    let page = world.at_portal(&mut browser, &portal, "teenager", true);
    assert_eq!(page.heading(), "Логин и пароль Дневник.ру", "remembered, and over the way back too");
    let page = browser.click(&page, "In English");
    let done = world.at_diary(&mut browser, &page, "user2", PASSWORD);
    assert!(done.text().contains("is linked with Gosuslugi"), "{}", done.text());
    assert!(done.link("Go to Dnevnik.ru").is_some());
}

#[test]
fn behind_a_proxy_cookies_are_held_to_our_host_and_clients_are_whom_the_proxy_names() {
    let limits = "proxies = [\"127.0.0.1\"]\nstarts-per-client = 1\nrequests-per-client = 5";
    let Some(world) = World::behind("https://exchange.example.ru", limits) else { return };
    let listen = Url::parse(&format!("http://{}", world.listen)).expect("an address");
    let start = |client: &str| {
        raw(
            &listen,
            &format!(
                "POST /s/usual/link HTTP/1.1\r\nHost: exchange.example.ru\r\nConnection: close\r\n\
            X-Forwarded-For: 6.6.6.6, {client}\r\nContent-Length: 0\r\n\r\n"
            ),
        )
    };
    let first = start("10.1.1.1");
    assert!(first.starts_with("HTTP/1.1 303"), "{first}");
    assert!(
        first.contains("set-cookie: __Host-exchange=")
            && first.contains("; Path=/; HttpOnly; SameSite=Lax; Secure"),
        "{first}"
    );
    assert!(first.contains("strict-transport-security: max-age=31536000"), "{first}");
    assert!(start("10.1.1.1").starts_with("HTTP/1.1 429"), "the same client");
    assert!(start("10.1.1.2").starts_with("HTTP/1.1 303"), "another one");
    let ask = || {
        raw(
            &listen,
            "GET /nothing HTTP/1.1\r\nHost: exchange.example.ru\r\nConnection: close\r\nX-Forwarded-For: 10.1.1.3\r\n\r\n",
        )
    };
    let answers: Vec<bool> = (0..6).map(|_| ask().starts_with("HTTP/1.1 404")).collect();
    assert_eq!(answers, [true, true, true, true, true, false], "so many requests a minute");
}

#[test]
fn another_web_takes_effect_with_a_restart_and_that_is_said() {
    let Some(world) = World::start() else { return };
    let host = std::fs::read_to_string(world.path("exchange.toml")).expect("the host's file");
    world.write("exchange.toml", &host.replace("[web]\n", "[web]\nidle = \"1h\"\n"));
    crate::served::until("it is said", || world.log().contains("take effect with a restart only"));
    assert_eq!(world.begin(&mut Browser::default(), "usual").answer.status, 200, "the one before holds");
}

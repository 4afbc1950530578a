//! Schools made ready for their families, and the two systems that these link.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::super::ask::ask;
use super::super::served::Served;
use super::super::service::Service;
use super::super::{Ground, folder};
use super::people::{Somebody, organisation, school_id, somebody};
use crate::failure::{Context, Failure, Outcome};
use crate::{connectors, process};

/// Our system at Госуслуги.
const SYSTEM: &str = "EXCHANGE_BENCH";
/// Our application at the diary, and the administrator of all schools there.
const CLIENT: &str = "00000000-0000-4000-8000-0000000000e1";
const SECRET: &str = "bench-client-secret";
const PASSWORD: &str = "bench-password";

/// Everything but the server.
pub(super) struct Stage<'a> {
    ground: &'a Ground<'a>,
    schools: usize,
    pub(super) folder: PathBuf,
    diary: Service,
    portal: Service,
    listen: String,
    /// What people type.
    pub(super) address: String,
}

impl<'a> Stage<'a> {
    /// Makes it, for so many people.
    ///
    /// # Errors
    /// When a program refuses something; when OpenSSL cannot make a key by GOST.
    pub(super) fn set(ground: &'a Ground<'a>, people: usize, schools: usize) -> Outcome<Self> {
        let folder = ground.scratch.join("linking");
        folder::empty(&folder)?;
        let (diary, portal) = (Service::serve(ground, &["dnevnik"])?, Service::serve(ground, &["esia"])?);
        let listen = format!("127.0.0.1:{}", free_port()?);
        let address = format!("http://{listen}");
        let stage = Self { ground, schools, folder, diary, portal, listen, address };
        let all: Vec<Somebody> = (1..=people).map(|number| somebody(number, schools)).collect();
        stage.make_key()?;
        stage.seed_portal(&all)?;
        stage.seed_diary(&all)?;
        stage.furnish()?;
        (0..schools).try_for_each(|school| stage.school(school, &all))?;
        Ok(stage)
    }

    /// Starts the server.
    ///
    /// # Errors
    /// When it does not serve.
    pub(super) fn serve(&self) -> Outcome<Served> {
        Served::start(folder::command(self.ground, &self.folder), &self.folder.join("serve.log"))
    }

    /// People whom the diary has not linked exactly once.
    ///
    /// # Errors
    /// When it does not say.
    pub(super) fn linked_twice_or_never(&self, people: usize) -> Outcome<Vec<String>> {
        let stand = self.ground.programs.join("exchange-stand");
        let state = process::read(Command::new(stand).args(["state", "--at", self.diary.url()]))?;
        let state: Value = serde_json::from_str(&state).context(|| "cannot understand the diary".into())?;
        let mut links: BTreeMap<&str, usize> = BTreeMap::new();
        for link in state["links"].as_array().into_iter().flatten() {
            *links.entry(link["person"].as_str().unwrap_or_default()).or_default() += 1;
        }
        let all = (1..=people).map(|number| somebody(number, self.schools));
        Ok(all.filter(|one| links.get(&*one.person()) != Some(&1)).map(Somebody::login).collect())
    }

    /// The system's key, as people make one for tests.
    fn make_key(&self) -> Outcome {
        let line = "req -engine gost -x509 -newkey gost2012_256 -pkeyopt paramset:A -nodes -keyout system.key \
                    -out system.crt -subj /CN=system -days 30";
        let mut openssl = Command::new("openssl");
        openssl.args(line.split_whitespace()).current_dir(&self.folder);
        let made = process::status(openssl.stdout(Stdio::null()).stderr(Stdio::null()))?;
        match made.success() {
            true => Ok(()),
            false => {
                Err(Failure::new("OpenSSL makes no key by GOST").hint("apt install libengine-gost-openssl"))
            }
        }
    }

    fn seed_portal(&self, all: &[Somebody]) -> Outcome {
        let certificate = self.read("system.crt")?;
        let client = json!({"id": SYSTEM, "name": "Обмен", "redirectUris": [format!("{}/callback", self.address)],
            "certificates": [certificate], "tokenAlgorithm": "RS256"});
        let personas: Vec<Value> = all.iter().map(|one| one.persona()).collect();
        self.seed(&self.portal, &json!({"clients": [client], "personas": personas}))?;
        let certificates = ask("GET", self.portal.url(), "/_stand/certificates", "")?;
        let certificates: Vec<Value> =
            serde_json::from_str(&certificates).context(|| "cannot understand the portal".into())?;
        let rsa = certificates.iter().find(|one| one["algorithm"] == "RS256");
        let pem = rsa.and_then(|one| one["pem"].as_str());
        self.write("portal.crt", pem.ok_or_else(|| Failure::new("the portal has no certificate"))?)
    }

    fn seed_diary(&self, all: &[Somebody]) -> Outcome {
        let schools = || 0..self.schools;
        let organisations: Vec<Value> =
            schools().map(|school| json!({"id": organisation(school), "name": name(school)})).collect();
        let of_administrator: Vec<Value> =
            schools().map(|school| json!({"id": organisation(school)})).collect();
        let administrator = json!({"login": "admin", "password": PASSWORD, "person": 100, "user": 200,
            "lastName": "Главная", "firstName": "Вера", "organizations": of_administrator});
        let client = json!({"id": CLIENT, "secret": SECRET, "name": "Bench", "redirectUris": [], "flows": ["password"]});
        let persons: Vec<Value> = all.iter().map(|one| one.account()).collect();
        let memberships: Vec<Value> = all.iter().map(|one| one.membership()).collect();
        self.seed(
            &self.diary,
            &json!({"organizations": organisations, "administrators": [administrator], "clients": [client],
                "persons": persons, "memberships": memberships}),
        )
    }

    fn seed(&self, service: &Service, seed: &Value) -> Outcome {
        let file = self.folder.join("seed.json");
        folder::write(&file, &seed.to_string())?;
        let mut sow = Command::new(self.ground.programs.join("exchange-stand"));
        process::run(sow.arg("seed").arg(&file).args(["--at", service.url()]))
    }

    /// Configuration, connector and the token of the administrator.
    fn furnish(&self) -> Outcome {
        for made in ["schools", "connectors"] {
            fs::create_dir(self.folder.join(made)).context(|| format!("cannot make `{made}`"))?;
        }
        self.write("exchange.toml", &self.configuration())?;
        let from = connectors::folder(self.ground.workspace).join("esia.wasm");
        fs::copy(&from, self.folder.join("connectors/esia.wasm"))
            .context(|| format!("cannot copy {}", from.display()))?;
        self.exchange(&["connector", "lock"], "")?;
        let body = json!({"client_id": CLIENT, "client_secret": SECRET, "username": "admin", "password": PASSWORD,
            "scope": "CommonInfo,ContactInfo,FriendsAndRelatives,EducationalInfo"});
        let answer = ask("POST", self.diary.url(), "/v2/authorizations/bycredentials", &body.to_string())?;
        let answer: Value = serde_json::from_str(&answer).context(|| "cannot understand the diary".into())?;
        self.exchange(&["secret", "set", "token"], answer["accessToken"].as_str().unwrap_or_default())
    }

    /// No pace at the systems, and no limits of people but the usual ones of one address and of passwords: everybody
    /// comes through a proxy, each from an address of their own.
    fn configuration(&self) -> String {
        let (diary, portal) = (self.diary.url(), self.portal.url());
        let upstream = |name: &str, base: &str, more: &str| {
            format!(
                "[upstream.{name}]\nbase = [\"{base}\"]\nprivate = true\nrate = 0\nparallel = 512\n{more}\n"
            )
        };
        let bearer = "credential = { header = \"Authorization\", prefix = \"Bearer \" }";
        let token = "credential = { header = \"Access-Token\", prefix = \"\" }";
        [
            "[key]\nfile = \"exchange.key\"\n[serve]\nlisten = \"127.0.0.1:0\"\n".to_owned(),
            format!("[web]\nlisten = \"{}\"\naddress = \"{}\"\n", self.listen, self.address),
            "proxies = [\"127.0.0.1\"]\nstarts-per-school = 100000\n".to_owned(),
            upstream("dnevnik", diary, token),
            upstream("esia", portal, bearer),
            upstream("dnevnik-site", diary, ""),
            upstream("dnevnik-login", diary, ""),
            upstream("gosuslugi", portal, ""),
            "[signing.esia]\ncommand = [\"openssl\", \"dgst\", \"-engine\", \"gost\", \"-md_gost12_256\", "
                .to_owned(),
            format!("\"-sign\", \"{}\"]\n", self.folder.join("system.key").display()),
            "certificate = \"system.crt\"\n".to_owned(),
            "[verification.esia]\nalgorithm = \"RS256\"\ncertificates = [\"portal.crt\"]\n".to_owned(),
        ]
        .concat()
    }

    /// A school: its file and its records.
    fn school(&self, school: usize, all: &[Somebody]) -> Outcome {
        self.write(&format!("schools/{}.toml", school_id(school)), &school_file(school))?;
        let (head, year) = ("id;last-name;first-name;middle-name;birth-date;snils", folder::study_year());
        self.write("classes.csv", &format!("id;study-year;grade;letter\nc1;{year};7;А\n"))?;
        let of = |parents: bool| -> String {
            let here = all.iter().filter(|one| one.school() == school && one.is_parent() == parents);
            here.map(|one| one.line()).collect()
        };
        self.write("pupils.csv", &format!("{head};class-id;guardian-ids\n{}", of(false)))?;
        self.write("guardians.csv", &format!("{head}\n{}", of(true)))?;
        let id = school_id(school);
        self.exchange(&["import", &id, "classes.csv", "pupils.csv", "guardians.csv"], "")
    }

    fn exchange(&self, words: &[&str], input: &str) -> Outcome {
        folder::exchange(self.ground, &self.folder, words, input)
    }

    fn read(&self, name: &str) -> Outcome<String> {
        fs::read_to_string(self.folder.join(name)).context(|| format!("cannot read {name}"))
    }

    fn write(&self, name: &str, text: &str) -> Outcome {
        folder::write(&self.folder.join(name), text)
    }
}

fn name(school: usize) -> String {
    format!("Школа № {} (вымышленная)", 20_000 + school)
}

fn school_file(school: usize) -> String {
    format!(
        "name = \"{}\"\ntime-zone = \"Europe/Moscow\"\n\
         [[task]]\nid = \"esia\"\nconnector = \"esia\"\nenabled = true\n\
         [task.settings]\norganisation = \"{}\"\nclient-id = \"{SYSTEM}\"\nthrough-esia = true\n\
         [task.grant]\nwrite = true\n\
         upstreams = [\"dnevnik\", \"esia\", \"dnevnik-site\", \"dnevnik-login\", \"gosuslugi\"]\n\
         secrets = [\"token\", \"esia-token\", \"id-token\"]\nfingerprints = [\"esia-subject\"]\n\
         sign = {{ ask = \"esia\", redeem = \"esia\" }}\nverify = {{ esia = \"esia\" }}\n\
         records = {{ school-class = [\"*\"], pupil = [\"*\"], guardian = [\"*\"], staff = [\"*\"] }}\n",
        name(school),
        organisation(school)
    )
}

/// A port that was free a moment ago: `[web]` has to name the address that people type.
fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).context(|| "no port is free".into())
}

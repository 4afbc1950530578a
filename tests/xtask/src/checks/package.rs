//! The Debian package on a machine: installed, served, upgraded, refused, removed and purged in a root of its own.
//!
//! Needs root and Debian's `debootstrap`; where they are not to be had it says so and leaves the check out.

use std::fs;
use std::io::Read;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::tools;
use crate::deb::{self, Deb};
use crate::failure::{Context, Failure, Outcome};
use crate::process;
use crate::workspace::Workspace;

/// Packages that a bare root lacks and ours depends on.
const INCLUDED: &str = "init-system-helpers,ca-certificates";
/// How long the service may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Inside of the root.
const SCHOOL: &str = "var/lib/exchange/data/schools/first.db";
const CONFIG: &str = "/etc/exchange/exchange.toml";

/// Plays the package's life.
pub(super) fn check(workspace: &Workspace) -> Outcome {
    if !tools::is_root() {
        println!("left out: the Debian package in a root of its own, which needs the superuser's rights");
        return Ok(());
    }
    if !tools::provide_debootstrap() {
        return Ok(());
    }
    let package = |version: &str| {
        let package_version = Some(version.to_owned());
        deb::build(workspace, &Deb { profile: "dev".to_owned(), package_version, output: None })
    };
    let (first, second) = (package("1.0")?, package("2.0")?);
    let root = Root::fresh(workspace)?;
    installs(&root, &first)?;
    serves(&root)?;
    upgrades(&root, &second)?;
    refuses_what_is_too_old(&root, &first)?;
    refuses_what_would_fail(&root, &second)?;
    goes(&root)
}

fn installs(root: &Root, package: &Path) -> Outcome {
    root.install(package)?.succeeds("the installation")?;
    root.says(&["stat", "-c", "%U:%G %a", "/etc/exchange/exchange.key"], "exchange:exchange 400")?;
    root.says(&["stat", "-c", "%U:%G %a", CONFIG], "root:exchange 640")?;
    root.says(&["stat", "-c", "%U:%G %a", "/var/lib/exchange/schools"], "exchange:exchange 750")?;
    root.says(&["exchange-admin", "connector", "list"], "")?;
    let school = "name = \"Школа № 1 (вымышленная)\"\ntime-zone = \"Europe/Moscow\"\n";
    root.write("var/lib/exchange/schools/first.toml", school)?;
    root.write("tmp/classes.csv", "id;study_year;grade;letter\nc1;2026;5;А\n")?;
    root.says(&["exchange-admin", "import", "first", "/tmp/classes.csv"], "")?;
    root.says(&["exchange-admin", "migrate", "--check", "--json"], "current")?;
    // A change of ours to a configuration file stays over upgrades.
    let config = root.read(CONFIG)?;
    root.write(CONFIG, &format!("{config}\n# ours\n"))
}

/// The unit's command as the unit's user.
fn serves(root: &Root) -> Outcome {
    let mut served = root.serve()?;
    let answered = served.answers();
    served.end()?;
    answered
}

fn upgrades(root: &Root, package: &Path) -> Outcome {
    let mut served = root.serve()?;
    served.answers()?;
    // A service that begins brings the files up to date that it finds; this one comes after it.
    root.make_older()?;
    let told = root.install(package)?.succeeds("the upgrade over a service under way")?;
    holds(&told, "rehears")?;
    served.answers()?;
    served.end()?;
    holds(&root.read(CONFIG)?, "# ours")?;
    root.says(&["dpkg-query", "-W", "-f", "${Version}", "exchange"], "2.0")?;
    root.says(&["exchange-admin", "migrate"], "")?;
    root.says(&["exchange-admin", "migrate", "--check", "--json"], "current")
}

/// Data that a version yet to come has touched: no version of ours goes over them.
fn refuses_what_is_too_old(root: &Root, package: &Path) -> Outcome {
    root.version(1_000)?;
    let refused = root.install(package)?;
    let told = refused.fails("a version that does not know the data")?;
    holds(&told, "the old one stays")?;
    root.says(&["dpkg-query", "-W", "-f", "${Version} ${Status}", "exchange"], "2.0 install ok installed")?;
    root.version(root.scripts.len())
}

/// Data that cannot be brought to the version: what runs is not restarted.
fn refuses_what_would_fail(root: &Root, package: &Path) -> Outcome {
    // Every table is there already.
    root.version(0)?;
    let mut served = root.serve()?;
    served.answers()?;
    let told = root.install(package)?.fails("an upgrade whose rehearsal fails")?;
    holds(&told, "the old program runs on")?;
    served.answers()?;
    served.end()?;
    root.version(root.scripts.len())?;
    root.run(&["dpkg", "--configure", "exchange"])?.succeeds("mended, it is installed").map(drop)
}

fn goes(root: &Root) -> Outcome {
    let told = root.run(&["dpkg", "--remove", "exchange"])?.succeeds("the removal")?;
    holds(&told, "are left")?;
    for left in [SCHOOL, "etc/exchange/exchange.key"] {
        root.is_there(left, true)?;
    }
    root.is_there("usr/bin/exchange", false)?;
    let told = root.run(&["dpkg", "--purge", "exchange"])?.succeeds("the purge")?;
    holds(&told, "removing the data of 1 school(s)")?;
    ["var/lib/exchange", "etc/exchange"].iter().try_for_each(|gone| root.is_there(gone, false))?;
    let user = root.run(&["getent", "passwd", "exchange"])?;
    user.fails("a user of a package that is gone").map(drop)
}

/// A root with nothing in it but Debian.
struct Root {
    folder: PathBuf,
    /// What brings a school's file up to date, in order.
    scripts: Vec<PathBuf>,
}

impl Root {
    /// The bare system is made once and copied for each check.
    fn fresh(workspace: &Workspace) -> Outcome<Self> {
        let bare = workspace.target.join("deb/bare");
        if !bare.join("etc/debian_version").exists() {
            let unfinished = workspace.target.join("deb/bare.part");
            remove(&unfinished)?;
            let mut make = Command::new("debootstrap");
            make.args(["--variant=minbase", &format!("--include={INCLUDED}"), "stable"]).arg(&unfinished);
            process::run(&mut make)?;
            fs::rename(&unfinished, &bare).context(|| format!("cannot make {}", bare.display()))?;
        }
        let root = workspace.target.join("deb/root");
        remove(&root)?;
        process::run(Command::new("cp").args(["-a", "--reflink=auto"]).args([&bare, &root]))?;
        Ok(Self { folder: root, scripts: scripts(workspace)? })
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("chroot");
        command.arg(&self.folder).args(words).env_clear().env("LANG", "C.UTF-8").env("EXCHANGE_LANG", "en");
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("DEBIAN_FRONTEND", "noninteractive");
        command
    }

    fn run(&self, words: &[&str]) -> Outcome<Ended> {
        let mut command = self.command(words);
        let output = command.output().context(|| format!("cannot run `{}`", process::line(&command)))?;
        let told = [output.stdout, output.stderr].concat();
        let (what, told) = (words.join(" "), String::from_utf8_lossy(&told).into_owned());
        Ok(Ended { what, good: output.status.success(), told })
    }

    fn install(&self, package: &Path) -> Outcome<Ended> {
        fs::copy(package, self.path("tmp/exchange.deb"))
            .context(|| format!("cannot copy {}", package.display()))?;
        self.run(&["dpkg", "--install", "--force-confold", "/tmp/exchange.deb"])
    }

    fn says(&self, words: &[&str], text: &str) -> Outcome {
        holds(&self.run(words)?.succeeds("what it says")?, text)
    }

    /// The school's file as the version before left it, with nothing in it.
    fn make_older(&self) -> Outcome {
        let (last, before) =
            self.scripts.split_last().ok_or_else(|| Failure::new("there are no migrations"))?;
        for end in ["", "-wal", "-shm"] {
            // Not every one of them is there.
            drop(fs::remove_file(self.path(&format!("{SCHOOL}{end}"))));
        }
        println!("without {}", last.display());
        for script in before {
            let text = fs::read_to_string(script).context(|| format!("cannot read {}", script.display()))?;
            self.sql(&text)?;
        }
        self.version(before.len())
    }

    /// Says which steps the school's file has behind it.
    fn version(&self, steps: usize) -> Outcome {
        self.sql(&format!("PRAGMA user_version = {steps}"))
    }

    fn sql(&self, statements: &str) -> Outcome {
        let script =
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.close()";
        process::run(Command::new("python3").args(["-c", script]).arg(self.path(SCHOOL)).arg(statements))?;
        // Files that the superuser made beside the database would be closed to the service.
        let folder = "/var/lib/exchange/data/schools";
        self.run(&["chown", "-R", "exchange:exchange", folder])?.succeeds("the owner").map(drop)
    }

    fn serve(&self) -> Outcome<Served> {
        let mut command = self.command(&[
            "setpriv",
            "--reuid=exchange",
            "--regid=exchange",
            "--init-groups",
            "/usr/bin/exchange",
            "serve",
        ]);
        command.env("EXCHANGE_CONFIG", CONFIG).stdout(Stdio::null()).stderr(Stdio::piped());
        Ok(Served(command.spawn().context(|| "cannot start the service".into())?))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name.trim_start_matches('/'))
    }

    fn read(&self, name: &str) -> Outcome<String> {
        fs::read_to_string(self.path(name)).context(|| format!("cannot read {name}"))
    }

    fn write(&self, name: &str, text: &str) -> Outcome {
        fs::write(self.path(name), text).context(|| format!("cannot write {name}"))
    }

    fn is_there(&self, name: &str, wanted: bool) -> Outcome {
        if self.path(name).exists() == wanted {
            return Ok(());
        }
        Err(Failure::new(format!("{name} is {}", if wanted { "gone" } else { "still there" })))
    }
}

/// The scripts that the program goes through, as its source lists them.
fn scripts(workspace: &Workspace) -> Outcome<Vec<PathBuf>> {
    let list = workspace.root.join("host/src/store/sqlite/migrate.rs");
    let text = fs::read_to_string(&list).context(|| format!("cannot read {}", list.display()))?;
    let folder = workspace.root.join("host/migrations/school");
    let names = text.split("migrations/school/").skip(1).filter_map(|rest| rest.split('"').next());
    Ok(names.map(|name| folder.join(name)).collect())
}

fn remove(folder: &Path) -> Outcome {
    if folder.exists() {
        fs::remove_dir_all(folder).context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}

/// How a command in the root ended.
struct Ended {
    what: String,
    good: bool,
    told: String,
}

impl Ended {
    fn succeeds(self, what: &str) -> Outcome<String> {
        if self.good {
            return Ok(self.told);
        }
        Err(Failure::new(format!("{what} failed: `{}`\n{}", self.what, self.told)))
    }

    fn fails(self, what: &str) -> Outcome<String> {
        if !self.good {
            return Ok(self.told);
        }
        Err(Failure::new(format!("{what} went through: `{}`\n{}", self.what, self.told)))
    }
}

fn holds(told: &str, text: &str) -> Outcome {
    if told.contains(text) {
        return Ok(());
    }
    Err(Failure::new(format!("{text:?} is not in what was said:\n{told}")))
}

/// The service under way; killed when this is dropped.
struct Served(Child);

impl Served {
    /// Is it ready, at the address that the package's configuration names?
    fn answers(&mut self) -> Outcome {
        let began = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().context(|| "cannot look at the service".into())? {
                let mut said = String::new();
                if let Some(mut log) = self.0.stderr.take() {
                    log.read_to_string(&mut said).context(|| "cannot read its log".into())?;
                }
                return Err(Failure::new(format!("the service ended with {status}:\n{said}")));
            }
            if ready() {
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                return Err(Failure::new("the service does not answer"));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn end(mut self) -> Outcome {
        process::run(Command::new("kill").arg(self.0.id().to_string()))?;
        let status = self.0.wait().context(|| "cannot wait for the service".into())?;
        if status.success() { Ok(()) } else { Err(Failure::new(format!("the service ended with {status}"))) }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn ready() -> bool {
    let ask = || -> std::io::Result<String> {
        use std::io::Write;
        let mut stream = TcpStream::connect("127.0.0.1:9478")?;
        stream.write_all(b"GET /ready HTTP/1.0\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.split(' ').nth(1) == Some("200"))
}

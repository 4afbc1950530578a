//! A host with one school, a task whose runs end as a test says, a clock, and the other sides of notifications.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use exchange::daemon::host::Host;
use exchange::daemon::notify::{Courier, Sent, Teller};
use exchange::model::notify::{Address, MailServer, MailTls, Notify, Recipient};
use exchange::model::setup::{HostConfig, SchoolConfig, TaskConfig, Upstream};
use exchange::model::{Message, Millis, RunCounts, RunStatus, Selection, TaskId};
use exchange::reconcile::{Cancel, Clock};
use exchange::sandbox::SystemRandom;
use exchange::store::*;
use exchange_stand::smtp::{self, Post};
use tempfile::TempDir;

use crate::fake_clock::FakeClock;

/// Noon in Moscow.
pub(crate) const NOON: Millis = 1_795_856_400_000;
pub(crate) const MINUTE: u64 = 60_000;
pub(crate) const HOUR: u64 = 60 * MINUTE;

pub(crate) struct World {
    folder: TempDir,
    host: Arc<Host>,
    pub(crate) school: SchoolConfig,
    pub(crate) clock: Arc<FakeClock>,
    courier: Courier,
}

/// Settings of a host in this folder.
pub(crate) fn settings(folder: &Path, notify: Notify) -> HostConfig {
    HostConfig { data: folder.join("data"), notify, ..HostConfig::default() }
}

/// A school with these recipients.
pub(crate) fn school(recipients: Vec<Recipient>) -> SchoolConfig {
    let task = |id: &str| TaskConfig { id: id.into(), enabled: true, ..TaskConfig::default() };
    SchoolConfig {
        id: "school57".into(),
        name: "Школа № 57".into(),
        time_zone: "Europe/Moscow".into(),
        tasks: vec![task("dnevnik"), task("sferum")],
        notify: recipients,
        ..SchoolConfig::default()
    }
}

pub(crate) fn mail_to(address: &str) -> Recipient {
    Recipient::new(Address::Mail(address.into()))
}

/// The mail server of the settings, in the open.
pub(crate) fn server(post: &Post) -> MailServer {
    MailServer {
        server: "localhost".into(),
        port: post.addr().port(),
        tls: MailTls::None,
        from: "Exchange <exchange@example.org>".into(),
        timeout_ms: 10_000,
        ..MailServer::default()
    }
}

/// An upstream on this machine that is not repeated to.
pub(crate) fn upstream(base: &str) -> Upstream {
    Upstream {
        base: vec![base.to_owned()],
        private: true,
        attempts: 1,
        patience_ms: 10,
        breaker_failures: 1_000_000,
        ..Upstream::default()
    }
}

impl World {
    pub(crate) fn new(recipients: Vec<Recipient>, settings: impl FnOnce(&Path) -> HostConfig) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = settings(folder.path());
        let clock = Arc::new(FakeClock::at(NOON));
        let courier = courier(&clock);
        let host = Host::new(config, [7; 32]);
        Self { folder, host, school: school(recipients), clock, courier }
    }

    /// With a mail server that takes everything, and these recipients.
    pub(crate) fn mailing(recipients: Vec<Recipient>) -> (Self, Post) {
        let post = Post::spawn(smtp::Options::default()).expect("a mail server");
        let notify = Notify { mail: Some(server(&post)), ..Notify::default() };
        (Self::new(recipients, |folder| settings(folder, notify)), post)
    }

    /// The process dies and another one begins, with these settings or the same.
    pub(crate) fn restart(&mut self, change: impl FnOnce(&mut HostConfig)) {
        let mut config = self.host.config().clone();
        change(&mut config);
        self.host = Host::new(config, [7; 32]);
        self.courier = courier(&self.clock);
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn shared(&self) -> Arc<HostDb> {
        self.host.store().expect("the host's store")
    }

    pub(crate) fn secret(&self, name: &str, value: &str) {
        self.shared().set_host_secret(name, value, NOON).expect("it is stored");
    }

    fn store(&self) -> Arc<SchoolDb> {
        self.host.school(&self.school).expect("the school's store")
    }

    fn teller<T>(&self, ask: impl FnOnce(Teller<'_>, &SchoolDb, Millis) -> T) -> T {
        let shared = self.shared();
        ask(Teller::new(&shared, &self.host.config().notify, &self.school), &self.store(), self.clock.peek())
    }

    /// A run ends, and nobody has told of it.
    pub(crate) fn run_untold(&self, task: &str, status: RunStatus, reason: Option<Message>) {
        let (store, task) = (self.store(), TaskId::from(task));
        let now = self.clock.peek();
        self.teller(|teller, store, now| teller.begin(store, &task, now)).expect("it is taken as it stands");
        let lane = store.take_lane("run", now).expect("the lane");
        let run = store.begin_run(lane.fence(), &task, &Selection::default(), now).expect("a run");
        let counts = RunCounts { applied: 12, ..RunCounts::default() };
        let end = RunEnd { status, reason, verdict: None, plan: None, counts };
        store.end_run(lane.fence(), run.number, &end, now).expect("it ends");
    }

    /// Tells what was not told yet; answers how much that was.
    pub(crate) fn catch_up(&self) -> usize {
        self.teller(|teller, store, now| {
            let tasks = self.school.tasks.iter();
            tasks.map(|task| teller.catch_up(store, task, None, now).expect("it is told")).sum()
        })
    }

    /// A run ends and is told of.
    pub(crate) fn run(&self, task: &str, status: RunStatus) -> usize {
        self.run_untold(task, status, None);
        self.catch_up()
    }

    pub(crate) fn with_teller<T>(&self, ask: impl FnOnce(Teller<'_>, Millis) -> T) -> T {
        self.teller(|teller, _, now| ask(teller, now))
    }

    /// Delivers what is due.
    pub(crate) async fn deliver(&mut self) -> Sent {
        let host = Arc::clone(&self.host);
        let sent = self.courier.deliver(&host, &Cancel::default()).await.expect("the store works");
        sent.expect("nobody else delivers")
    }

    /// Goes on for so long, a minute at a time.
    pub(crate) async fn deliver_for(&mut self, ms: u64) -> Sent {
        let (mut all, end) = (Sent::default(), self.clock.peek().saturating_add_unsigned(ms));
        while self.clock.peek() < end {
            let sent = self.deliver().await;
            all.delivered += sent.delivered;
            all.later += sent.later;
            all.never += sent.never;
            self.clock.advance(MINUTE);
        }
        all
    }

    pub(crate) fn notices(&self) -> Vec<Notice> {
        self.shared().notices(NoticeFilter::default(), 100).expect("they can be read")
    }

    /// The only message of the newest notification.
    pub(crate) fn message(&self) -> DeliveryRow {
        let notice = self.notices().into_iter().next().expect("a notification");
        assert_eq!(notice.deliveries.len(), 1, "{notice:?}");
        notice.deliveries.into_iter().next().expect("it is there")
    }
}

fn courier(clock: &Arc<FakeClock>) -> Courier {
    Courier::new(Arc::clone(clock) as Arc<dyn Clock>, Arc::new(SystemRandom))
}

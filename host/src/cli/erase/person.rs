//! `exchange erase SCHOOL --person ID`.

use super::act::{Act, Subject};
use super::{act_file, begin, confirm, reason, show, write_act};
use crate::cli::app::{App, now};
use crate::cli::args::Erase;
use crate::cli::people;
use crate::cli::stores::{self, About, person_key as key};
use crate::error::{Error, Result};
use crate::model::records::{RecordRef, RecordType};
use crate::model::{Message, SchoolId};
use crate::store::{AuditStore, EraseStore, Erased, HostEraseStore, Lane, SchoolDb};

/// Erases a person, and with `--with-relatives` the guardians who have no other child at the school.
pub(super) fn erase(app: &App, school: &SchoolId, id: &str, args: &Erase) -> Result<u8> {
    let store = app.store(&app.school(school)?)?;
    let lane = stores::lane(&store, "erase")?;
    let who = find(app, &store, id)?;
    let relatives = relatives(&store, &who)?;
    let mut people = vec![who.clone()];
    if args.with_relatives {
        people.extend(relatives.clone());
    }
    let why = if args.dry_run { args.reason.as_deref().unwrap_or_default() } else { reason(args)? };
    let mut act = begin(app, school, subject(&store, &who)?, why);
    act.relatives = people[1..].iter().map(|who| subject(&store, who)).collect::<Result<_>>()?;
    for who in &people {
        tell(app, &mut act, &store.erase_person(lane.fence(), who, now(), true)?);
    }
    left(app, &mut act, &who, if args.with_relatives { 0 } else { relatives.len() as u64 });
    show(app, &act, args.dry_run)?;
    if args.dry_run {
        return Ok(0);
    }
    confirm(app, args, &who.id)?;
    for who in &people {
        destroy(app, &store, &lane, who)?;
    }
    store.overwrite_erased(lane.fence())?;
    let host = app.process()?.store()?;
    host.overwrite_forgotten()?;
    let key = key(&store, &who)?;
    host.audit(&stores::entry(app, "erase", About::from(school).with(format!("person {key}"))))?;
    write_act(app, &host, &mut act, &act_file(args, school.as_str()))?;
    done(app)
}

fn done(app: &App) -> Result<u8> {
    if !app.output.json {
        app.output.line(app.word("erase-person-done"))?;
    }
    Ok(0)
}

fn destroy(app: &App, store: &SchoolDb, lane: &Lane, who: &RecordRef) -> Result<()> {
    let host = app.process()?.store()?;
    let about = About::from(&lane.fence().school).with(format!("person {}", key(store, who)?));
    host.audit(&stores::entry(app, "erase-begin", about))?;
    // What others share is given back first: killed in between, the same command finds the person again.
    let known = store.erase_person(lane.fence(), who, now(), true)?;
    host.forget_identities(lane.fence(), &known.identities)?;
    store.erase_person(lane.fence(), who, now(), false).map(drop)
}

/// `ID`, or `pupil:ID` where several people have it. Whoever was erased before and is not there any more may be
/// erased again: an interrupted erasure is finished so.
fn find(app: &App, store: &SchoolDb, id: &str) -> Result<RecordRef> {
    let mut people = people::of_id(store, id)?;
    if people.is_empty() {
        let (erasures, wanted) = (store.erasures()?, people::named(id).1);
        let before = people::PEOPLE.into_iter().filter(|kind| erasures.has(*kind, wanted));
        people.extend(before.map(|record_type| RecordRef { record_type, id: wanted.to_owned() }));
    }
    people::only_one(&people, "--person ")?.ok_or_else(|| people::nobody(app, id, school_of(store)))
}

fn school_of(store: &SchoolDb) -> &SchoolId {
    use crate::store::LaneStore;
    store.school()
}

fn relatives(store: &SchoolDb, who: &RecordRef) -> Result<Vec<RecordRef>> {
    if who.record_type == RecordType::Pupil { store.only_guardians(&who.id) } else { Ok(Vec::new()) }
}

fn subject(store: &SchoolDb, who: &RecordRef) -> Result<Subject> {
    let (id, record_type) = (who.id.clone(), who.record_type.to_string());
    Ok(Subject::Person { id, record_type, key: key(store, who)? })
}

fn tell(app: &App, act: &mut Act, erased: &Erased) {
    let records = erased.records.iter().map(|(kind, n)| (format!("record/{kind}"), *n));
    let mentions = [("mentions".to_owned(), erased.mentions)];
    let traces = erased.traces.iter().map(|(table, n)| (table.clone(), *n));
    for (what, n) in records.chain(mentions).chain(traces).filter(|(_, n)| *n > 0) {
        *act.erased.entry(what).or_default() += n;
    }
    act.remote.extend(erased.remote.iter().cloned());
    act.remains(app, "found", Some(erased.left.values().sum()));
}

/// What is left, where and why.
fn left(app: &App, act: &mut Act, who: &RecordRef, relatives: u64) {
    let there = act.remote.iter().filter(|trace| trace.handle.is_some()).count() as u64;
    let in_doubt = act.remote.iter().filter(|trace| trace.in_doubt).count() as u64;
    act.remains(app, "remote", Some(there));
    act.remains(app, "in-doubt", Some(in_doubt));
    if who.record_type == RecordType::Pupil {
        act.remains(app, "relatives", Some(relatives));
    }
    act.remains(app, "backups", None);
    act.remains(app, "source-files", None);
    act.remains(app, "tombstone", None);
    act.remains(app, "audit", None);
}

/// An import may bring the person again.
pub(super) fn lift(app: &App, school: &SchoolId, id: &str) -> Result<u8> {
    let store = app.store(&app.school(school)?)?;
    let lane = stores::lane(&store, "erase --lift")?;
    let who = find(app, &store, id)?;
    if !store.lift_erasure(lane.fence(), &who)? {
        return Err(Error::config("this person was not erased")
            .message(Message::new("erase-not-erased").with("id", id)));
    }
    let about = About::from(school).with(format!("person {}", key(&store, &who)?));
    stores::audit(app, "erase-lift", about)?;
    app.output.line(app.text(Message::new("erase-lifted").with("id", id))).map(|()| 0)
}

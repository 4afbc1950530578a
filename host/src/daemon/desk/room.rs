//! Who is at the desk: dialogues under way by the browser they belong to. Bounded in number, each ends in time.
//!
//! A browser is known by a secret of which only a hash is kept. Pure but for that: the time is handed in, so that the
//! rules of expiry are tested without waiting.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Mutex;

use super::windows::Windows;
use super::{Closed, Place, Talk};
use crate::model::web::Web;
use crate::model::{Millis, SchoolId};
use crate::report::Language;

/// Starts are counted in so many milliseconds.
const STARTS_MS: u64 = 600_000;

/// Requests are counted in so many milliseconds.
const REQUESTS_MS: u64 = 60_000;

/// Of how many dialogues that ended by themselves it is remembered where they began.
const MOST_GONE: usize = 20_000;

/// A browser's secret, hashed.
pub(super) type Seal = [u8; 32];

/// A dialogue under way.
#[derive(Clone)]
pub(super) struct Seat {
    client: IpAddr,
    pub(super) place: Place,
    /// The language that was asked for.
    pub(super) language: Option<Language>,
    since: Millis,
    touched: Millis,
    pub(super) talk: Arc<Mutex<Talk>>,
    over: Arc<AtomicBool>,
}

impl Seat {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}

/// All that are under way.
pub(super) struct Room {
    web: Web,
    seats: HashMap<Seal, Seat>,
    /// Where dialogues began that have ended by themselves, and when they did.
    gone: HashMap<Seal, (Place, Millis)>,
    requests: Windows<IpAddr>,
    by_client: Windows<IpAddr>,
    by_school: Windows<SchoolId>,
    swept: Millis,
}

impl Room {
    pub(super) fn new(web: Web) -> Self {
        Self {
            web,
            seats: HashMap::new(),
            gone: HashMap::new(),
            requests: Windows::of(REQUESTS_MS),
            by_client: Windows::of(STARTS_MS),
            by_school: Windows::of(STARTS_MS),
            swept: Millis::MIN,
        }
    }

    /// Is one more request of this client looked at?
    pub(super) fn may_ask(&mut self, client: IpAddr, now: Millis) -> bool {
        self.requests.take(client, self.web.requests_per_client, now)
    }

    /// May somebody start?
    pub(super) fn admit(&mut self, client: IpAddr, school: &SchoolId, now: Millis) -> Result<(), Closed> {
        self.sweep(now);
        let own = self.seats.values().filter(|seat| seat.client == client && !seat.is_over()).count();
        self.forget_ended();
        if self.seats.len() >= self.web.dialogues as usize || own >= self.web.dialogues_per_client as usize {
            return Err(Closed::Full);
        }
        let (of_client, of_school) = (self.web.starts_per_client, self.web.starts_per_school);
        if !self.by_client.take(client, of_client, now)
            || !self.by_school.take(school.clone(), of_school, now)
        {
            return Err(Closed::Often);
        }
        Ok(())
    }

    /// A dialogue begins; the one that this browser had before is over.
    pub(super) fn sit(
        &mut self,
        seal: Seal,
        client: IpAddr,
        (place, talk): (Place, Talk),
        language: Option<Language>,
        now: Millis,
    ) {
        let over = Arc::clone(&talk.over);
        let talk = Arc::new(Mutex::new(talk));
        self.seats.insert(seal, Seat { client, place, language, since: now, touched: now, talk, over });
    }

    /// The dialogue of a browser, which is used by this.
    pub(super) fn seat(&mut self, seal: &Seal, now: Millis) -> Result<Seat, Option<Place>> {
        self.sweep(now);
        if let Some(seat) = self.seats.get_mut(seal) {
            seat.touched = now;
            return Ok(seat.clone());
        }
        Err(self.gone.get(seal).map(|(place, _)| place.clone()))
    }

    /// From now on in this language.
    pub(super) fn speak(&mut self, seal: &Seal, language: Language) {
        if let Some(seat) = self.seats.get_mut(seal) {
            seat.language = Some(language);
        }
    }

    /// The dialogue of this browser is over.
    pub(super) fn leave(&mut self, seal: &Seal) {
        self.seats.remove(seal);
    }

    /// How many have not come to their end: of the others nothing is left but their last page.
    pub(super) fn under_way(&self) -> usize {
        self.seats.values().filter(|seat| !seat.is_over()).count()
    }

    /// What has run out ends, and what was captured in it is gone with it.
    pub(super) fn sweep(&mut self, now: Millis) {
        if now.saturating_sub(self.swept) < 1_000 {
            return;
        }
        self.swept = now;
        let (idle, life) = (self.web.idle_ms, self.web.life_ms);
        let over = |seat: &Seat| {
            let since = |then: Millis| now.saturating_sub(then).max(0).unsigned_abs();
            since(seat.touched) >= idle || since(seat.since) >= life
        };
        let ended: Vec<Seal> =
            self.seats.iter().filter(|(_, seat)| over(seat)).map(|(seal, _)| *seal).collect();
        for seal in ended {
            if let Some(seat) = self.seats.remove(&seal) {
                self.gone.insert(seal, (seat.place, now));
            }
        }
        self.forget_gone();
    }

    /// Pages about what has ended are kept as long as there is room. Of many who are admitted in one instant all sit down
    /// after that: more than one may have to make room for the next.
    fn forget_ended(&mut self) {
        let missing = (self.seats.len() + 1).saturating_sub(self.web.dialogues as usize);
        if missing == 0 {
            return;
        }
        let ended = self.seats.iter().filter(|(_, seat)| seat.is_over());
        let mut oldest: Vec<(Millis, Seal)> = ended.map(|(seal, seat)| (seat.touched, *seal)).collect();
        oldest.sort_unstable();
        for (_, seal) in oldest.into_iter().take(missing) {
            if let Some(seat) = self.seats.remove(&seal) {
                self.gone.insert(seal, (seat.place, self.swept));
            }
        }
    }

    fn forget_gone(&mut self) {
        if self.gone.len() > MOST_GONE {
            let mut times: Vec<Millis> = self.gone.values().map(|(_, at)| *at).collect();
            let (_, middle, _) = times.select_nth_unstable(MOST_GONE / 2);
            let middle = *middle;
            self.gone.retain(|_, (_, at)| *at > middle);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use super::*;

    fn room(dialogues: u32, per_client: u32) -> Room {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let web = Web::at(listen, "http://127.0.0.1".to_owned());
        Room::new(Web { dialogues, dialogues_per_client: per_client, starts_per_client: 5, ..web })
    }

    fn client(n: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(10, 0, 0, n))
    }

    fn come(room: &mut Room, n: u8, at: Millis) -> Result<(), Closed> {
        let place = Place::new("s", "t", "link");
        room.admit(client(n), &place.task.school, at)?;
        room.sit([n; 32], client(n), (place.clone(), Talk::at(place)), None, at);
        Ok(())
    }

    #[test]
    fn d15_a_dialogue_ends_by_itself_and_is_remembered_to_have_been() {
        let (mut room, minute) = (room(10, 10), 60_000);
        come(&mut room, 1, 0).unwrap();
        for at in [14, 28] {
            assert!(room.seat(&[1; 32], at * minute).is_ok(), "used meanwhile");
        }
        assert_eq!(
            room.seat(&[1; 32], 31 * minute).err(),
            Some(Some(Place::new("s", "t", "link"))),
            "in all"
        );
        come(&mut room, 2, 31 * minute).unwrap();
        assert!(room.seat(&[2; 32], 47 * minute).is_err(), "idle");
        assert_eq!(room.seat(&[3; 32], 0).err(), Some(None), "never was");
    }

    #[test]
    fn a_full_room_takes_nobody_until_somebody_has_run_out() {
        let mut room = room(2, 1);
        come(&mut room, 1, 0).unwrap();
        assert_eq!(come(&mut room, 1, 1), Err(Closed::Full), "one for each client here");
        come(&mut room, 2, 5_000).unwrap();
        assert_eq!(come(&mut room, 3, 10_000), Err(Closed::Full));
        assert_eq!(come(&mut room, 3, 15 * 60_000), Ok(()), "the oldest has run out");
        assert_eq!(room.under_way(), 2);
    }

    #[test]
    fn what_has_ended_makes_room_first() {
        let mut room = room(2, 1);
        come(&mut room, 1, 0).unwrap();
        come(&mut room, 2, 10).unwrap();
        room.seats[&[2; 32]].over.store(true, Ordering::Relaxed);
        assert_eq!(room.under_way(), 1);
        assert_eq!(come(&mut room, 3, 20), Ok(()));
        assert!(room.seat(&[1; 32], 30).is_ok(), "it is under way");
        assert!(matches!(room.seat(&[2; 32], 30), Err(Some(_))), "its page is gone, where it began is known");
    }

    #[test]
    fn many_admitted_in_one_instant_do_not_shut_the_door_on_those_who_come_later() {
        let mut room = room(3, 1);
        for n in 1..=5 {
            room.admit(client(n), &Place::new("s", "t", "link").task.school, 0).unwrap();
        }
        for n in 1..=5 {
            let place = Place::new("s", "t", "link");
            room.sit([n; 32], client(n), (place.clone(), Talk::at(place)), None, 1);
        }
        room.seats.values().for_each(|seat| seat.over.store(true, Ordering::Relaxed));
        assert_eq!(come(&mut room, 6, 2), Ok(()), "what has ended makes room, all of it");
        assert_eq!(room.seats.len(), 3);
    }

    #[test]
    fn nobody_starts_without_end() {
        let mut room = room(100, 100);
        for n in 0..5 {
            come(&mut room, 1, n).unwrap();
        }
        assert_eq!(come(&mut room, 1, 6), Err(Closed::Often));
        assert_eq!(come(&mut room, 2, 6), Ok(()));
        assert_eq!(come(&mut room, 1, 600_000), Ok(()));
    }
}

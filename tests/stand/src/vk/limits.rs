//! How often a token may call: by the second, by method, and the same thing again.
//!
//! Counted in memory: a restart forgets it, as it forgets faults and the moved clock.

use std::collections::{HashMap, VecDeque};

use super::caller::Caller;
use super::error::ApiError;
use super::methods::Method;
use super::model::Kind;
use super::params::Params;
use super::settings::Settings;
use crate::serving::clock::Millis;

#[derive(Default)]
pub(crate) struct Limits {
    by_token: HashMap<String, Window>,
    by_method: HashMap<(String, &'static str), Window>,
    by_likeness: HashMap<(String, String), Window>,
}

/// The calls of one kind that are not long past.
#[derive(Default)]
struct Window(VecDeque<Millis>);

impl Window {
    /// Counts a call, if there were fewer than `most` within `length`.
    fn takes(&mut self, most: usize, length: Millis, now: Millis) -> bool {
        while self.0.front().is_some_and(|at| at + length <= now) {
            self.0.pop_front();
        }
        let takes = self.0.len() < most;
        if takes {
            self.0.push_back(now);
        }
        takes
    }
}

impl Limits {
    /// Calls a second. Calls that are refused for it do not count.
    pub(crate) fn by_the_second(
        &mut self,
        settings: &Settings,
        caller: &Caller,
        now: Millis,
    ) -> Result<(), ApiError> {
        let most = match caller.kind {
            Kind::Community | Kind::Partner => settings.community_per_second,
            Kind::User | Kind::Service => settings.user_per_second,
        };
        let window = self.by_token.entry(caller.token.clone()).or_default();
        match most == 0 || window.takes(most, settings.second_ms, now) {
            true => Ok(()),
            false => Err(ApiError::of(6)),
        }
    }

    /// What is limited for longer: a method's quota, and the same writing call again.
    pub(crate) fn by_the_hour(
        &mut self,
        settings: &Settings,
        caller: &Caller,
        (method, params): (&Method, &Params),
        now: Millis,
    ) -> Result<(), ApiError> {
        if let Some(most) = settings.quotas.get(method.name) {
            let window = self.by_method.entry((caller.token.clone(), method.name)).or_default();
            if !window.takes(*most, settings.quota_window_s * 1000, now) {
                return Err(ApiError::of(29));
            }
        }
        if settings.alike == 0 || !method.writes {
            return Ok(());
        }
        let likeness = format!("{}\n{}", method.name, params.likeness());
        let window = self.by_likeness.entry((caller.token.clone(), likeness)).or_default();
        match window.takes(settings.alike, settings.alike_window_s * 1000, now) {
            true => Ok(()),
            false => Err(ApiError::of(9)),
        }
    }
}

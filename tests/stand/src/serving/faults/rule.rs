//! Which requests an effect strikes.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::effect::{Common, Effect, Plan, Special};

/// All conditions given must hold; with none given every governed request matches.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Match {
    /// `GET`, `POST` …
    method: Option<String>,
    /// A path template, e.g. `/v2/edu-groups/{group}/persons`; versions of the read API count as `/v2`.
    template: Option<String>,
    /// What the path begins with, versions as above.
    prefix: Option<String>,
    /// Only the n-th request of those that match so far, from 1.
    nth: Option<u64>,
    /// Only each n-th.
    every: Option<u64>,
    /// Not before this one, from 1.
    from: Option<u64>,
    /// Not after this one.
    to: Option<u64>,
    /// Chance between 0 and 1, decided by `seed` and the number of the request, so that a run can be repeated.
    chance: Option<f64>,
    seed: u64,
    /// At most so often.
    times: Option<u64>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(serialize = "S: Special", deserialize = "S: Special"))]
pub(crate) struct Rule<S> {
    #[serde(default)]
    r#match: Match,
    effect: Effect<S>,
    /// Requests that matched method and path so far.
    #[serde(skip)]
    seen: u64,
    #[serde(skip)]
    struck: u64,
}

/// A number in 0..1 from a seed and a counter (splitmix64).
fn dice(seed: u64, n: u64) -> f64 {
    let mut z = seed.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

impl Match {
    fn concerns(&self, method: &str, template: &str, path: &str) -> bool {
        self.method.as_ref().is_none_or(|own| own.eq_ignore_ascii_case(method))
            && self.template.as_ref().is_none_or(|own| own == template)
            && self.prefix.as_ref().is_none_or(|own| path.starts_with(own.as_str()))
    }

    /// Does the `n`-th request concerned get struck?
    fn strikes(&self, n: u64) -> bool {
        self.nth.is_none_or(|nth| nth == n)
            && self.every.is_none_or(|every| n.is_multiple_of(every))
            && self.from.is_none_or(|from| n >= from)
            && self.to.is_none_or(|to| n <= to)
            && self.chance.is_none_or(|chance| dice(self.seed, n) < chance)
    }
}

impl<S: Special> Rule<S> {
    fn strikes(&mut self, method: &str, template: &str, path: &str) -> bool {
        if !self.r#match.concerns(method, template, path) {
            return false;
        }
        self.seen += 1;
        let strikes =
            self.r#match.strikes(self.seen) && self.r#match.times.is_none_or(|times| self.struck < times);
        self.struck += u64::from(strikes);
        strikes
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        if self.r#match.every == Some(0) || self.r#match.nth == Some(0) {
            return Err("requests are counted from 1".into());
        }
        if self.r#match.chance.is_some_and(|chance| !(0.0..=1.0).contains(&chance)) {
            return Err("chance lies between 0 and 1".into());
        }
        self.effect.check()
    }
}

/// The rules in force, in order.
pub(crate) struct Faults<S>(Vec<Rule<S>>);

impl<S: Special> Faults<S> {
    /// Every request is handled so much later; nothing else goes wrong.
    pub(crate) fn after(latency: Duration) -> Self {
        let ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        let rule = Rule { r#match: Match::default(), effect: Effect::Common(Common::Latency { ms }), seen: 0, struck: 0 };
        Self((ms > 0).then_some(rule).into_iter().collect())
    }

    pub(crate) fn set(&mut self, rules: Vec<Rule<S>>) {
        self.0 = rules;
    }

    pub(crate) fn rules(&self) -> &[Rule<S>] {
        &self.0
    }

    /// What happens to this request; counts it in every rule it concerns.
    pub(crate) fn plan(&mut self, method: &str, template: &str, path: &str) -> Plan<S> {
        let mut plan = Plan::default();
        for rule in &mut self.0 {
            if rule.strikes(method, template, path) {
                plan.add(&rule.effect);
            }
        }
        plan
    }
}

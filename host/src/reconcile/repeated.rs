//! One reason for everything: a run that is refused the same way again and again stops.

use crate::model::contract::Rejection;

/// So many refusals alike, from the first on, stop a run.
const ENOUGH: u32 = 20;

/// Watches the first outcomes of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Repeated {
    first: Option<(Option<String>, String)>,
    alike: u32,
    mixed: bool,
}

impl Repeated {
    /// Something went well, or differently.
    pub(super) fn done(&mut self) {
        self.mixed = true;
    }

    /// One more refusal; answers true when it is enough.
    pub(super) fn rejected(&mut self, rejection: &Rejection) -> bool {
        let this = (rejection.field.clone(), rejection.reason.code.clone());
        if *self.first.get_or_insert_with(|| this.clone()) != this {
            self.mixed = true;
        }
        self.alike += 1;
        !self.mixed && self.alike >= ENOUGH
    }
}

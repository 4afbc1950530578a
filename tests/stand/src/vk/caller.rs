//! Who is calling: from a token to a community or a person with rights.

use super::error::ApiError;
use super::methods::Method;
use super::model::{Actor, Kind, Right};
use super::world::World;

#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) token: String,
    pub(crate) kind: Kind,
    /// Zero with a service token, which is nobody's.
    pub(crate) actor: Actor,
    pub(crate) rights: Vec<Right>,
}

impl Caller {
    pub(crate) fn of(world: &World, token: Option<&str>) -> Result<Caller, ApiError> {
        let token = token.ok_or_else(|| ApiError::about(15, "no access_token passed"))?;
        let known = world.tokens.get(token).filter(|known| !known.revoked);
        let known = known.ok_or_else(|| ApiError::about(5, "invalid access_token (4)."))?;
        let actor = match known.kind {
            Kind::Community | Kind::Partner => -number(known.community),
            Kind::User => number(known.user),
            Kind::Service => 0,
        };
        let (token, rights) = (token.to_owned(), known.rights.clone());
        Ok(Caller { token, kind: known.kind, actor, rights })
    }

    /// The community's number, if the token is one's.
    pub(crate) fn community(&self) -> Option<u64> {
        u64::try_from(-self.actor).ok().filter(|_| self.actor != 0)
    }

    /// Refuses a method that is not offered to this kind of token, or whose right the token lacks.
    pub(crate) fn may(&self, method: &Method, missing_right: u32) -> Result<(), ApiError> {
        if !method.open_to.contains(&self.kind) {
            return Err(match self.kind {
                Kind::Community | Kind::Partner => {
                    ApiError::about(27, "method is unavailable with group auth.")
                }
                Kind::Service => ApiError::about(28, "method is unavailable with service token."),
                Kind::User => ApiError::about(15, "method is unavailable with user auth."),
            });
        }
        match method.right {
            Some(right) if !self.rights.contains(&right) => Err(ApiError::of(missing_right)),
            _ => Ok(()),
        }
    }
}

/// Ids of the system fit into what a double holds.
fn number(id: Option<u64>) -> i64 {
    id.and_then(|id| i64::try_from(id).ok()).unwrap_or_default()
}

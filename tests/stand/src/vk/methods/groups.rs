//! Communities and who belongs to them; what a community's token may do.

use serde_json::{Value, json};

use super::{Answered, Call};
use crate::vk::error::ApiError;
use crate::vk::model::{Community, Right};
use crate::vk::params::Version;
use crate::vk::shapes;

/// By number or by screen name.
fn named<'a>(call: &'a Call<'_>, name: &str) -> Option<&'a Community> {
    let by_number = name.parse().ok().and_then(|id| call.world.communities.get(&id));
    by_number
        .or_else(|| call.world.communities.values().find(|community| shapes::screen_name(community) == name))
}

/// The community that `group_id` names.
fn asked<'a>(call: &'a Call<'_>) -> Result<&'a Community, ApiError> {
    named(call, call.params.need("group_id")?).ok_or_else(|| ApiError::of(125))
}

/// `groups.getById`: without a name the token's own.
pub(super) fn by_id(call: &mut Call<'_>) -> Answered {
    let own = call.caller.community().map(|id| id.to_string());
    let mut names: Vec<String> = call.params.list("group_ids").into_iter().map(str::to_owned).collect();
    names.extend(call.params.get("group_id").map(str::to_owned));
    if names.is_empty() {
        names.push(own.ok_or_else(|| ApiError::undefined("group_ids"))?);
    }
    let groups: Vec<Value> = names
        .iter()
        .filter_map(|name| named(call, name))
        .map(|group| shapes::group(group, call.caller))
        .collect();
    if groups.is_empty() {
        return Err(ApiError::invalid("group_ids"));
    }
    Ok(match call.version {
        Version::Bare => json!(groups),
        Version::Newest => json!({ "groups": groups, "profiles": [] }),
    })
}

/// `groups.getMembers`: numbers, or with `fields` people, or with `filter` managers.
pub(super) fn members(call: &mut Call<'_>) -> Answered {
    let community = asked(call)?;
    let (offset, count) =
        (call.params.number("offset", 0, 0..=usize::MAX)?, call.params.number("count", 1000, 0..=1000)?);
    let fields = call.params.list("fields");
    match call.params.get("filter") {
        None => {}
        Some("managers") => {
            let manager = |id: &u64| json!({ "id": id, "role": "administrator", "permissions": [] });
            let items: Vec<Value> = community.managers.iter().skip(offset).take(count).map(manager).collect();
            return Ok(json!({ "count": community.managers.len(), "items": items }));
        }
        Some(_) => return Err(ApiError::about(100, "filter: the stand-in plays only `managers`")),
    }
    let page = community.members.iter().skip(offset).take(count);
    let items: Vec<Value> = match fields.is_empty() {
        true => page.map(|id| json!(id)).collect(),
        false => {
            let people = page.filter_map(|id| call.world.people.get(id));
            people.map(|person| shapes::user(person, &fields)).collect()
        }
    };
    Ok(json!({ "count": community.members.len(), "items": items }))
}

/// `groups.isMember`.
pub(super) fn is_member(call: &mut Call<'_>) -> Answered {
    let community = asked(call)?;
    let extended = call.params.flag("extended")?;
    let bit = |id: i64| u8::from(u64::try_from(id).is_ok_and(|id| community.members.contains(&id)));
    if call.params.get("user_ids").is_some() {
        let asked = call.params.ints("user_ids", 500)?;
        return Ok(asked.iter().map(|id| json!({ "user_id": id, "member": bit(*id) })).collect());
    }
    let member = bit(call.params.need_int("user_id")?);
    Ok(if extended { json!({ "member": member }) } else { json!(member) })
}

/// `groups.getTokenPermissions`.
pub(super) fn token_permissions(call: &mut Call<'_>) -> Answered {
    let rights = &call.caller.rights;
    let shown = |right: &Right| json!({ "name": right.word(), "setting": right.bit() });
    Ok(json!({
        "mask": rights.iter().fold(0, |mask, right| mask | right.bit()),
        "permissions": rights.iter().map(shown).collect::<Vec<_>>(),
    }))
}

/// `messages.isMessagesFromGroupAllowed`.
pub(super) fn may_write(call: &mut Call<'_>) -> Answered {
    let community = asked(call)?;
    let id = call.params.need_int("user_id")?;
    let person = call.world.person(id).ok_or_else(|| ApiError::of(113))?;
    let allowed = community.may_write_to.contains(&person.id)
        && !community.blocked_by.contains(&person.id)
        && person.deactivated.is_none();
    Ok(json!({ "is_allowed": u8::from(allowed) }))
}

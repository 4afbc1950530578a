//! Keeps a list of classes true at a service with two calls.

use exchange_sdk::failure::{Written, of_read, of_write, unknown_outcome};
use exchange_sdk::http::{Host, Http, Request};
use exchange_sdk::records::{self, Filter, SchoolClass};
use exchange_sdk::{
    Basis, Change, Connector, DesiredPage, Effect, Failure, Item, Observation, Probe, RecordType, context,
};
use serde::Deserialize;
use serde_json::json;

struct Rooms;

/// A room as the service lists it.
#[derive(Deserialize)]
struct Room {
    id: String,
    name: String,
}

fn item(class: &SchoolClass) -> Option<Item> {
    let name = format!("{}-{}", class.grade, class.letter.as_ref()?);
    let item = Item::new("class", &class.id).label(&name).group(&name);
    Some(item.about(RecordType::SchoolClass, &class.id).field("name", name.as_str()))
}

fn observed(probe: &Probe, rooms: &[Room]) -> Observation {
    match rooms.iter().find(|room| Some(room.name.as_str()) == probe.item.text("name")) {
        Some(room) => Observation::there(&room.id),
        None => Observation::Absent(Basis::Listing),
    }
}

impl Connector for Rooms {
    fn desired(_scope: &str, _cursor: Option<&str>) -> Result<DesiredPage, Failure> {
        let classes = records::classes(&Filter::of_year(context::study_year()))?;
        Ok(DesiredPage::whole(classes.iter().filter_map(item).collect()))
    }

    fn observe(probes: Vec<Probe>) -> Result<Vec<Observation>, Failure> {
        let rooms: Vec<Room> = of_read(Host.send(Request::to("list-rooms")))?.json()?;
        Ok(probes.iter().map(|probe| observed(probe, &rooms)).collect())
    }

    fn apply(changes: Vec<Change>) -> Result<Vec<Effect>, Failure> {
        let names: Vec<_> = changes.iter().map(|change| change.item.text("name")).collect();
        let request = Request::to("add-rooms").json(&json!({ "names": names })).changes(0..changes.len());
        match of_write(Host.send(request)) {
            Written::Nothing(failure) => Err(failure),
            Written::InDoubt(why) => Ok(vec![Effect::InDoubt(why); changes.len()]),
            Written::Answered(response) => match response.json::<Vec<Room>>() {
                Ok(rooms) if rooms.len() == changes.len() => {
                    Ok(rooms.into_iter().map(|room| Effect::made(room.id)).collect())
                }
                _ => Ok(vec![Effect::InDoubt(unknown_outcome(response.status)); changes.len()]),
            },
        }
    }
}

exchange_sdk::export!(Rooms);

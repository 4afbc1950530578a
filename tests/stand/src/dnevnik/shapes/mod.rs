//! Objects exactly as the system sends them: members, their order, their twins.
//!
//! One known client reads values by position, so the order of the members here is part of the dialect.

mod education;
mod group;
mod person;
mod school;
mod user;

pub(crate) use education::{ContextOut, MembershipOut};
pub(crate) use group::{GroupOut, StudentsOut};
pub(crate) use person::{PersonOut, RelativeOut, RelativesOut};
pub(crate) use school::{CityOut, OrganizationOut, SchoolOut, SchoolShort};
pub(crate) use user::UserOut;

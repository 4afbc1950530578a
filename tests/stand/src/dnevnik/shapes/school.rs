//! Schools, organisations, cities.

use serde::Serialize;

use crate::dnevnik::model::Organization;

#[derive(Serialize)]
pub(crate) struct SchoolOut {
    #[serde(rename = "fullName")]
    full_name: String,
    #[serde(rename = "avatarSmall")]
    avatar_small: &'static str,
    city: String,
    municipality: String,
    regionid: i64,
    #[serde(rename = "markType")]
    mark_type: &'static str,
    #[serde(rename = "timeZone")]
    time_zone: i64,
    uses_avg: bool,
    uses_weighted_avg: bool,
    #[serde(flatten)]
    short: SchoolShort,
}

#[derive(Serialize)]
pub(crate) struct SchoolShort {
    id: u64,
    id_str: String,
    name: String,
    #[serde(rename = "educationType")]
    education_type: &'static str,
    #[serde(rename = "tsoCityId")]
    tso_city_id: i64,
    #[serde(rename = "tsoRegionTreePath")]
    tso_region_tree_path: String,
}

impl From<&Organization> for SchoolShort {
    fn from(school: &Organization) -> Self {
        SchoolShort {
            id: school.id.0,
            id_str: school.id.to_string(),
            name: school.name.clone(),
            education_type: "Regular",
            tso_city_id: school.city_id,
            tso_region_tree_path: format!("{}.", school.region_id),
        }
    }
}

impl From<&Organization> for SchoolOut {
    fn from(school: &Organization) -> Self {
        let full_name = if school.full_name.is_empty() { &school.name } else { &school.full_name };
        SchoolOut {
            full_name: full_name.clone(),
            avatar_small: "",
            city: school.city.clone(),
            municipality: school.municipality.clone(),
            regionid: school.region_id,
            mark_type: "Mark5",
            time_zone: school.time_zone,
            uses_avg: true,
            uses_weighted_avg: false,
            short: school.into(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OrganizationOut {
    organization_id: u64,
    organization_type: i64,
    region_id: i64,
    district_id: i64,
    city_id: i64,
}

impl From<&Organization> for OrganizationOut {
    fn from(organization: &Organization) -> Self {
        OrganizationOut {
            organization_id: organization.id.0,
            organization_type: organization.organization_type,
            region_id: organization.region_id,
            district_id: organization.district_id,
            city_id: organization.city_id,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CityOut {
    id: i64,
    #[serde(rename = "id_str")]
    id_str: String,
    name: String,
    region_id: i64,
    #[serde(rename = "regionId_str")]
    region_id_str: String,
}

impl From<&Organization> for CityOut {
    fn from(school: &Organization) -> Self {
        CityOut {
            id: school.city_id,
            id_str: school.city_id.to_string(),
            name: school.city.clone(),
            region_id: school.region_id,
            region_id_str: school.region_id.to_string(),
        }
    }
}

//! Schools, teachers and VK ids: shapes, pages, and who may see them.

use serde_json::json;

use super::fixture::{DIRECTOR, PARENT, Portal, SCHOOL, SCHOOLS, TEACHERS, UNLINKED, VK_IDS, ids, place};

#[test]
fn shapes() {
    let portal = Portal::new();
    let token = portal.token(DIRECTOR);
    let first = |path: &str| portal.get(&token, &format!("{path}?p_page=1&p_limit=2")).shown();
    insta::assert_snapshot!([first(SCHOOLS), first(TEACHERS), first(VK_IDS)].join("\n\n"));
}

#[test]
fn a_list_is_read_page_by_page() {
    let portal = Portal::new();
    let token = portal.token(DIRECTOR);
    let page = |n: u64| {
        portal.get(&token, &format!("{TEACHERS}?p_institutions%5B%5D={SCHOOL}&p_page={n}&p_limit=2"))
    };
    let all: Vec<u64> = (1..=3).flat_map(|n| ids(&page(n))).collect();
    assert_eq!(all, [700001, 700002, 700003, 700004, 700005]);
    let at = |n: u64, before: u64, next: u64| json!({"before": before, "current": n, "next": next, "last": 3, "total_pages": 3, "total_items": 5});
    assert_eq!([1, 2, 3].map(|n| place(&page(n))), [at(1, 1, 2), at(2, 1, 3), at(3, 2, 3)]);
    assert_eq!(ids(&page(4)), [0; 0]);
    portal.settings(&json!({"pageLimit": 3}));
    assert_eq!(ids(&portal.get(&token, &format!("{TEACHERS}?p_limit=100"))).len(), 3);
    assert_eq!(portal.get(&token, &format!("{TEACHERS}?p_page=first")).status, 400);
}

#[test]
fn only_schools_of_ones_own_and_only_employees_see_vk_ids() {
    let portal = Portal::new();
    let (director, parent) = (portal.token(DIRECTOR), portal.token(PARENT));
    assert_eq!(ids(&portal.get(&director, SCHOOLS)), [9101, 9102]);
    assert_eq!(ids(&portal.get(&parent, SCHOOLS)), [9101]);
    assert_eq!(ids(&portal.get(&parent, TEACHERS)).len(), 5);
    assert_eq!(portal.get(&parent, &format!("{TEACHERS}?p_institutions[]=9102")).status, 403);
    assert_eq!(portal.get(&parent, VK_IDS).status, 403);
    portal.settings(&json!({"vkList": false}));
    assert_eq!(portal.get(&director, VK_IDS).status, 404);
    assert_eq!(portal.get(&director, "/api/journal/journal/list").status, 404);
}

#[test]
fn a_teacher_links_and_unlinks() {
    let portal = Portal::new();
    let token = portal.token(DIRECTOR);
    let linked = || ids(&portal.get(&token, VK_IDS)).contains(&UNLINKED);
    let link = |teacher: u64, vk: serde_json::Value| {
        portal.control("POST", "link", Some(&json!({"teacher": teacher, "vkId": vk}))).status
    };
    assert_eq!((linked(), link(UNLINKED, json!(190000003))), (false, 200));
    assert_eq!((linked(), link(UNLINKED, json!(null))), (true, 200));
    assert_eq!((linked(), link(1, json!(190000003))), (false, 400));
}

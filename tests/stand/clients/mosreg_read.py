"""Reads the stand-in with other people's library and prints what it understood.

usage: mosreg_read.py BASE CLIENT SECRET CODE SCHOOL CLASS PERSON PARENT

BASE is the address of the stand-in. The library parses strictly, so every answer printed here has passed its types.
"""

import json
import sys

from school_mosreg_api.api import SchoolMosregRUAPI
from school_mosreg_api.exceptions import APIError


def plain(value):
    """Models and lists of them as plain data."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def reads(api, school, group, person, parent):
    """The calls a contingent connector needs, in the order it would make them."""
    return {
        "user": lambda: api.get_user(),
        "roles": lambda: api.get_user_roles(),
        "organizations": lambda: api.get_me_organizations(),
        "organization": lambda: api.get_organization(school),
        "context": lambda: api.get_context(),
        "schools": lambda: api.get_user_schools(),
        "person_schools": lambda: api.get_person_schools(excludeOrganizations=False),
        "school": lambda: api.get_school(school),
        "admins": lambda: api.get_school_membership(school, "Admins"),
        "staff": lambda: api.get_school_membership(school),
        "classes": lambda: api.get_school_eduGroups(school),
        "class": lambda: api.get_eduGroup(group),
        "parallel": lambda: api.get_parallel_eduGroups(group),
        "members": lambda: api.get_eduGroup_persons(group),
        "students": lambda: api.get_eduGroup_students(group),
        "person": lambda: api.get_person(person),
        "classes_of_person": lambda: api.get_person_eduGroups(person),
        "memberships_of_person": lambda: api.get_person_education(person),
        "memberships_of_me": lambda: api.get_user_school_memberships(),
        "education": lambda: api.get_user_education(),
        "found": lambda: api.search_person(lastName="Вымыслова", firstName="Анна"),
        "children_of_parent": lambda: api.get_person_childrens(parent),
        "my_children": lambda: api.get_my_childrens(),
        "relatives_of_my_children": lambda: api.get_my_children_relatives(),
        "relatives": lambda: api.get_user_relatives(),
    }


def refusal(call):
    """The class of the library's own exception."""
    try:
        call()
    except APIError as error:
        return f"{type(error).__name__} {error.status_code}"
    return "no refusal"


def main():
    base, client, secret, code, school, group, person, parent = sys.argv[1:]
    api = SchoolMosregRUAPI(token="none yet")
    api.API = f"{base}/v2.0/"
    unauthorized = refusal(api.get_user)
    token = api.get_token_with_code(code, client, secret, "AuthorizationCode", "")
    api.token = token.accessToken
    answers = {name: plain(call()) for name, call in reads(api, school, group, person, parent).items()}
    answers["refusals"] = {
        "wrong token": unauthorized,
        "no such class": refusal(lambda: api.get_eduGroup(1)),
        "not an id": refusal(lambda: api.get_eduGroup("x")),
        "nothing to search for": refusal(lambda: api.search_person()),
    }
    answers["token"] = {"expiresIn": token.expiresIn, "scope": token.scope, "user": token.user}
    json.dump(answers, sys.stdout, ensure_ascii=False, indent=2)


main()

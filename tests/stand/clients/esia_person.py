"""Goes from login to person with other people's library, and prints what it understood.

usage: esia_person.py auth BASE CLIENT REDIRECT CERTIFICATE KEY SCOPE
       esia_person.py person BASE CLIENT REDIRECT CERTIFICATE KEY SCOPE ESIA_KEY CODE STATE

BASE is the address of the stand-in, CERTIFICATE and KEY are files of the client, ESIA_KEY is the public key tokens are
checked with. `auth` prints the address a person's browser is to open; `person` redeems the code that came back.
"""

import json
import sys

from esia_connector.client import EsiaAuth, EsiaSettings
from esia_connector.exceptions import HttpError, IncorrectMarkerError


def auth(base, client, redirect, certificate, key, scope, check_key=None):
    return EsiaAuth(EsiaSettings(client, redirect, certificate, key, base, scope, check_key))


def refusal(call):
    """The library's own exception."""
    try:
        call()
    except (HttpError, IncorrectMarkerError) as error:
        return type(error).__name__
    return "no refusal"


def person(base, settings, check_key, code, state):
    signed = auth(base, *settings, check_key)
    connection = signed.complete_authorization(code, state)
    schema = "https://esia-portal1.test.gosuslugi.ru/rs/model/prn/Person-3"
    answers = {
        "oid": connection.oid,
        "person": connection.get_person_main_info(),
        "person_by_schema": connection.get_person_main_info(accept_schema=schema),
        "contacts": connection.get_person_contacts(),
        "addresses": connection.get_person_addresses(),
        "documents": connection.get_person_documents(),
    }
    foreign = auth(base, *settings, check_key)
    answers["refusals"] = {"code used twice": refusal(lambda: foreign.complete_authorization(code, state))}
    connection.token = "unknown"
    answers["refusals"]["unknown token"] = refusal(connection.get_person_main_info)
    return answers


def main():
    what, base, *rest = sys.argv[1:]
    if what == "auth":
        print(auth(base, *rest).get_auth_url())
        return
    settings, (check_key, code, state) = rest[:-3], rest[-3:]
    answers = person(base, settings, check_key, code, state)
    json.dump(answers, sys.stdout, ensure_ascii=False, indent=2)


main()

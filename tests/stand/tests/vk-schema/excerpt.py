"""Takes out of VK's schema what the tests of the stand-in need, and writes it here in the schema's own layout.

usage: excerpt.py GIT_DIR COMMIT

What is taken: the methods in METHODS with their parameters and answers, every definition these lead to inside of SECTIONS,
the answer to an error, and the sentences of the error codes in CODES. What is left out: descriptions, and definitions of other
sections (nothing of video, market, photos … is in the stand-in's answers).
"""

import json
import posixpath
import re
import subprocess
import sys
from pathlib import Path

SECTIONS = {"base", "calls", "groups", "messages", "users"}
METHODS = """
calls.forceFinish calls.start groups.getById groups.getMembers groups.getTokenPermissions groups.isMember
messages.addChatUser messages.addChatUsers messages.createChat messages.editChat messages.getByConversationMessageId
messages.getChatPreview messages.getConversationMembers messages.getConversations messages.getConversationsById
messages.getHistory messages.getInviteLink messages.isMessagesFromGroupAllowed messages.joinChatByInviteLink messages.pin
messages.removeChatUser messages.send messages.unpin users.get
""".split()
ERROR = "base/objects.json#/definitions/base_error"
# Rust's list of sentences is the list of codes.
CODES = re.compile(r"^    \((\d+), \"", re.M)

GIT_DIR, COMMIT = sys.argv[1:]
HERE = Path(__file__).parent
sources, taken = {}, {}


def source(name):
    if name not in sources:
        text = subprocess.check_output(["git", "-C", GIT_DIR, "show", f"{COMMIT}:{name}"])
        sources[name] = json.loads(text)
    return sources[name]


def follow(value, place):
    """Takes every definition that a value leads to."""
    if isinstance(value, list):
        for item in value:
            follow(item, place)
    elif isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            take(value["$ref"], place)
        for item in value.values():
            follow(item, place)


def take(reference, place):
    name, _, pointer = reference.partition("#")
    name = posixpath.normpath(posixpath.join(posixpath.dirname(place), name)) if name else place
    _, kind, key = pointer.split("/")
    if name.split("/")[0] in SECTIONS and key not in taken.setdefault(name, {}):
        taken[name][key] = source(name)[kind][key]
        follow(taken[name][key], name)


def bare(value):
    """Without descriptions. A property may bear that name: then it is an object."""
    if isinstance(value, list):
        return [bare(item) for item in value]
    if not isinstance(value, dict):
        return value
    words = ("description", "enumNames")
    return {key: bare(item) for key, item in value.items() if not (key in words and not isinstance(item, dict))}


def write(name, content):
    path = HERE / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main():
    for section in sorted({method.split(".")[0] for method in METHODS}):
        name = f"{section}/methods.json"
        methods = [method for method in source(name)["methods"] if method["name"] in METHODS]
        for method in methods:
            follow(method.get("parameters", []), name)
            follow(method["responses"], name)
            method.pop("errors", None)
        write(name, {"methods": bare(methods)})
    take(ERROR, "")
    for name, definitions in taken.items():
        write(name, {"definitions": {key: bare(definitions[key]) for key in sorted(definitions)}})
    codes = {int(code) for code in CODES.findall((HERE / "../../src/vk/error.rs").read_text())}
    errors = source("errors.json")["errors"]
    kept = {key: {"code": error["code"], "description": error["description"]} for key, error in errors.items()}
    write("errors.json", {"errors": {key: error for key, error in kept.items() if error["code"] in codes}})
    (HERE / "LICENSE").write_bytes(subprocess.check_output(["git", "-C", GIT_DIR, "show", f"{COMMIT}:LICENSE"]))


main()

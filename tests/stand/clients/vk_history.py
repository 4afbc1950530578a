"""Reads VK's stand-in with other people's library and prints what it understood.

usage: vk_history.py BASE TOKEN PEER

BASE is the address of the stand-in, which the library has no setting for: its session is sent there instead.
"""

import json
import sys

import requests
import vk_api
from requests.adapters import HTTPAdapter


class Elsewhere(HTTPAdapter):
    """Sends what is meant for VK to the stand-in."""

    def __init__(self, base):
        super().__init__()
        self.base = base

    def send(self, request, **more):
        request.url = self.base + request.path_url
        return super().send(request, **more)


def main():
    base, token, peer = sys.argv[1:]
    session = requests.Session()
    session.mount("https://", Elsewhere(base))
    vk = vk_api.VkApi(token=token, session=session, api_version="5.199")
    api = vk.get_api()
    tools = vk_api.VkTools(vk)
    try:
        api.calls.start()
        refusal = "no refusal"
    except vk_api.ApiError as error:
        refusal = f"{type(error).__name__} {error.code}"
    # The library pages by `execute` with scripts of its own, unless told to page by itself.
    messages = tools.get_all_slow_iter("messages.getHistory", 2, {"peer_id": peer}, limit=10)
    answers = {
        "permissions": [right["name"] for right in api.groups.getTokenPermissions()["permissions"]],
        "members": [member["member_id"] for member in api.messages.getConversationMembers(peer_id=peer)["items"]],
        "history": [message["text"] for message in messages],
        "refusal": refusal,
    }
    json.dump(answers, sys.stdout, ensure_ascii=False, indent=2)


main()

#!/usr/bin/env python3
"""Loopback stand-in for the few parts of an Ed-Fi API that `lightbeam send` touches, with faults.

POST /data/v3/ed-fi/students takes one record a request (as Ed-Fi does). GET /mode/NAME/ARG and GET /stats
set and tell faults; modes: ok, r503, r429, poison, lostack, drop. An Ed-Fi API upserts by studentUniqueId,
so a repeated row does not become a second person there: 'resent' counts repeats all the same.

usage: edfi_mock.py PORT
"""
import asyncio
import json
import sys

PORT = int(sys.argv[1])
BASE = f"http://127.0.0.1:{PORT}"
SEEN: dict[str, int] = {}
M = {"name": "ok", "arg": "0", "n": 0, "refused": 0}


def reply(status: str, obj) -> bytes:
    b = json.dumps(obj).encode()
    return f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(b)}\r\n\r\n".encode() + b


def get(path: str) -> bytes:
    if path == "/dependencies":
        return reply("200 OK", [{"resource": "/ed-fi/students", "order": 1, "operations": ["Create", "Update"]}])
    if path == "/count":
        return reply("200 OK", len(SEEN))
    if path == "/stats":
        out = {"distinct": len(SEEN), "resent": sum(SEEN.values()) - len(SEEN), "posts": M["n"], "refused": M["refused"]}
        SEEN.clear()
        return reply("200 OK", out)
    if path.startswith("/mode/"):
        _, _, M["name"], M["arg"] = path.split("/")
        M.update(n=0, refused=0)
        return reply("200 OK", "ok")
    return reply("200 OK", {"urls": {"oauth": BASE + "/oauth/token", "dependencies": BASE + "/dependencies",
                                     "openApiMetadata": BASE + "/openapi"}})


def post(path: str, body: bytes):
    if path.startswith("/oauth"):
        return reply("200 OK", {"access_token": "t", "expires_in": 3600, "token_type": "bearer"})
    M["n"] += 1
    sid = json.loads(body)["studentUniqueId"]
    name, arg = M["name"], M["arg"]
    hit = sid == arg if name == "poison" else name != "ok" and M["n"] % int(arg) == 0
    if not hit or name == "lostack":
        SEEN[sid] = SEEN.get(sid, 0) + 1
    if not hit:
        return reply("201 Created", {})
    M["refused"] += 1
    return {"r503": reply("503 Service Unavailable", {"message": "busy"}),
            "r429": reply("429 Too Many Requests", {"message": "slow down"}),
            "poison": reply("400 Bad Request", {"validationErrors": {"$.birthDate": ["bad date"]}}),
            "lostack": None, "drop": reply("201 Created", {})}[name]


async def serve(rd, wr):
    try:
        while True:
            head = await rd.readuntil(b"\r\n\r\n")
            method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
            low, n = head.lower(), 0
            if (i := low.find(b"content-length:")) >= 0:
                n = int(low[i + 15:low.find(b"\r\n", i)])
            body = await rd.readexactly(n)
            ans = get(path) if method == "GET" else post(path, body)
            if ans is None:
                break
            wr.write(ans)
            await wr.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        wr.close()


async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", PORT, limit=1 << 22) as srv:
        await srv.serve_forever()


asyncio.run(main())

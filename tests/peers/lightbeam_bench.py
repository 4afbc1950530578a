#!/usr/bin/env python3
"""lightbeam (the Ed-Fi sender) against edfi_mock.py: speed, then faults. One record a request.

usage: lightbeam_bench.py [--rows 10000] [--out FILE.json]
"""
import argparse
import http.client
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEERS = Path(os.environ.get("PEERS", HERE.parents[1] / "target/peers"))
LIMIT_S = 240


def tree_rss(pid):
    """Resident bytes of a process and its descendants."""
    kids, rss = {}, {}
    for p in os.listdir("/proc"):
        if p.isdigit():
            try:
                stat = open(f"/proc/{p}/stat").read().rsplit(")", 1)[1].split()
                kids.setdefault(int(stat[1]), []).append(int(p))
                rss[int(p)] = int(stat[21]) * 4096
            except OSError:
                pass
    todo, total = [pid], 0
    while todo:
        p = todo.pop()
        total += rss.get(p, 0)
        todo += kids.get(p, [])
    return total


def timed(cmd, env):
    """Runs a shell line: wall and processor seconds, peak memory, exit code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start, peak = time.perf_counter(), 0
    p = subprocess.Popen(["bash", "-c", cmd], env=env, start_new_session=True,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while p.poll() is None:
        peak = max(peak, tree_rss(p.pid))
        if time.perf_counter() - start > LIMIT_S:
            os.killpg(p.pid, signal.SIGKILL)
        time.sleep(0.02)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return {"wall": wall, "cpu": cpu, "rss_mb": peak / 2**20, "rc": p.returncode}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--rows", type=int, default=10_000)
    ap.add_argument("--out", default="")
    o = ap.parse_args()
    W = Path(tempfile.mkdtemp(prefix="lightbeam"))
    (W / "data").mkdir()
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    with open(W / "data/students.jsonl", "w") as f:
        for i in range(o.rows):
            f.write(json.dumps({"studentUniqueId": f"S{i:08d}", "firstName": "Alpha", "lastSurname": "Test",
                                "birthDate": f"201{i % 9}-0{i % 8 + 1}-1{i % 9}"}) + "\n")
    (W / "lb.yaml").write_text(
        f"state_dir: {W}/state\ndata_dir: {W}/data\nnamespace: ed-fi\n"
        f"edfi_api:\n  base_url: http://127.0.0.1:{port}\n  version: 3\n  mode: shared_instance\n"
        "  client_id: a\n  client_secret: b\n"
        "connection:\n  pool_size: 8\n  timeout: 60\n  num_retries: 10\n  backoff_factor: 1.5\n"
        "  retry_statuses: [429, 500, 502, 503, 504]\n  verify_ssl: false\n")
    mock = subprocess.Popen([sys.executable, str(HERE / "edfi_mock.py"), str(port)])
    time.sleep(0.5)
    env = dict(os.environ, NO_PROXY="127.0.0.1")
    cmd = f"{PEERS}/lightbeam/bin/lightbeam send -c {W}/lb.yaml --results-file {W}/results.json"

    def get(path):
        c = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        c.request("GET", path)
        return json.loads(c.getresponse().read())

    def fresh():
        shutil.rmtree(W / "state", ignore_errors=True)
        (W / "state").mkdir()
        get("/stats")

    out = {"rows": o.rows, "load_before": os.getloadavg()[0]}
    try:
        runs = []
        for _ in range(3):
            fresh()
            get("/mode/ok/0")
            r = timed(cmd, env)
            r["sink"] = get("/stats")
            runs.append(r)
        w = sorted(r["wall"] for r in runs)[1]
        out["speed"] = {"wall_s": round(w, 2), "rec_per_s": round(o.rows / w), "cpu_s": round(runs[-1]["cpu"], 2),
                        "peak_rss_mb": round(max(r["rss_mb"] for r in runs)), "sink": runs[-1]["sink"]}
        print("speed", out["speed"], flush=True)
        r = timed(cmd, env)  # nothing new: the state says all was sent
        out["rerun_nothing_new"] = {"wall_s": round(r["wall"], 2), "rc": r["rc"], "sink": get("/stats")}
        print("rerun, nothing new", out["rerun_nothing_new"], flush=True)
        for name, mode in (("503 every 10th", "r503/10"), ("429 every 10th", "r429/10"),
                           ("one bad row (400)", "poison/S00004321"), ("lost answer every 10th", "lostack/10"),
                           ("201 but dropped, every 10th", "drop/10"), ("kill -9 halfway, rerun", "ok/0")):
            fresh()
            get("/mode/" + mode)
            (W / "results.json").unlink(missing_ok=True)
            if name.startswith("kill"):
                p = subprocess.Popen(["bash", "-c", cmd], env=env, start_new_session=True,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                while p.poll() is None and get("/count") < o.rows // 2:
                    time.sleep(0.01)
                os.killpg(p.pid, signal.SIGKILL)
                p.wait()
            r = timed(cmd, env)
            st = get("/stats")
            row = {"rc": r["rc"], "seconds": round(r["wall"], 1), "missing": o.rows - st["distinct"],
                   "resent": st["resent"], "posts": st["posts"]}
            if name.startswith("one bad") and (W / "results.json").exists():
                row["bad_row_named_in_results_file"] = '"line_numbers"' in (W / "results.json").read_text()
            out[name] = row
            print(name, row, flush=True)
    finally:
        mock.terminate()
        mock.wait()
        shutil.rmtree(W, ignore_errors=True)
    if o.out:
        Path(o.out).write_text(json.dumps(out, indent=1) + "\n")


main()

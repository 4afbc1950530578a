#!/usr/bin/env python3
"""Writes the CSV file as the JSON lines that lightbeam reads: its own kind of source."""
import csv
import json
import os
from pathlib import Path

data = Path(os.environ["LIGHTBEAM_DIR"]) / "data"
data.mkdir(parents=True, exist_ok=True)
with open(os.environ["CSV"], newline="", encoding="utf-8") as rows, open(data / "students.jsonl", "w") as lines:
    lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in csv.DictReader(rows))

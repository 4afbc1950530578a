#!/usr/bin/env bash
# Installs peers, each into a folder of its own, with exact versions and by the ordinary clients of their registries.
#
# usage: setup.sh [faucet | dlt | singer | meltano | airbyte | lightbeam]…   (without names: all)
# env:   PEERS  where to (default: target/peers at the top of the repository)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
peers=${PEERS:-$here/../../target/peers}
mkdir -p "$peers"
peers=$(cd "$peers" && pwd)

# What is half made does not stay: it would be taken for a peer that is there.
unfinished=
trap '[ -z "$unfinished" ] || rm -rf "$unfinished"' EXIT

python_environment() {
  if [ ! -x "$peers/$1/bin/python" ]; then
    unfinished=$peers/$1
    python3 -m venv "$peers/$1"
  fi
  "$peers/$1/bin/pip" install --quiet --requirement "$here/requirements-$1.txt"
  unfinished=
}

# A project with two plugins of its own, which run the tap and the target of `singer`.
meltano_project() {
  local project=$peers/meltano_project
  mkdir -p "$project"
  for what in tap target; do
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$peers/singer/bin/python" "$here/singer_$what.py" > "$project/bench-$what"
    chmod +x "$project/bench-$what"
  done
  cat > "$project/meltano.yml" <<YAML
version: 1
default_environment: dev
environments: [{name: dev}]
send_anonymous_usage_stats: false
plugins:
  extractors:
  - {name: tap-bench-csv, namespace: tap_bench_csv, executable: $project/bench-tap, capabilities: [catalog, discover, state]}
  loaders:
  - {name: target-bench-http, namespace: target_bench_http, executable: $project/bench-target}
YAML
}

[ $# -gt 0 ] || set -- faucet dlt singer meltano airbyte lightbeam
for name; do
  case $name in
    # 1.0.1 is the newest that builds with rustc 1.95.
    faucet) cargo install faucet-cli --version 1.0.1 --locked --root "$peers/faucet" \
      --no-default-features --features source-csv,sink-http ;;
    meltano) python_environment singer; python_environment meltano; meltano_project ;;
    dlt | singer | airbyte | lightbeam) python_environment "$name" ;;
    *) echo "setup.sh: there is no peer \`$name\`" >&2; exit 2 ;;
  esac
done

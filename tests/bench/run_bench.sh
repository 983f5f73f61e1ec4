#!/bin/sh
# Measures prahari on large captures of one protocol, made from a small one.
#
#   run_bench.sh PROGRAM TOOLS_DIR [WORK_DIR]
#
# TOOLS_DIR holds bare_loop, multiply and measure (BUILD/tests/bench). WORK_DIR keeps the large captures for
# the next time (default: build/bench beside the sources; about 400 MB, of opcua 1 GB).
# PRAHARI_BENCH_PACKETS (3000000), PRAHARI_BENCH_FLOWS (4096), PRAHARI_BENCH_RUNS (2).
# PRAHARI_BENCH_PROTOCOL (modbus; enip, opcua) and PRAHARI_BENCH_SOURCE, an Ethernet capture in classic
# pcap with long flows of it (default: the clean part of pcaps/plant-demo.pcap; for opcua, whose flows are
# short there, pcaps/bench-opcua.pcap.gz).
set -eu

if [ $# -lt 2 ]; then
  echo "usage: $0 PROGRAM TOOLS_DIR [WORK_DIR]" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
program=$1
tools=$2
work=${3:-$project/build/bench}
packets=${PRAHARI_BENCH_PACKETS:-3000000}
flows=${PRAHARI_BENCH_FLOWS:-4096}
protocol=${PRAHARI_BENCH_PROTOCOL:-modbus}
plant=$project/pcaps/plant-demo.pcap
if [ "$protocol" = opcua ]; then
  plant=$project/pcaps/bench-opcua.pcap.gz
fi
source=${PRAHARI_BENCH_SOURCE:-$plant}

# Where the protocol is at home, and how many times the bare loop's CPU time analyze may take.
case $protocol in
  modbus) services="tcp/502" aim=5 ;;
  enip) services="tcp/44818 udp/2222" aim=8 ;;
  opcua) services="tcp/4840" aim=10 ;;
  *)
    echo "$protocol: modbus, enip or opcua can be measured" >&2
    exit 2
    ;;
esac

for needed in "$program" "$tools/bare_loop" "$tools/multiply" "$tools/measure"; do
  if [ ! -e "$needed" ]; then
    echo "$needed: not there; build it first (./prahari-dev build)" >&2
    exit 4
  fi
done
if [ ! -e "$source" ]; then
  echo "$source: not there; PRAHARI_BENCH_SOURCE names the capture that is multiplied" >&2
  exit 4
fi
mkdir -p "$work"

# The ordinary morning of the plant: its incident, multiplied, would be thousands of incidents. The
# capture for opcua has none.
if [ -z "${PRAHARI_BENCH_SOURCE:-}" ] && [ "$protocol" = opcua ]; then
  long=$work/bench-opcua.pcap
  if [ ! -e "$long" ] || [ "$source" -nt "$long" ]; then
    gzip -dc "$source" > "$long.part"
    mv "$long.part" "$long"
  fi
  source=$long
elif [ -z "${PRAHARI_BENCH_SOURCE:-}" ]; then
  clean=$work/plant-clean.pcap
  if [ ! -e "$clean" ] || [ "$source" -nt "$clean" ]; then
    python3 - "$project/pcaps" "$clean" <<'PYTHON'
import json, pathlib, struct, sys
pcaps = pathlib.Path(sys.argv[1])
frames = json.loads((pcaps / "plant-demo.truth.json").read_text())["clean_until_frame"]
data = (pcaps / "plant-demo.pcap").read_bytes()
at = 24
for _ in range(frames):
    at += 16 + struct.unpack_from("<I", data, at + 8)[0]
pathlib.Path(sys.argv[2]).write_bytes(data[:at])
PYTHON
  fi
  source=$clean
fi

# The same zones for each protocol; only of Modbus some permissions are narrow.
site=$here/bench-site.toml
if [ "$protocol" != modbus ]; then
  site=$work/bench-site-$protocol.toml
  sed "s/^allow = .*/allow = [\"$protocol:*\"]/" "$here/bench-site.toml" > "$site"
fi
# The plant has one server that offers no security; thousands of it would be thousands of alerts.
if [ "$protocol" = opcua ]; then
  for kind in opcua-insecure-session opcua-certificate; do
    printf '\n[[ignore]]\nkind = "%s"\nreason = "one server of the plant, multiplied"\n' "$kind" >> "$site"
  done
fi

# One capture for speed, and one with 65,536 flows at once for memory.
make_capture() { # PACKETS FLOWS; the name says what is in it
  made=$work/$protocol-$1-$2.pcap
  if [ ! -e "$made" ] || [ "$source" -nt "$made" ] || [ "$tools/multiply" -nt "$made" ]; then
    # shellcheck disable=SC2086
    "$tools/multiply" "$source" "$made.part" "$1" "$2" $services
    mv "$made.part" "$made"
  fi
}
make_capture "$packets" "$flows"
main_capture=$made
make_capture $((packets / 3 + 1)) 65536
wide_capture=$made

exec python3 "$here/bench.py" --prahari "$program" --tools "$tools" \
  --protocol "$protocol" --aim "$aim" --site "$site" --work "$work" --runs "${PRAHARI_BENCH_RUNS:-2}" \
  "$main_capture" "$wide_capture"

#!/bin/sh
# A clean Debian 12, a fresh clone, and the two commands of the README: is that enough?
#
#   tests/acceptance/clean_debian.sh [FOLDER]
#
# Makes a Debian root in FOLDER (default: a new one under /var/tmp) with debootstrap, clones HEAD of
# this repository into it and runs there, as root without sudo, `./prahari-dev demo` and
# `./prahari-dev test`; before, as a user who is not root, what ./prahari-dev says then. Nothing of
# the machine reaches the root but its packages mirror ($MIRROR). The root is deleted at the end.
# Needs root, debootstrap, 2 GB of disk and the mirror. With BASE=FILE.tar the fresh root is kept
# there, and taken from there the next time.
set -eu
project=$(cd "$(dirname "$0")/../.." && pwd)
MIRROR=${MIRROR:-http://deb.debian.org/debian}
SECURITY=${SECURITY:-http://deb.debian.org/debian-security}

[ "$(id -u)" -eq 0 ] || { echo "clean_debian.sh: needs root, to make a Debian root" >&2; exit 4; }
command -v debootstrap >/dev/null || { echo "clean_debian.sh: apt-get install debootstrap" >&2; exit 4; }

# A mount namespace of its own: whatever is mounted below ends with the script.
[ -n "${PRAHARI_OWN_MOUNTS:-}" ] ||
  PRAHARI_OWN_MOUNTS=1 exec unshare --mount --propagation private "$0" "$@"

root=${1:-$(mktemp -d /var/tmp/prahari-clean.XXXXXX)}
mkdir -p "$root"
[ -z "$(ls -A "$root")" ] || { echo "clean_debian.sh: $root is not empty" >&2; exit 2; }

cleanup() {
  umount -R "$root/proc" "$root/dev/pts" 2>/dev/null || true
  umount -R "$root/run/netns" 2>/dev/null || true
  umount -R "$root" 2>/dev/null || true
  [ "${KEEP:-}" = 1 ] || rm -rf --one-file-system "$root"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

began=$(date +%s)
said() { printf 'clean_debian: %s (%s s since the start)\n' "$1" "$(($(date +%s) - began))"; }

chmod 755 "$root"
mount --bind "$root" "$root"  # a mount of its own, as / is; network namespaces ask for that
if [ -n "${BASE:-}" ] && [ -s "$BASE" ]; then
  tar -xf "$BASE" -C "$root"
else
  debootstrap --variant=minbase --include=ca-certificates bookworm "$root" "$MIRROR" >"$root.log" 2>&1 ||
    { tail -5 "$root.log" >&2; exit 4; }
  rm -f "$root.log"
  [ -z "${BASE:-}" ] || tar -cf "$BASE" -C "$root" .
fi
cat >"$root/etc/apt/sources.list" <<LIST
deb $MIRROR bookworm main
deb $MIRROR bookworm-updates main
deb $SECURITY bookworm-security main
LIST
mount -t proc proc "$root/proc"
mount -t devpts devpts "$root/dev/pts"
cp /etc/resolv.conf "$root/etc/resolv.conf"
said "a clean Debian $(cat "$root/etc/debian_version") with $(chroot "$root" dpkg-query -W | wc -l) packages"

# The clone is made outside, since a clean Debian has no git; it holds HEAD and nothing else.
git clone -q --no-hardlinks "$project" "$root/root/prahari"
cp -a "$root/root/prahari" "$root/home/prahari"
chown -R 1000:1000 "$root/home/prahari"

# A command inside, with the environment of a fresh login and nothing of ours.
inside() { chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb "$@"; }

status=0
words=$(inside setpriv --reuid=1000 --regid=1000 --clear-groups sh -c 'cd /home/prahari && ./prahari-dev demo' 2>&1) || status=$?
printf '%s\n' "$words" | sed 's/^/    user: /'
[ "$status" -ne 0 ] || { echo "clean_debian: a user without root and sudo got no error" >&2; exit 1; }
printf '%s\n' "$words" | grep -q 'apt-get install' ||
  { echo "clean_debian: the user is not told what root must install" >&2; exit 1; }
said "a user without root and sudo is told what to do"

for verb in demo test; do
  inside sh -c "cd /root/prahari && ./prahari-dev $verb" || { echo "clean_debian: $verb failed" >&2; exit 1; }
  said "./prahari-dev $verb"
done
[ -s "$root/root/prahari/prahari-out/report.html" ] || { echo "clean_debian: no report" >&2; exit 1; }
said "done, $(chroot "$root" dpkg-query -W | wc -l) packages"

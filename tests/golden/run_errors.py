#!/usr/bin/env python3
"""Mistakes that a new user makes, and what the program says: one line, the right exit status.

    run_errors.py PROGRAM PROJECT
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

failures = []


def run(program, *arguments, **more):
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=120, **more)


def expect(name, done, status, *words, lines=1):
    said = done.stderr.strip()
    problems = []
    if done.returncode != status:
        problems.append(f"exit {done.returncode}, expected {status}")
    if lines is not None and len(said.splitlines()) != lines:
        problems.append(f"{len(said.splitlines())} lines, expected {lines}")
    problems += [f"does not say {word!r}" for word in words if word not in said + done.stdout]
    if problems:
        failures.append(f"{name}: {'; '.join(problems)}\n    {said[:500]}")


def without_root(program):
    """A command prefix that runs as nobody, or None when we are nobody special already."""
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []


def for_nobody(program, project, folder):
    """A copy of the program, with the data and the capture that it reads, where everybody may look."""
    for floor in ("dissectors", "inventory", "rules", "alerts"):
        shutil.copytree(project / floor / "data", folder / "data" / floor)
    shutil.copyfile(project / "pcaps" / "plant-demo.pcap", folder / "plant.pcap")
    subprocess.run(["chmod", "-R", "a+rX", folder / "data", folder / "plant.pcap"], check=True)
    return shutil.copy(program, folder / "prahari")


def main():
    program, project = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    plant = project / "pcaps" / "plant-demo.pcap"
    with tempfile.TemporaryDirectory() as base:
        os.chmod(base, 0o755)
        here = pathlib.Path(base)
        out = here / "out"
        text = here / "notes.txt"
        text.write_text("hello, this is no capture\n" * 10)
        empty = here / "empty.pcap"
        empty.write_bytes(b"")
        cut = here / "cut.pcap"
        cut.write_bytes(plant.read_bytes()[:5000])
        header = here / "header.pcap"
        header.write_bytes(plant.read_bytes()[:10])

        for command in (["dissect"], ["analyze", "--out", out]):
            kind = command[0]
            expect(f"{kind}: no such file", run(program, *command, here / "nothing.pcap"), 3, "nothing.pcap", "no such file")
            expect(f"{kind}: directory", run(program, *command, here), 3, "directory")
            expect(f"{kind}: text file", run(program, *command, text), 3, "notes.txt", "not a capture")
            expect(f"{kind}: empty file", run(program, *command, empty), 3, "empty.pcap", "empty")
            expect(f"{kind}: cut in the header", run(program, *command, header), 3, "header")
            expect(f"{kind}: cut short", run(program, *command, cut), 0, "cut short after packet")
            expect(f"{kind}: no capture named", run(program, *command), 2, "CAPTURE")
        expect("unknown command", run(program, "analyse"), 2, "analyse")
        expect("unknown command with --help", run(program, "analyse", "--help"), 2, "no command analyse", "analyze")
        expect("unknown command of a group", run(program, "assets", "sell"), 2, "no command assets sell", "list, show, export")
        expect("the same with --help", run(program, "assets", "sell", "--help"), 2, "no command assets sell")
        expect("help of a group", run(program, "audit", "--help"), 0, "who changed what: log", lines=0)
        expect("unknown option", run(program, "analyze", "--wokers", "2", plant), 2, "--wokers")
        expect("bad number", run(program, "analyze", "--workers", "many", "--out", out, plant), 2, "--workers", "many")
        expect("unknown protocol", run(program, "dissect", "--protocol", "modbux", plant), 2, "modbux", "modbus")
        expect("unknown kind", run(program, "alerts", "list", "--kind", "nonsuch"), 2, "nonsuch", "program-download")
        expect("unknown kind to export", run(program, "alerts", "export", "--kind", "nonsuch"), 2, "nonsuch", "scan")
        expect("no folder to open", run(program, "analyze", "--state", here, plant), 2, "--state")
        head = run(program, "dissect", "--format", "tsv", cut).stdout.splitlines()[0].split("\t")
        if len(head) != len(set(head)):
            failures.append(f"tsv of every protocol: {len(head) - len(set(head))} columns stand there twice")
        expect("unknown field", run(program, "dissect", "--fields", "frame,adr", plant), 2, "adr")

        site = here / "site.toml"
        site.write_text('[site]\nname = "x"\n[[zone]]\nname = "a"\nlevel = 9\nmembers = ["10.0.0.0/40"]\n'
                        '[[conduit]]\nfrom = "a"\nto = "b"\nallow = ["modbus:reed"]\n')
        done = run(program, "policy", "check", site)
        expect("three mistakes and more", done, 3, "site.toml:5", "site.toml:6", "site.toml:9", "reed", lines=None)
        expect("analyze with that site", run(program, "analyze", "--site", site, "--out", out, plant), 3, "site.toml:5", lines=None)
        expect("no such site file", run(program, "analyze", "--site", here / "no.toml", "--out", out, plant), 3, "no.toml")

        other = here / "precious"
        other.mkdir()
        (other / "thesis.txt").write_text("do not lose")
        expect("a folder that is not ours", run(program, "analyze", "--out", other, plant), 2, "precious")
        if not (other / "thesis.txt").is_file():
            failures.append("a folder that is not ours: its file is gone")
        expect("state without a database", run(program, "assets", "list", "--state", other), 3, "precious")

        prefix = without_root(program)
        if prefix is not None and subprocess.run([*prefix, "true"], capture_output=True).returncode == 0:
            # The project may lie where only root can go, as in /root.
            own = for_nobody(program, project, here)
            environment = os.environ | {"PRAHARI_DATA": str(here / "data")}
            secret = here / "secret.pcap"
            secret.write_bytes(plant.read_bytes()[:5000])
            secret.chmod(0)
            done = subprocess.run([*prefix, own, "dissect", secret], capture_output=True, text=True, env=environment)
            if "cannot execute" not in done.stderr and done.returncode != 126:
                expect("no permission to read", done, 4, "secret.pcap", "ermission")
                locked = here / "locked"
                locked.mkdir(mode=0o755)
                done = subprocess.run([*prefix, own, "analyze", "--out", locked / "out", here / "plant.pcap"],
                                      capture_output=True, text=True, cwd="/", env=environment)
                expect("unwritable folder", done, 4, "locked")
        else:
            print("skipped: cannot give up root here, so missing permissions are not tried")

        disk = here / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True).returncode == 0:
            try:
                expect("full disk", run(program, "analyze", "--out", disk / "out", plant), 4, "No space left")
            finally:
                subprocess.run(["umount", disk], check=True)
        else:
            print("skipped: cannot mount a small tmpfs here, so the full disk is not tried")

        process = subprocess.Popen([program, "analyze", "--out", out, "-"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=False)
        data = plant.read_bytes()
        process.stdin.write(data[: len(data) // 2])
        process.stdin.flush()
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        try:
            process.stdin.write(data[len(data) // 2 :])
        except BrokenPipeError:
            pass
        _, said = process.communicate(timeout=60)
        if process.returncode != 0 or not (out / "summary.json").is_file():
            failures.append(f"Ctrl-C in the middle: exit {process.returncode}, {said.decode()[:300]}")
    print("\n".join(failures))
    print(f"{len(failures)} mistakes answered badly")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

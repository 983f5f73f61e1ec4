#!/usr/bin/env python3
"""A sensor that is killed with -9 has kept what it reported; started again it goes on with it; a
full disk is said and does not stop it.

    run_killed.py PROGRAM PROJECT

Skipped (77) where namespaces or raw sockets are not allowed.
"""
import json
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import driver
import mirror

PATIENCE = 40  # seconds until what was seen has to be on disk


def rows(program, command, state):
    done = subprocess.run([program, *command.split(), "--state", state, "--format", "json"], capture_output=True)
    return json.loads(done.stdout) if done.returncode == 0 else []


def lines(state):
    """alerts.jsonl as far as it is there; each line has to be a whole object."""
    path = state / "alerts.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []


def wait_for(what):
    until = time.monotonic() + PATIENCE
    while not (found := what()) and time.monotonic() < until:
        time.sleep(0.5)
    return found


def operations(alerts):
    return {(a["source"]["ip"], a["operation"]["class"]) for a in alerts if a["operation"]}


def attack(program, plant, site, folder):
    """Frames of the plant capture with some of its attack, and who did there what no conduit allows."""
    part = folder / "attack.pcap"
    subprocess.run([program, "analyze", "-q", "--site", site, "--out", folder / "whole", plant], check=True)
    frames = [f for alert in lines(folder / "whole") if alert["kind"] == "conduit-violation"
              for f in alert["evidence"]["frames"] if isinstance(f, int)]
    first, last = min(frames) - 300, min(frames) + 3000
    mirror.cut(plant, part, first, last)
    subprocess.run([program, "analyze", "-q", "--site", site, "--out", folder / "part", part], check=True)
    # Scans depend on the pace of the player, and a try that nobody answered is told when it ends;
    # an operation that no conduit allows is told at once.
    return first, last, operations(a for a in lines(folder / "part") if a["kind"] == "conduit-violation")


def be_killed_between(state):
    """As if the sensor had been killed in the middle of a line, and before the database had all that
    the file tells. How many alerts only the file has, and two alerts that had to be brought back."""
    text = (state / "alerts.jsonl").read_text().splitlines(keepends=True)
    database = sqlite3.connect(state / "prahari.db")
    stored = [row[0] for row in database.execute("SELECT id FROM alerts ORDER BY last_seen")]
    only_told, half_told = stored[0], stored[-1]
    with database:
        database.execute("DELETE FROM alerts WHERE id = ?", (only_told,))
    database.close()
    whole = [line for line in text if json.loads(line)["id"] != half_told]
    half = next(line for line in text if json.loads(line)["id"] == half_told)
    (state / "alerts.jsonl").write_text("".join(whole) + half[:200])
    told = {json.loads(line)["id"] for line in whole}
    return len(told - set(stored)) + 1, (only_told, half_told)


def kill_and_resume(program, plant, site, port, folder, report):
    state = folder / "state"
    first, last, wanted = attack(program, plant, site, folder)
    sensor = port.sensor(program, state, "--site", site)
    port.play(plant, first, last)

    def told():
        return wanted and operations(lines(state)) >= wanted
    report.check("every alert is in alerts.jsonl while the sensor runs", [] if wait_for(told) else [str(lines(state))])
    seen = wait_for(lambda: "10.20.110.77" in {a["ADDRESS"] for a in rows(program, "assets list", state)})
    report.check("the assets are in prahari.db while the sensor runs",
                 [] if seen else [str(rows(program, "assets list", state))])
    wait_for(lambda: len(rows(program, "alerts list", state)) > 1)
    # ip netns exec becomes the program, so this is the sensor itself.
    sensor.kill()
    sensor.communicate()
    before = {a["id"] for a in lines(state)}
    report.check("there are alerts at all", [] if len(before) > 2 else [str(before)])
    only_told, gone = be_killed_between(state)

    sensor = port.sensor(program, state, "--site", site)
    port.play(plant, 1, 500)
    time.sleep(1)
    sensor.send_signal(signal.SIGINT)
    _, said = sensor.communicate(timeout=60)
    report.check("the sensor goes on with the folder", [] if sensor.returncode == 0 else [said])
    report.check("and says that the last run was cut off", [] if "cut off" in sensor.greeting else [sensor.greeting])
    after = {a["ID"] for a in rows(program, "alerts list", state)}
    report.check("it says that alerts were in one of the two only",
                 [] if f"{only_told} alerts of alerts.jsonl were added to prahari.db, 1 the other way"
                 in sensor.greeting and "half a line" in sensor.greeting else [sensor.greeting])
    report.check("every reported alert survives kill -9", sorted(before - after))
    told = {a["id"] for a in lines(state)}
    report.check("in alerts.jsonl as well", sorted(before - told))
    for alert in gone:
        shown = subprocess.run([program, "alerts", "show", alert, "--state", state], capture_output=True, text=True)
        report.check("alerts show tells of one",
                     [] if shown.returncode == 0 and alert in shown.stdout else [shown.stderr])
    report.check("nor the packets behind them", [] if (state / "spool-before.pcap").is_file() else ["no spool-before.pcap"])
    report.check("it completes the folder", [] if (state / "report.html").is_file() else ["no report.html"])
    replaced = subprocess.run([program, "analyze", "-q", "--out", state, plant], capture_output=True, text=True)
    report.check("analyze does not replace it", [] if replaced.returncode == 2 and after == {
        a["ID"] for a in rows(program, "alerts list", state)} else [replaced.stderr])


def full_disk(program, plant, site, port, folder, report):
    disk = folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True).returncode != 0:
        print("skipped: cannot mount a small tmpfs here, so the full disk is not tried")
        return
    try:
        first, last, _ = attack(program, plant, site, folder)
        sensor = port.sensor(program, disk / "state", "--site", site)
        (disk / "filler").write_bytes(b"")
        with open(disk / "filler", "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(4096))
            except OSError:
                pass
        port.play(plant, first, last)
        time.sleep(4)
        report.check("a full disk does not end the sensor", [] if sensor.poll() is None else [str(sensor.poll())])
        (disk / "filler").unlink()
        time.sleep(4)
        sensor.send_signal(signal.SIGINT)
        _, said = sensor.communicate(timeout=60)
        report.check("a full disk is said", [] if "No space left" in said or "disk is full" in said else [said])
        report.check("each trouble once", [] if said.count("alerts.jsonl: cannot write") <= 1 else [said])
        report.check("it is counted at the end", [] if "the disk failed" in said else [said])
        report.check("with room again the alerts are kept",
                     [] if rows(program, "alerts list", disk / "state") else [said])
    finally:
        subprocess.run(["umount", disk], check=True)


def main():
    program, project = driver.arguments()
    plant, site = project / "pcaps" / "plant-demo.pcap", project / "pcaps" / "plant-demo.toml"
    report = driver.Report()
    try:
        with mirror.Mirror() as port, tempfile.TemporaryDirectory() as folder:
            kill_and_resume(program, plant, site, port, pathlib.Path(folder), report)
            full_disk(program, plant, site, port, pathlib.Path(folder), report)
    except mirror.Skipped as reason:
        print(f"skipped: {reason}")
        return driver.SKIPPED
    report.finish()


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""How a baseline comes into force: learned, proposed, approved by a second person, replaced,
reverted, signed, taken over elsewhere; and every change of it in the audit record.

    run_baseline.py PROGRAM PROJECT

Persons are operating-system accounts: as root the caller of sudo, which this test plays. Where it
does not run as root, what needs two persons says that it was skipped.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import driver  # noqa: E402


class Shell:
    """The program in one state folder, as one person or another."""

    def __init__(self, program, state):
        self.program, self.state = program, state

    def run(self, *words, who=None, state=None):
        environment = {**os.environ, **({"SUDO_USER": who} if who else {})}
        done = subprocess.run([str(self.program), *words, "--state", str(state or self.state)],
                              capture_output=True, timeout=120, env=environment)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def rows(self, *words, **more):
        status, out, err = self.run(*words, "--format", "json", **more)
        assert status == 0, err
        return json.loads(out)


def expect(report, what, got, status, words=""):
    code, out, err = got
    problems = [] if code == status else [f"exit {code}, wanted {status}: {err.strip()}"]
    if words and words not in out + err:
        problems.append(f"no {words!r} in {(out + err).strip()!r}")
    report.check(what, problems)


def same(report, what, got, wanted):
    report.check(what, [] if got == wanted else [f"{got!r}, wanted {wanted!r}"])


def analysed(program, project, out, site):
    subprocess.run([str(program), "analyze", "--quiet", "--learn", "--site", str(site), "--out",
                    str(out), str(project / "pcaps" / "plant-demo.pcap")], check=True, timeout=300)


def site_with(project, folder, approval):
    site = folder / "site.toml"
    site.write_text((project / "pcaps" / "plant-demo.toml").read_text() + "\n" + approval)
    return site


def key_pair(folder, name):
    """A private key's file and the public key in words."""
    private = folder / name
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(private)], check=True,
                   capture_output=True)
    public = subprocess.run(["openssl", "pkey", "-in", str(private), "-pubout"], check=True,
                            capture_output=True).stdout.decode()
    return private, "".join(public.splitlines()[1:-1])


def two_persons(report, shell):
    expect(report, "propose", shell.run("baseline", "propose", "--why", "two weeks", who="asha"), 0,
           "revision 1 of running is proposed")
    expect(report, "the proposer may not approve",
           shell.run("baseline", "approve", "1", "--why", "fine", who="asha"), 2, "another account")
    expect(report, "a reason is needed", shell.run("baseline", "approve", "1", who="ravi"), 2, "--why")
    expect(report, "a second person may",
           shell.run("baseline", "approve", "1", "--why", "read it", "--ticket", "CHG-1", who="ravi"),
           0, "approved by ravi")
    expect(report, "only once", shell.run("baseline", "approve", "1", "--why", "x", who="ravi"), 2,
           "approved already")
    same(report, "nothing differs from what was learned", shell.rows("baseline", "diff"), [])


def replaced_and_reverted(report, shell):
    learned = shell.state / "baseline.json"
    whole = learned.read_text()
    lines = whole.splitlines()
    writes = [i for i, line in enumerate(lines) if '"times"' in line and '"table"' in line]
    assert writes, "the demo plant writes something"
    less = [line for i, line in enumerate(lines) if i != writes[0]]
    if lines[writes[0] + 1].strip().startswith("]"):
        less[writes[0] - 1] = less[writes[0] - 1].rstrip(",")
    learned.write_text("\n".join(less) + "\n")
    shell.run("baseline", "propose", "--why", "without a write", who="asha")
    expect(report, "a revision replaces the former",
           shell.run("baseline", "approve", "2", "--why", "x", who="ravi"), 0)
    same(report, "status of each", [row["STATUS"] for row in shell.rows("baseline", "list")],
         ["approved", "replaced"])
    difference = shell.rows("baseline", "diff", "1", "2")
    same(report, "diff names the one write that is gone",
         [(row["CHANGE"], row["LIST"]) for row in difference], [("-", "writes")])
    expect(report, "revert proposes anew",
           shell.run("baseline", "revert", "1", "--why", "the write is back", who="asha"), 0,
           "revision 3 of running is proposed")
    expect(report, "a rejected one stays out",
           shell.run("baseline", "reject", "3", "--why", "not yet", who="ravi"), 0, "rejected by ravi")
    same(report, "what is in force", shell.rows("baseline", "diff", "2", "running"), [])
    learned.write_text(whole)


def audited(report, shell):
    rows = [row for row in shell.rows("audit", "log") if row["ACTION"].startswith("baseline")]
    same(report, "every change is in the record", [(row["ACTION"], row["WHO"]) for row in rows],
         [("baseline propose", "asha"), ("baseline approve", "ravi"), ("baseline propose", "asha"),
          ("baseline approve", "ravi"), ("baseline propose", "asha"), ("baseline reject", "ravi")])
    report.check("with reason and ticket",
                 [] if any("read it (CHG-1)" in row["NEW"] for row in rows) else [rows])


def one_zone(report, shell):
    zones = {row["ZONE"] for row in shell.rows("baseline", "status")}
    zone = sorted(zones)[0]
    expect(report, "lock one zone",
           shell.run("baseline", "propose", "--zone", zone, "--name", "cleaning", "--why", "x"), 0)
    number = shell.rows("baseline", "list")[0]["REVISION"]
    shell.run("baseline", "approve", number, "--why", "x")
    states = {row["ZONE"]: row["STATE"] for row in shell.rows("baseline", "status")
              if row["BASELINE"] == "cleaning"}
    same(report, "the others go on learning", {z for z, s in states.items() if s == "locked"}, {zone})
    expect(report, "a zone that is not there", shell.run("baseline", "propose", "--zone", "nowhere"), 2,
           "nothing was learned of nowhere")


def signed(report, program, project, folder):
    good, good_words = key_pair(folder, "good.pem")
    bad, _ = key_pair(folder, "bad.pem")
    site = site_with(project, folder, f'[approval]\nfour_eyes = false\nsigned_imports = true\n'
                                      f'keys = ["{good_words}"]\n')
    state = folder / "signed"
    analysed(program, project, state, site)
    shell = Shell(program, state)
    one_zone(report, shell)
    file = {name: folder / f"{name}.json" for name in ("plain", "good", "bad", "changed", "deep")}
    shell.run("baseline", "export", "learned", "--out", str(file["plain"]))
    shell.run("baseline", "export", "learned", "--key", str(good), "--out", str(file["good"]))
    shell.run("baseline", "export", "learned", "--key", str(bad), "--out", str(file["bad"]))
    text = file["good"].read_text()
    changed = text.replace('"class":"read"', '"class":"write"', 1)
    assert changed != text
    file["changed"].write_text(changed)
    file["deep"].write_text("[" * 100_000)
    expect(report, "signed by a key of the site", shell.run("baseline", "import", str(file["good"])), 0,
           "is proposed")
    expect(report, "not signed", shell.run("baseline", "import", str(file["plain"])), 3, "not signed")
    expect(report, "not signed, by propose",
           shell.run("baseline", "propose", str(file["plain"])), 3, "not signed")
    expect(report, "signed by another key", shell.run("baseline", "import", str(file["bad"])), 3,
           "none of the keys")
    expect(report, "changed after it was signed",
           shell.run("baseline", "import", str(file["changed"])), 3, "does not fit")
    expect(report, "no baseline at all", shell.run("baseline", "import", str(file["deep"])), 3)
    expect(report, "a public key where a private one is wanted",
           shell.run("baseline", "export", "learned", "--key", str(file["plain"])), 3, "openssl genpkey")
    same(report, "who signed is in the list",
         shell.rows("baseline", "list")[0]["SIGNED BY"].startswith("SHA256:"), True)
    once = file["plain"].read_bytes()
    shell.run("baseline", "import", str(file["good"]))
    number = shell.rows("baseline", "list")[0]["REVISION"]
    again = shell.run("baseline", "export", number)[1].encode()
    same(report, "an import exported again is the same", again == once, True)
    with_baseline = folder / "with-baseline"
    done = subprocess.run([str(program), "analyze", "--quiet", "--site", str(site), "--baseline",
                           str(file["good"]), "--out", str(with_baseline),
                           str(project / "pcaps" / "plant-demo.pcap")], timeout=300)
    same(report, "analyze takes a signed file", done.returncode, 0)


def main():
    program, project = driver.arguments()
    report = driver.Report()
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        state = folder / "state"
        analysed(program, project, state, site_with(project, folder, ""))
        shell = Shell(program, state)
        expect(report, "status", shell.run("baseline", "status"), 0, "learning")
        expect(report, "no such revision", shell.run("baseline", "show", "7"), 2, "no revision 7")
        if os.geteuid() == 0:
            two_persons(report, shell)
            replaced_and_reverted(report, shell)
            audited(report, shell)
        else:
            print("skipped: what needs two persons, since this is not run by root")
        if shutil.which("openssl"):
            signed(report, program, project, folder)
        else:
            print("skipped: signatures, since there is no openssl to make keys")
        expect(report, "a folder without anything", shell.run("baseline", "status", state=folder), 3,
               "no prahari.db")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())

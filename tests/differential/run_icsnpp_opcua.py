#!/usr/bin/env python3
"""`dissect` against the logs that the ICSNPP parser for Zeek has beside captures of ../shared.

    run_icsnpp_opcua.py PROGRAM PROJECT

In the fields that both have they are equal: connection messages, each request with its response
(sizes, sequence numbers, types, handles), endpoints offered, users, and the nodes that
are browsed, read, written and monitored. ICSNPP writes passwords; we never do, which is looked at
too. Skipped (77) without ../shared.
"""
import collections
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import driver  # noqa: E402

TOKENS = {"0": "anonymous", "1": "user name", "2": "certificate", "3": "issued token"}
MODES = {"1": "None", "2": "Sign", "3": "SignAndEncrypt"}


def rows(folder, log):
    path = folder / f"opcua_binary{log}.log"
    if not path.exists():
        return []
    return [line.split("\t") for line in path.read_text(errors="replace").splitlines()
            if line and not line.startswith("#")]


def node(encoding, ns, numeric, text, guid, opaque):
    """A NodeId from ICSNPP's columns as we write it."""
    prefix = "" if ns in ("-", "0") else f"ns={ns};"
    if numeric != "-":
        return f"{prefix}i={numeric}"
    return f"{prefix}s={text}" if text != "-" else f"{prefix}g={guid}" if guid != "-" else opaque


def wanted_messages(folder):
    out = collections.Counter()
    for r in rows(folder, ""):
        ports, kind = (r[3], r[5]), r[6]
        if kind in ("HEL", "ACK"):
            out[(*ports, kind, int(r[8]), r[12], r[13], r[16].replace("-", "") or None)] += 1
            continue
        if r[25] != "-":  # a request, and behind it its response
            out[(*ports, kind, int(r[25]), int(r[24]), int(r[29]), int(r[38]))] += 1
        if r[44] != "-":
            out[(*ports, kind, int(r[44]), int(r[45]), int(r[48]), int(r[51]))] += 1
    return out


def our_message(m, ports):
    if m["type"] in ("HEL", "ACK"):
        limits = m["limits"]
        return (*ports, m["type"], m["size"], str(limits["receive_buffer"]),
                str(limits["send_buffer"]), m["endpoint_url"])
    return (*ports, m["type"], m["size"], m["seq"], m["type_id"], m["handle"])


def wanted_facts(folder):
    out = collections.Counter()
    for r in rows(folder, "_get_endpoints_description") + rows(folder, "_create_session_endpoints"):
        out[("endpoint", r[11], MODES.get(r[23]), r[24].rpartition("#")[2], int(r[26]))] += 1
        out[("application", r[12], r[13])] += 1
    for r in rows(folder, "_get_endpoints_user_token") + rows(folder, "_create_session_user_token"):
        out[("token", TOKENS[r[12]])] += 1
    for r in rows(folder, "_activate_session"):
        if r[6] == "T" and r[22] != "-":
            out[("user", r[22])] += 1
    for log, name in (("_read_nodes_to_read", "Read"), ("_write", "Write"),
                      ("_browse_description", "Browse")):
        for r in rows(folder, log):
            if r[6] == "T" and any(value != "-" for value in r[12:17]):
                out[("node", name, node(*r[11:17]))] += 1
    return out


def our_facts(m):
    for e in m["endpoints"] or []:
        yield ("endpoint", e["url"], e["mode"], e["policy"], e["level"])
        yield ("application", m["application_uri"], m["product_uri"])
        for token in filter(None, e["tokens"].split(", ")):
            yield ("token", token)
    if m["user"]:
        yield ("user", m["user"])
    if m["dir"] == "request" and m["service"] in ("Read", "Write", "Browse"):
        for n in m["nodes"] or []:
            yield ("node", m["service"], n)


def compare(program, folder, capture):
    records = driver.dissect(program, capture, "opcua")
    ours, facts = collections.Counter(), collections.Counter()
    for m in records:
        client, server = (m["sport"], m["dport"]) if m["dir"] == "request" else \
            (m["dport"], m["sport"])
        ours[our_message(m, (str(client), str(server)))] += 1
        facts.update(our_facts(m))
    wrong = []
    for label, theirs, mine in (("message", wanted_messages(folder), ours),
                                ("fact", wanted_facts(folder), facts)):
        wrong += [f"only ICSNPP: {label} {x}" for x in sorted((theirs - mine).elements(), key=str)]
        wrong += [f"only prahari: {label} {x}" for x in sorted((mine - theirs).elements(), key=str)]
    text = json.dumps(records)
    for r in rows(folder, "_activate_session"):
        if r[6] == "T" and r[23] not in ("-", "") and f"\"{r[23]}\"" in text:
            wrong.append("the password is in a record")
    return wrong


def main():
    program, project = driver.arguments()
    root = project.parent / "shared" / "pcaps"
    folders = sorted(p.parent for p in root.rglob("*.zeek/opcua_binary.log"))
    if not folders:
        print("skipped: ../shared/pcaps is absent")
        sys.exit(driver.SKIPPED)
    report = driver.Report()
    for folder in folders:
        capture = folder.with_name(folder.name[: -len(".zeek")])
        report.check(f"{capture.name} against ICSNPP", compare(program, folder, capture))
    report.finish()


main()

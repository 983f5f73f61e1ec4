#!/usr/bin/env python3
"""The detail logs of `dissect --format zeek` for OPC UA against those that lie beside captures.

    run_icsnpp_opcua_logs.py PROGRAM PROJECT

What ICSNPP-OPCUA-Binary wrote for the same captures: its own baselines, without a head, times
masked, the ids that join two logs cut out. Every one of its logs must be there with as many
columns and the same rows in the same order, but for what is listed below, each with its reason;
where ICSNPP is wrong, with the bytes of the capture. In every capture ids must lead somewhere and
no secret may stand. Logs that no capture has are tested in tests/unit/sensor/opcua_logs_test.cpp.
Skipped (77) without ../shared.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import driver  # noqa: E402

# The columns that the baselines lost: ids, another each time.
CUT = {
    "get_endpoints": "opcua_link_id locale_link_id profile_uri_link_id "
                     "endpoint_description_link_id",
    "get_endpoints_description": "endpoint_description_link_id user_token_link_id",
    "get_endpoints_user_token": "user_token_link_id",
    "opensecure_channel": "opcua_link_id",
    "status_code_detail": "status_code_link_id",
    "activate_session": "opcua_link_id client_software_cert_link_id opcua_locale_link_id "
                        "activate_session_diag_info_link_id status_code_link_id",
    "browse": "opcua_link_id browse_description_link_id browse_next_link_id "
              "browse_response_link_id browse_diag_info_link_id",
    "browse_description": "browse_description_link_id",
    "browse_response_references": "browse_reference_link_id",
    "browse_result": "browse_response_link_id status_code_link_id browse_reference_link_id",
    "create_session": "opcua_link_id discovery_profile_link_id endpoint_link_id",
    "create_session_endpoints": "endpoint_link_id user_token_link_id",
    "create_session_user_token": "user_token_link_id",
    "create_subscription": "opcua_link_id",
    "create_monitored_items": "opcua_link_id create_monitored_items_diag_info_link_id "
                              "create_item_link_id",
    "create_monitored_items_create_item": "create_item_link_id filter_info_details_link_id "
                                          "monitoring_parameters_status_code_link_id",
    "close_session": "opcua_link_id",
    "read": "opcua_link_id nodes_to_read_link_id read_results_link_id diag_info_link_id",
    "read_nodes_to_read": "nodes_to_read_link_id",
    "read_results": "results_link_id status_code_link_id read_results_variant_metadata_link_id",
    "write": "opcua_link_id req_status_code_link_id write_results_variant_metadata_link_id "
             "res_status_code_link_id diag_info_link_id",
}
SECRETS = {"auth_token_numeric", "auth_token_string", "auth_token_guid", "auth_token_opaque",
           "ext_obj_password", "ext_obj_token_data", "client_nonce", "server_nonce"}
MASK = "XXXXXXXXXX.XXXXXX"


def read_log(path):
    lines = path.read_text(errors="surrogateescape").splitlines()
    head = {line.split("\t")[0]: line.split("\t")[1:] for line in lines if line.startswith("#")}
    return head.get("#fields"), [line.split("\t") for line in lines
                                 if line and not line.startswith("#")]


def wire_guid(text):
    """A Guid as ICSNPP writes it: its bytes as they lie."""
    parts = text.split("-")
    turn = [bytes.fromhex(part)[::-1].hex() for part in parts[:3]]
    return "-".join(turn + parts[3:])


# Cells that differ. Each says why.

def secret(column, ours, theirs, capture):
    """Passwords, tokens and nonces are never written: the column is there and unset."""
    return column in SECRETS and ours == "-" and theirs not in ("-", "(empty)")


def guid_of_wrong_order(column, ours, theirs, capture):
    """ICSNPP writes the first three numbers of a Guid as they lie on the wire, low byte first."""
    # OPC 10000-6, 5.2.2.6: Data1 is a UInt32, Data2 and Data3 are UInt16, little-endian. In
    # open62541_client-server_mainloop.pcap the SessionId of CreateSessionResponse is
    #   04 01 00  a0 f7 63 9b  18 fd  8d 0a  52 35 f3 cf f5 1f d1 dd
    # which is 9b63f7a0-fd18-0a8d-5235-f3cff51fd1dd; ICSNPP has a0f7639b-18fd-8d0a-...
    lies = bytes.fromhex(theirs.replace("-", "")) if column.endswith("_guid") else b""
    return len(lies) == 16 and ours == wire_guid(theirs) and lies in capture


DIFFERENT = [secret, guid_of_wrong_order]


def compare(used, name, columns, ours, theirs, capture):
    cut = CUT.get(name, "").split()
    missing = [column for column in cut if column not in columns]
    if missing:
        return [f"no column {column}" for column in missing]
    kept = [i for i, column in enumerate(columns) if column not in cut]
    problems = [] if len(ours) == len(theirs) else [f"{len(ours)} rows instead of {len(theirs)}"]
    uids = {}
    for number, (our, their) in enumerate(zip(ours, theirs), 1):
        if len(kept) != len(their) or len(our) != len(columns):
            return [f"row {number}: {len(kept)} columns instead of {len(their)}"]
        for i, b in zip(kept, their):
            column, a = columns[i], our[i]
            if column == "uid":
                a, b = uids.setdefault(b, a), a  # one of ours for each of theirs
            if a == b or (b == MASK and re.fullmatch(r"\d+\.\d{6}", a)):
                continue
            reason = next((f for f in DIFFERENT if f(column, a, b, capture)), None)
            used[reason] = used.get(reason, 0) + 1
            if reason is None:
                problems.append(f"row {number}: {column} is {a!r}, not {b!r}")
    return problems


def run(program, capture, out):
    command = [program, "dissect", "--format", "zeek", "--protocol", "opcua", "--out", out, capture]
    done = subprocess.run(command, capture_output=True, text=True)
    logs = {}
    for path in sorted(pathlib.Path(out).glob("opcua_binary*.log")):
        logs[path.stem.removeprefix("opcua_binary").lstrip("_")] = read_log(path)
    return done, logs


def joined(logs):
    """Ids that stand in one row alone: they lead nowhere."""
    named = []
    for name, (columns, rows) in logs.items():
        for row in rows:
            for column, cell in zip(columns, row):
                if "link_id" in column or column.endswith(("_link", "root_object_id")):
                    named.append((name, column, cell))
    count = {}
    for _, _, cell in named:
        count[cell] = count.get(cell, 0) + 1
    return [f"{name}: {column} {cell} leads nowhere" for name, column, cell in named
            if cell != "-" and count[cell] < 2 and not column.startswith(("opcua_link", "req_opcua",
                                                                         "res_opcua", "root_"))]


def browsed_names(program, capture, logs):
    """The last step of each path in a record is the BrowseName that a reference had."""
    if "browse_response_references" not in logs:
        return [], 0
    columns, rows = logs["browse_response_references"]
    called = {}
    for row in rows:
        cells = dict(zip(columns, row))
        ns, numeric, text = (cells["browse_response_ref_type_" + part]
                             for part in ("namespace_idx", "numeric", "string"))
        node = ("" if ns in ("-", "0") else f"ns={ns};") + \
            (f"i={numeric}" if numeric != "-" else f"s={text}")
        called.setdefault(node, set()).add(cells["browse_response_ref_name"])
    problems, seen = [], 0
    for record in driver.dissect(program, capture, "opcua"):
        for node, path in zip(record["nodes"] or [], record["names"] or []):
            if path and record["service"] == "Read":
                seen += 1
                if not any(path == name or path.endswith("/" + name)
                           for name in called.get(node, ())):
                    problems.append(f"{node} is called {path}, not {called.get(node)}")
    return problems, seen


def main():
    program, project = driver.arguments()
    root = project.parent / "shared" / "pcaps" / "opcua"
    if not root.is_dir():
        print(f"skipped: there is no {root}")
        sys.exit(driver.SKIPPED)
    report, used, compared = driver.Report(), {}, 0
    for folder in sorted(root.rglob("*.zeek")):
        capture = folder.with_name(folder.name[:-len(".zeek")])
        raw = capture.read_bytes()
        with tempfile.TemporaryDirectory() as out:
            done, logs = run(program, capture, out)
            report.check(f"{capture.name}: exit status", [done.stderr] * (done.returncode != 0))
            for path in sorted(folder.glob("opcua_binary_*.log")):
                name = path.stem.removeprefix("opcua_binary_")
                _, theirs = read_log(path)
                columns, ours = logs.get(name, ([], []))
                report.check(f"{capture.name}: {path.name}",
                             compare(used, name, columns, ours, theirs, raw))
                compared += 1
    seen, named = set(), 0
    for capture in sorted(root.rglob("*.pcap*")):
        if capture.suffix not in (".pcap", ".pcapng"):
            continue
        with tempfile.TemporaryDirectory() as out:
            done, logs = run(program, capture, out)
            seen |= set(logs)
            report.check(f"{capture.name}: the logs join", joined(logs))
            filled = [f"{name}: {column} is {cell}" for name, (columns, rows) in logs.items()
                      for row in rows for column, cell in zip(columns, row)
                      if column in SECRETS and cell not in ("-", "(empty)")]
            report.check(f"{capture.name}: no secret", filled)
            problems, count = browsed_names(program, capture, logs)
            report.check(f"{capture.name}: names of what was browsed", problems)
            named += count
    for reason, count in used.items():
        if reason is not None:
            print(f"{count} times: {reason.__doc__.splitlines()[0]}")
    print(f"{compared} logs compared; {len(seen)} kinds of logs in all captures: {sorted(seen)}")
    print(f"{named} nodes that are read have the name that a browse gave them")
    report.check("nodes with names", [] if named >= 150 else [f"only {named}"])
    report.check("logs to compare", [] if compared >= 60 else [f"only {compared}"])
    report.finish()


main()

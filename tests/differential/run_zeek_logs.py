#!/usr/bin/env python3
"""`dissect --format zeek` against the logs that lie beside the captures of ../shared.

    run_zeek_logs.py PROGRAM PROJECT

Those logs are what Zeek and the ICSNPP packages wrote for the same captures (their own baselines:
times and random ids are masked in them). Every log must have the same columns, and the same lines
in the same order, but for the differences below, each with its reason. Skipped (77) without
../shared.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import driver  # noqa: E402

ID = ["ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p"]
SIDES = ["is_orig", "source_h", "source_p", "destination_h", "destination_p"]

# Columns of baselines that were cut down by zeek-cut and lost their head.
CUT = {
    "modbus": [*ID, "func", "exception"],
    "enip": [*ID, *SIDES, "enip_command_code", "enip_command", "length", "session_handle",
             "enip_status", "sender_context", "options"],
    "cip": [*ID, *SIDES, "cip_sequence_count", "direction", "cip_service_code", "cip_service",
            "cip_status_code", "cip_status", "cip_extended_status_code", "cip_extended_status",
            "class_id", "class_name", "instance_id", "attribute_id"],
    "cip_io": [*ID, *SIDES, "connection_id", "sequence_number", "data_length", "io_data"],
    "cip_identity": [*ID, *SIDES, "encapsulation_version", "socket_address", "socket_port",
                     "vendor_id", "vendor_name", "device_type_id", "device_type_name",
                     "product_code", "revision", "device_status", "serial_number", "product_name",
                     "device_state"],
}
BINARY = """msg_type is_final total_size error reason version rcv_buf_size snd_buf_size max_msg_size
max_chunk_cnt endpoint_url sec_channel_id sec_policy_uri_len sec_policy_uri snd_cert_len snd_cert
rcv_cert_len rcv_cert request_id req_msg_size req_seq_number req_encoding_mask req_namespace_idx
req_identifier req_identifier_str req_hdr_node_id_type req_hdr_node_id_namespace_idx
req_hdr_node_id_numeric req_hdr_node_id_string req_hdr_node_id_guid req_hdr_node_id_opaque
req_hdr_timestamp req_hdr_request_handle req_hdr_return_diag req_hdr_audit_entry_id
req_hdr_timeout_hint req_hdr_add_hdr_type_id req_hdr_add_hdr_enc_mask res_msg_size res_seq_number
res_encoding_mask res_namespace_idx res_identifier res_identifier_str res_hdr_timestamp
res_hdr_request_handle res_hdr_service_diag_encoding res_hdr_add_hdr_type_id
res_hdr_add_hdr_enc_mask"""
CUT["opcua_binary"] = [*ID, *BINARY.split()]
# Columns of opcua_binary.log that stay unset: the session's token, which is a secret, and the number
# of an ERR, of which the record has the name.
UNFILLED = {"error", "req_hdr_node_id_numeric", "req_hdr_node_id_string", "req_hdr_node_id_guid",
            "req_hdr_node_id_opaque"}
MASK = "XXXXXXXXXX.XXXXXX"  # a time
MASKED = {"ts", "modbus_detailed_link_id", "packet_correlation_id"}


def read_log(path, path_name):
    lines = path.read_text(errors="surrogateescape").splitlines()
    head = {line.split("\t")[0]: line.split("\t")[1:] for line in lines if line.startswith("#")}
    columns = head.get("#fields") or CUT[path_name]
    rows = [dict(zip(columns, line.split("\t"))) for line in lines
            if line and not line.startswith("#")]
    return columns, head.get("#types"), rows


# Whole lines that only one side has. Each says why.

def older_zeek(log, columns, row):
    """Zeek before 6.1 wrote modbus.log upon responses only; now each message has its line."""
    return log == "modbus" and "pdu_type" not in columns and row["pdu_type"] == "REQ"


OURS_ONLY = [older_zeek]


def late(log, row):
    """ICSNPP writes an OPC UA response whose request it did not see when the connection ends; we at
    once. So these come last on both sides."""
    return log == "opcua_binary" and row["msg_type"] == "MSG" and row["req_msg_size"] == "-"


# Cells that differ. Each says why.

def named_class(log, column, ours, theirs):
    """ICSNPP knows the names of the classes that ODVA lists; prahari those of Rockwell too."""
    return log == "cip" and column == "class_name" and theirs == "unknown" and ours not in "-"


def named_service(log, column, ours, theirs):
    """ICSNPP leaves services whose meaning depends on the class unnamed."""
    return log == "cip" and column == "cip_service" and theirs == "unknown" and ours not in "-"


def secret_token(log, column, ours, theirs):
    """The token of an OPC UA session is a secret: its columns are unset."""
    return log == "opcua_binary" and column in UNFILLED and ours == "-"


DIFFERENT = [named_class, named_service, secret_token]


def compare(report, used, name, log, expected, written):
    columns, types, theirs = expected
    our_columns, our_types, ours = written
    what = f"{name}: {log}.log"
    if types is not None:
        report.check(f"{what}: columns and types", [
            f"{a} instead of {b}" for a, b in zip(zip(our_columns, our_types), zip(columns, types))
            if a != b] + ([] if len(columns) == len(our_columns) else ["their number"]))
    kept = []
    for row in ours:
        reason = next((f for f in OURS_ONLY if f(log, columns, row)), None)
        used[reason] = used.get(reason, 0) + 1
        if reason is None:
            kept.append(row)
    kept.sort(key=lambda row: late(log, row))
    theirs = sorted(theirs, key=lambda row: late(log, row))
    problems = [] if len(kept) == len(theirs) else [f"{len(kept)} lines instead of {len(theirs)}"]
    uids = {}
    for number, (our, their) in enumerate(zip(kept, theirs), 1):
        for column in columns:
            if column in MASKED:
                continue
            a, b = our[column], their[column]
            if column == "uid":
                a, b = uids.setdefault(b, a), a  # one of ours for each of theirs
            if a == b or (b == MASK and re.fullmatch(r"\d+\.\d{6}", a)):
                continue
            reason = next((f for f in DIFFERENT if f(log, column, a, b)), None)
            used[reason] = used.get(reason, 0) + 1
            if reason is None:
                problems.append(f"line {number}: {column} is {a!r}, not {b!r}")
    report.check(what, problems)
    print(f"{what}: {len(theirs)} lines, {len(columns)} columns")


def main():
    program, project = driver.arguments()
    root = project.parent / "shared" / "pcaps"
    if not root.is_dir():
        print(f"skipped: there is no {root}")
        sys.exit(driver.SKIPPED)
    report, used, compared = driver.Report(), {}, 0
    for folder in sorted(root.rglob("*.zeek")):
        # A fuzzed stream; Zeek gives the connection up in the middle of it.
        if "hostile" in folder.parts:
            continue
        capture = folder.with_name(folder.name[:-len(".zeek")])
        with tempfile.TemporaryDirectory() as out:
            command = [program, "dissect", "--format", "zeek", "--out", out, capture]
            done = subprocess.run(command, capture_output=True, text=True)
            report.check(f"{capture.name}: exit status", [done.stderr] * (done.returncode != 0))
            for log in sorted(folder.glob("*.log")):
                written = pathlib.Path(out) / log.name
                known = log.stem in CUT or log.stem.startswith("modbus")
                if known:
                    expected = read_log(log, log.stem)
                    report.check(f"{capture.name}: {log.name}",
                                 [] if written.is_file() else ["was not written"])
                    if written.is_file():
                        compare(report, used, capture.name, log.stem, expected,
                                read_log(written, log.stem))
                        compared += 1
    for reason, count in used.items():
        if reason is not None:
            print(f"{count} times: {reason.__doc__.splitlines()[0]}")
    report.check("logs to compare", [] if compared >= 16 else [f"only {compared}"])
    report.finish()


main()

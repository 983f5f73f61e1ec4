#!/usr/bin/env python3
"""TLS through the whole program: posture with the asset, no alert, and conduits as before.

    run_tls_posture.py PROGRAM PROJECT_DIR
"""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
sys.path[:0] = [str(SUPPORT), str(SUPPORT / "tls")]
import capture  # noqa: E402
import driver  # noqa: E402
import pcap_tools  # noqa: E402

SITE = """[site]
name = "TLS"
[[zone]]
name = "clients"
members = ["10.9.0.0/24"]
[[zone]]
name = "servers"
members = ["10.9.1.0/24"]
[[conduit]]
from = "clients"
to = "servers"
allow = ["tcp/443", "modbus:read"]
"""

# what `assets show` says of the server of a talk
SHOWN = {
    "tls12": ["HTTPS (tls), port 443", "TLS 1.2, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, encrypted",
              "server: CN=plc-7.example, O=Acme Controls; EC prime256v1", "client certificate: not asked for",
              "urn:plc-7:acme:server", "Who decides which self-signed certificates are trusted?"],
    "tls12_mutual": ["Modbus/TCP Security (tls), port 802", "client certificate: asked for and shown",
                     "client certificate with the role operator"],
    "tls12_no_client_certificate": ["CIP Security (tls), port 2221", "Why may a client connect without a certificate?"],
    "tls12_certificate_required": ["handshake refused by the server: handshake failure"],
    "tls12_null": ["TLS_ECDHE_ECDSA_WITH_NULL_SHA, integrity only", "May everybody on the network read"],
    "tls10": ["Which client cannot do without the withdrawn version or cipher?"],
    "tls13": ["OPC UA HTTPS/WSS (tls), port 4843", "server certificate: unknown: this version encrypts it"],
    "dtls12_mutual": ["CIP Security (tls), port 2221", "DTLS 1.2, "],
}


def analyze(program, folder, data, name, *options):
    path, out = folder / f"{name}.pcap", folder / name
    path.write_bytes(data)
    done = subprocess.run([program, "analyze", "--quiet", "--out", out, *options, path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out


def alerts(out):
    return [json.loads(line) for line in (out / "alerts.jsonl").read_text().splitlines()]


def assets(out):
    return {a["addresses"][0]["ip"]: a for a in json.loads((out / "assets.json").read_text())["assets"]}


def opcua_offer(url):
    """A GetEndpointsResponse of one endpoint at `url`, without security, and what comes before it."""
    def text(value):
        return len(value).to_bytes(4, "little") + value.encode()

    def number(value):
        return value.to_bytes(4, "little")

    def chunk(kind, body):
        return kind + number(8 + len(body)) + body

    null, none = number(0xFFFFFFFF), text("http://opcfoundation.org/UA/SecurityPolicy#None") + b"\xff" * 8
    asks = b"\0\0" + bytes(8) + number(7) + number(0) + null + number(5000) + b"\0\0\0"
    answers = bytes(8) + number(7) + number(0) + b"\0" + number(0) + b"\0\0\0"

    def node(value):
        return b"\1\0" + value.to_bytes(2, "little")

    description = (text("urn:plc-7:acme:server") + text("urn:acme") + b"\2" + text("plc-7") + number(0) + null + null
                   + null)
    endpoint = (text(url) + description + null + number(1) + text("http://opcfoundation.org/UA/SecurityPolicy#None")
                + number(0) + null + b"\0")
    limits = number(65536) * 2 + number(0) * 2
    opened = number(5) + number(1) + bytes(8) + number(3600000) + null
    return [
        (">", chunk(b"HELF", number(0) + limits + text("opc.tcp://s:4840"))),
        ("<", chunk(b"ACKF", number(0) + limits)),
        (">", chunk(b"OPNF", number(0) + none + number(1) + number(1) + node(446) + asks + bytes(8) + number(1) + null
                    + number(3600000))),
        ("<", chunk(b"OPNF", number(5) + none + number(1) + number(1) + node(449) + answers + number(0) + opened)),
        (">", chunk(b"MSGF", number(5) + number(1) + number(2) + number(2) + node(428) + asks + text("opc.tcp://s:4840")
                    + null + null)),
        ("<", chunk(b"MSGF", number(5) + number(1) + number(2) + number(2) + node(431) + answers + number(1)
                    + endpoint)),
    ]


def main():
    program, _ = driver.arguments()
    report = driver.Report()
    talks = capture.talks()
    host = {name: number for number, (name, *_) in enumerate(talks, 1)}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        out = analyze(program, folder, capture.capture(), "all")
        report.check("no alert for what is posture", [a["why"] for a in alerts(out)])
        page = (out / "report.html").read_text()
        known = assets(out)
        for talk, wanted in SHOWN.items():
            asset = known[f"10.9.1.{host[talk]}"]["id"]
            shown = subprocess.run([program, "assets", "show", "--state", out, asset], capture_output=True, text=True)
            report.check(f"assets show, {talk}", [f"{line} is not in\n{shown.stdout}" for line in wanted
                                                 if line not in shown.stdout])
        for title in ("CIP Security (tls), port 2221", "HTTPS (tls), port 443", "OPC UA HTTPS/WSS (tls), port 4843"):
            report.check(f"report.html: {title}", [] if title in page else ["no such row"])
        rows = list(csv.DictReader((out / "flows.csv").open()))
        report.check("flows.csv says tls", [str(r) for r in rows if r["protocol"] != "tls"])

        again = analyze(program, folder, capture.capture(), "again", "--workers", "4")
        report.check("the same with four workers", [f for f in ("assets.json", "flows.csv")
                                                   if (out / f).read_bytes() !=
                                                   (again / f).read_bytes().replace(b"again.pcap", b"all.pcap")])

        # The endpoint that a server offers over opc.tcp names the TLS seen at that port.
        writer = capture.Writer()
        writer.tcp(1, 4840, opcua_offer("opc.wss://10.9.1.1:8443/ua"))
        writer.tcp(1, 8443, talks[0][3])
        tied = analyze(program, folder, pcap_tools.pcap_bytes(writer.frames, nano=True), "tied")
        page = (tied / "report.html").read_text()
        report.check("an endpoint offered over OPC UA is tied to its TLS",
                     [] if "OPC UA HTTPS/WSS (tls), port 8443" in page else ["no such row"])

        # A conduit by port goes on to hold, and what it does not name is still a violation.
        site = folder / "site.toml"
        site.write_text(SITE)
        judged = alerts(analyze(program, folder, capture.capture(), "judged", "--site", site))
        found = sorted({(a["kind"], a["protocol"]) for a in judged})
        expected = sorted({("conduit-violation", f"{transport}/{port}") for _, transport, port, _ in talks
                           if (transport, port) != ("tcp", 443)})
        report.check("conduits judge TLS by its port", [] if found == expected else [f"{found}, not {expected}"])
        accept = {a["accept"] for a in judged}
        report.check("the line to accept names the port", [a for a in accept if "tls" in a])

        # A made-up hello hides nothing: what follows is read as what it is.
        writer = capture.Writer()
        read = bytes.fromhex("000100000006110300000001")
        answer = bytes.fromhex("00010000000511030200aa")
        writer.tcp(1, 502, [(">", talks[0][3][0][1]), (">", read), ("<", answer)])
        writer.tcp(2, 10502, [(">", talks[0][3][0][1]), (">", read), ("<", answer), (">", read), ("<", answer)])
        hidden = folder / "hidden.pcap"
        hidden.write_bytes(pcap_tools.pcap_bytes(writer.frames, nano=True))
        ports = [r["dport"] for r in driver.dissect(program, hidden) if r["dir"] == "request"]
        report.check("Modbus behind a made-up hello", [] if ports == [502, 10502, 10502] else [str(ports)])
        kinds = [a["kind"] for a in alerts(analyze(program, folder, hidden.read_bytes(), "foreign"))]
        report.check("a hello on Modbus's port stays foreign",
                     [] if "protocol-violation" in kinds else [str(kinds)])

        # From the middle: on a port of TLS by the headers of its records, elsewhere not at all.
        writer = capture.Writer()
        data = [(">", bytes.fromhex("170303000401020304")), ("<", bytes.fromhex("170303000401020304"))] * 3
        writer.tcp(1, 2221, data, middle=True)
        writer.tcp(2, 9999, data, middle=True)
        middle = analyze(program, folder, pcap_tools.pcap_bytes(writer.frames, nano=True), "middle")
        flows = {r["port"]: r["protocol"] for r in csv.DictReader((middle / "flows.csv").open())}
        report.check("from the middle", [] if flows == {"2221": "tls", "9999": "tcp/9999"} else [str(flows)])
    report.finish()


main()

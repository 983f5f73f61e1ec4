#!/usr/bin/env python3
"""Real handshakes between `openssl s_server` and `openssl s_client`, as text: handshakes.txt.

    make_handshakes.py OUT

A proxy between the two writes down what each says. `talk NAME TRANSPORT PORT`, where the port is the
one that the talk stands for, then a line for each piece: `>` from the client, `<` from the server,
in hexadecimal. Keys are new on every run, so the bytes differ; what they say does not.
"""
import pathlib
import select
import socket
import subprocess
import sys
import tempfile
import time

SERVER = "/CN=plc-7.example/O=Acme Controls"
ROLE = "1.3.6.1.4.1.50316.802.1=ASN1:UTF8String:operator"
URI = "subjectAltName=URI:urn:plc-7:acme:server,DNS:plc-7.example"
LOW = ":@SECLEVEL=0"

# name, transport, port that it stands for, options of the server, of the client
TALKS = (
    ("tls12", "tcp", 443, ["-tls1_2", "-alpn", "h2,http/1.1"],
     ["-servername", "plc-7.example", "-alpn", "h2,http/1.1"]),
    ("tls12_other_name", "tcp", 8443, ["-tls1_2"], ["-servername", "hmi.example"]),
    ("tls12_mutual", "tcp", 802, ["-tls1_2", "-Verify", "1"],
     ["-cert", "client.pem", "-key", "client.key"]),
    ("tls12_no_client_certificate", "tcp", 2221, ["-tls1_2", "-verify", "1"], []),
    ("tls12_certificate_required", "tcp", 2221, ["-tls1_2", "-Verify", "1"], []),
    ("tls12_null", "tcp", 2221, ["-tls1_2", "-cipher", "ECDHE-ECDSA-NULL-SHA" + LOW],
     ["-cipher", "ECDHE-ECDSA-NULL-SHA" + LOW]),
    ("tls12_anonymous", "tcp", 9443, ["-tls1_2", "-cipher", "AECDH-AES128-SHA" + LOW],
     ["-cipher", "AECDH-AES128-SHA" + LOW]),
    ("tls12_shared_key", "tcp", 2221, ["-tls1_2", "-nocert", "-psk", "0123456789", "-cipher",
      "ECDHE-PSK-AES128-CBC-SHA256"],
     ["-psk", "0123456789", "-cipher", "ECDHE-PSK-AES128-CBC-SHA256"]),
    ("tls10", "tcp", 443, ["-tls1", "-cipher", "ECDHE-ECDSA-AES128-SHA" + LOW],
     ["-tls1", "-cipher", "ECDHE-ECDSA-AES128-SHA" + LOW]),
    ("refused_version", "tcp", 443, ["-tls1_2"], ["-tls1_1", "-cipher", "ALL" + LOW]),
    ("tls13", "tcp", 4843, ["-tls1_3"], ["-servername", "plc-7.example"]),
    ("tls13_retry", "tcp", 4843, ["-tls1_3", "-groups", "P-384"], ["-groups", "X25519:P-384"]),
    ("small_records", "tcp", 443, ["-tls1_2", "-split_send_frag", "512", "-max_send_frag", "512"],
     ["-maxfraglen", "512"]),
    ("dtls12_mutual", "udp", 2221, ["-dtls1_2", "-Verify", "1", "-listen"],
     ["-dtls1_2", "-cert", "client.pem", "-key", "client.key"]),
    ("dtls12_fragments", "udp", 2221, ["-dtls1_2", "-mtu", "256"], ["-dtls1_2", "-mtu", "256"]),
    ("dtls10", "udp", 2221, ["-dtls1", "-cipher", "ALL" + LOW], ["-dtls1", "-cipher", "ALL" + LOW]),
)


def certificate(folder, name, *options):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "3650", *options],
                   cwd=folder, check=True, capture_output=True)


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def record(folder, transport, server_options, client_options):
    """What the two said, as (direction, bytes)."""
    kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    port, proxy = free_port(kind), free_port(kind)
    server = subprocess.Popen(["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", "server.pem", "-key",
                               "server.key", "-quiet", *server_options], cwd=folder, stdin=subprocess.PIPE,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.4)
    front = socket.socket(socket.AF_INET, kind)
    front.bind(("127.0.0.1", proxy))
    if transport == "tcp":
        front.listen(1)
    client = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{proxy}", *client_options], cwd=folder,
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    near = front.accept()[0] if transport == "tcp" else front
    back = socket.socket(socket.AF_INET, kind)
    back.connect(("127.0.0.1", port))
    said, peer, asked, end = [], None, False, time.time() + 4
    while time.time() < end:
        ready = select.select([near, back], [], [], 0.4)[0]
        if not ready and asked:
            break
        if not ready:
            asked = True
            client.stdin.write(b"status?\n")
            client.stdin.flush()
        for one in ready:
            if one is near:
                data, peer = near.recvfrom(65536) if transport == "udp" else (near.recv(65536), None)
                back.send(data)
            else:
                try:
                    data = back.recv(65536)
                except ConnectionError:
                    data = b""
                near.sendto(data, peer) if transport == "udp" else near.send(data)
            if data:
                said.append((">" if one is near else "<", data))
            else:
                end = 0
    for one in (client, server):
        one.kill()
        one.wait()
    for one in {near, front, back}:
        one.close()
    return said


def main():
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        certificate(folder, "server", "-subj", SERVER, "-addext", URI)
        certificate(folder, "client", "-subj", "/CN=scada-1/O=Acme Controls", "-addext", ROLE)
        for name, transport, port, server_options, client_options in TALKS:
            said = record(folder, transport, server_options, client_options)
            lines.append(f"talk {name} {transport} {port}")
            lines += [f"{way} {data.hex()}" for way, data in said]
            print(name, [f"{way}{len(data)}" for way, data in said])
    pathlib.Path(sys.argv[1]).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

"""A web server for tests that behaves as badly as it is told to: the first part of the path says how.

It notes every request as one line of JSON. All connections are its own threads' and end with the process.
"""

import argparse
import json
import socket
import ssl
import threading
import time
from pathlib import Path


def answer(status, body, headers=()):
    lines = [f"HTTP/1.1 {status} Said", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


# What never ends: how each begins, and what comes again and again.
ENDLESS = {
    "endless-head": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 100),
    "long-line": (b"HTTP/1.1 200 OK\r\nX: ", b"y" * 65536),
    "huge": (b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n", b" " * 65536),
    "huge-chunked": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65536 + b"\r\n"),
    "huge-unannounced": (b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65536),
}


class Visit:
    """One connection, of which one request is answered."""

    def __init__(self, line, given):
        self.line, self.given = line, given

    def read_request(self):
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self.line.recv(65536)
            if not piece:
                return None
            data += piece
        head, body = data.split(b"\r\n\r\n", 1)
        first, *fields = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {name.lower(): value.strip() for name, value in (field.split(":", 1) for field in fields)}
        while len(body) < int(headers.get("content-length", 0)):
            body += self.line.recv(65536)
        return {"method": method, "path": path, "headers": headers, "body": body.decode("latin-1")}

    def slowly(self, data):
        for byte in data:
            self.line.sendall(bytes([byte]))
            time.sleep(1)

    def behave(self, request):
        way, *rest = request["path"].split("?")[0].lstrip("/").split("/")
        good = (Path(self.given.answers) / "good").read_bytes()
        send = self.line.sendall
        if way == "good":
            send(answer(200, good))
        elif way == "file":
            send(answer(200, (Path(self.given.answers) / rest[0]).read_bytes()))
        elif way == "v1":  # Stripe's own addresses: what keep() was given, by its id
            kept = Path(self.given.answers) / rest[-1]
            send(answer(200, kept.read_bytes()) if kept.exists() else answer(404, b'{"error": {"type": "invalid_request_error"}}'))
        elif way == "status":
            send(answer(int(rest[0]), good))
        elif way == "chunked":
            send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(good), good))
        elif way == "echo":
            send(answer(200, json.dumps(request).encode()))
        elif way == "redirect":
            target = "/good/" + "/".join(rest)
            send(answer(302, good, [f"Location: {target}"]))
        elif way == "hang":
            time.sleep(60)
        elif way == "slow-head":
            self.slowly(answer(200, good))
        elif way == "slow-body":
            whole = answer(200, good)
            start = len(whole) - len(good)
            send(whole[:start])
            self.slowly(whole[start:])
        elif way == "slow-chunks":
            send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for byte in good:
                send(b"1\r\n%c\r\n" % byte)
                time.sleep(1)
        elif way in ENDLESS:
            head, piece = ENDLESS[way]
            send(head)
            while True:
                send(piece)
        elif way == "continue":
            while True:
                send(b"HTTP/1.1 100 Continue\r\n\r\n")
                time.sleep(0.01)
        elif way == "size":
            send(answer(200, b" " * int(rest[0])))
        elif way == "cut":
            send(answer(200, good)[: -len(good) // 2])
        elif way == "padded":
            send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + good)
        elif way == "unannounced":
            send(b"HTTP/1.1 200 OK\r\n\r\n" + good)
            if isinstance(self.line, ssl.SSLSocket):
                self.line.unwrap()
        elif way == "close":
            pass
        elif way == "garbage":
            send(b"\x00\xff\xfe garbage \r\n\r\n" + good)
        elif way == "no-status":
            send(b"HTTP/1.1 OK\r\n\r\n" + good)
        elif way == "text":
            send(answer(200, b"<html>Service Unavailable</html>"))
        else:
            send(answer(404, b"{}"))

    def run(self):
        request = self.read_request()
        if request is None:
            return
        with open(self.given.requests, "a", encoding="utf-8") as file:
            file.write(json.dumps(request) + "\n")
        self.behave(request)


def secured(line, given):
    """The connection in TLS, or nothing if the client does not want it."""
    if given.tls == "none":
        return line
    if given.tls == "silent":
        time.sleep(60)
        return None
    if given.tls == "slow":
#The head of a handshake record of 16 KiB, and then its bytes one by one.
        line.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03")
        while True:
            line.sendall(b"\x00")
            time.sleep(0.5)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if given.tls == "old":
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(given.certificate, given.key)
    return context.wrap_socket(line, server_side=True)


def visit(line, given):
    try:
        with line:
            with open(given.accepted, "a", encoding="utf-8") as file:
                file.write("x")
            inner = secured(line, given)
            if inner is not None:
                with inner:
                    Visit(inner, given).run()
    except OSError:
        pass  # the client has left


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--tls", choices=["modern", "old", "silent", "slow", "none"], required=True)
    options.add_argument("--certificate", required=True)
    options.add_argument("--key", required=True)
    options.add_argument("--answers", required=True)
    options.add_argument("--requests", required=True)
    options.add_argument("--accepted", required=True)
    given = options.parse_args()
    with socket.create_server(("127.0.0.1", given.port), backlog=100) as server:
        while True:
            line, _ = server.accept()
            threading.Thread(target=visit, args=(line, given), daemon=True).start()


if __name__ == "__main__":
    main()

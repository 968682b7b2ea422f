"""A server of buckets for tests, which checks signatures by itself: AWS Signature Version 4 and Google's V4, in the query.

Objects are the files in FOLDER/objects/BUCKET/KEY. How it behaves is read from FOLDER/behaviour before each answer; every request
is noted as one line of JSON in FOLDER/requests. One request a connection.
"""

import argparse
import hashlib
import hmac
import json
import os
import re
import socket
import ssl
import struct
import subprocess
import threading
import time
from datetime import datetime, timezone
from email.utils import formatdate
from pathlib import Path
from urllib.parse import quote, unquote

REASONS = {200: "OK", 206: "Partial Content", 307: "Temporary Redirect"}
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")  # RFC 8017 section 9.2


class Refused(Exception):
    def __init__(self, status, code):
        super().__init__(code)
        self.status, self.code = status, code


def encoded(text):
    return quote(text, safe="-_.~")


class Keys:
    """Who may sign."""

    def __init__(self, given):
        self.access_key, self.secret_key, self.token = given.access_key, given.secret_key, given.session_token
        account = json.loads(Path(given.service_account).read_text(encoding="utf-8"))
        self.email = account["client_email"]
        told = subprocess.run(
            ["openssl", "rsa", "-noout", "-modulus"], input=account["private_key"].encode(), capture_output=True, check=True
        ).stdout
        self.modulus = int(told.decode().split("=")[1], 16)

    def aws_signature(self, scope, text):
        key = ("AWS4" + self.secret_key).encode()
        for part in scope:
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

    def is_googles(self, signature, text):
        size = (self.modulus.bit_length() + 7) // 8
        opened = pow(int(signature, 16), 65537, self.modulus).to_bytes(size, "big")
        digest = hashlib.sha256(text.encode()).digest()
        filling = b"\xff" * (size - 3 - len(SHA256_PREFIX) - len(digest))
        return opened == b"\x00\x01" + filling + b"\x00" + SHA256_PREFIX + digest


class Request:
    def __init__(self, head):
        first, *fields = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = first.split(" ", 2)
        self.headers = {name.lower(): value.strip() for name, value in (field.split(":", 1) for field in fields if field)}
        self.path, _, query = self.target.partition("?")
        self.query = [tuple(part.split("=", 1)) for part in query.split("&") if "=" in part]
        self.params = {unquote(name): unquote(value) for name, value in self.query}

    def check_signature(self, keys):
        letters = next((each for each in ("X-Amz-", "X-Goog-") if each + "Signature" in self.params), None)
        if letters is None:
            raise Refused(403, "AccessDenied")

        def get(name):
            return self.params.get(letters + name, "")

        signed = get("SignedHeaders").split(";")
        if "host" not in signed or any(name not in self.headers for name in signed):
            raise Refused(403, "AccessDenied")
        if quote(unquote(self.path), safe="/-_.~") != self.path:
            raise Refused(400, "InvalidURI")
        query = sorted(
            (encoded(unquote(name)), encoded(unquote(value))) for name, value in self.query if name != letters + "Signature"
        )
        fields = [f"{name}:{self.headers[name]}" for name in signed]
        canonical = [self.method, self.path, "&".join(f"{name}={value}" for name, value in query), *fields, ""]
        canonical += [";".join(signed), "UNSIGNED-PAYLOAD"]
        account, *scope = get("Credential").rsplit("/", 4)
        begun = datetime.strptime(get("Date"), "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc).timestamp()
        digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
        text = "\n".join([get("Algorithm"), get("Date"), "/".join(scope), digest])
        if scope[0] != get("Date")[:8]:
            raise Refused(403, "AccessDenied")
        if not begun - 900 <= time.time() <= begun + int(get("Expires")):
            raise Refused(403, "ExpiredToken")
        if letters == "X-Amz-":
            good = get("Algorithm") == "AWS4-HMAC-SHA256" and account == keys.access_key
            good = good and scope[2:] == ["s3", "aws4_request"] and get("Security-Token") == keys.token
            good = good and get("Signature") == keys.aws_signature(scope, text)
        else:
            good = get("Algorithm") == "GOOG4-RSA-SHA256" and account == keys.email
            good = good and scope[2:] == ["storage", "goog4_request"] and keys.is_googles(get("Signature"), text)
        if not good:
            raise Refused(403, "SignatureDoesNotMatch")


class Behaviour:
    """What was said last of how to behave, and how often it was done."""

    def __init__(self, file):
        self.file, self.lock, self.said, self.done = Path(file), threading.Lock(), None, 0

    def to(self, method):
        """(way, number), if this request is to be answered in some other way than well."""
        with self.lock:
            said = self.file.read_text(encoding="utf-8")
            if said != self.said:
                self.said, self.done = said, 0
            rule = json.loads(said)
            if not rule["way"] or rule["method"] not in ("", method) or self.done >= rule["times"]:
                return "", 0
            self.done += 1
            return rule["way"], rule["number"]


class Visit:
    def __init__(self, line, server):
        self.line, self.server = line, server

    def send_head(self, status, fields):
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Said')}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in fields]
        self.line.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))

    def refuse(self, request, status, code):
        body = f"<Error><Code>{code}</Code></Error>".encode()
        self.send_head(status, [("Content-Type", "application/xml"), ("Content-Length", len(body))])
        if request.method != "HEAD":
            self.line.sendall(body)

    def slowly(self, data):
        for byte in data:
            self.line.sendall(bytes([byte]))
            time.sleep(0.5)

    def serve(self, request, way, number):
        file = self.server.objects / unquote(request.path).lstrip("/")
        if not file.resolve().is_relative_to(self.server.objects.resolve()) or not file.is_file():
            raise Refused(404, "NoSuchKey")
        if way == "change":
            os.utime(file, ns=(0, 10**9 * int(time.time() + 60)))
        with open(file, "rb") as stream:
            status = os.stat(stream.fileno())
            etag, size = f'"{status.st_mtime_ns:x}-{status.st_size:x}"', status.st_size
            if request.headers.get("if-match", etag) != etag:
                raise Refused(412, "PreconditionFailed")
            first, last, code = 0, size - 1, 200
            ranged = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
            if ranged and way != "no-ranges":
                first, last, code = int(ranged[1]), min(int(ranged[2] or last), last), 206
                if first >= size:
                    raise Refused(416, "InvalidRange")
            length = last - first + 1
            kind = request.params.get("response-content-type", "binary/octet-stream")
            fields = [("ETag", etag), ("Last-Modified", formatdate(int(status.st_mtime), usegmt=True))]
            fields += [("Accept-Ranges", "bytes"), ("Content-Type", kind)]
            if "response-content-disposition" in request.params:
                fields.append(("Content-Disposition", request.params["response-content-disposition"]))
            if code == 206:
                fields.append(("Content-Range", f"bytes {first}-{last}/{size}"))
            if way != "no-length":
                fields.append(("Content-Length", length + number if way == "wrong-length" else length))
            self.send_head(code, fields)
            if request.method == "HEAD":
                return
            if way == "cut":
                length = min(length, number)
            stream.seek(first)
            if way == "slow-body":
                self.slowly(stream.read(length))
                return
            while length > 0:
                piece = stream.read(min(length, 262144))
                self.line.sendall(piece)
                length -= len(piece)

    def answer(self, request):
        way, number = self.server.behaviour.to(request.method)
        request.check_signature(self.server.keys)
        if way == "status":
            raise Refused(number, "AsSaid")
        if way == "hang":
            time.sleep(60)
        elif way == "slow-head":
            self.slowly(b"HTTP/1.1 200 OK\r\n" + b"X-Filling: y\r\n" * 20)
        elif way == "redirect":
            self.send_head(307, [("Location", "http://127.0.0.1:1/elsewhere"), ("Content-Length", 0)])
        elif way == "garbage":
            self.line.sendall(b"\x00\xff\xfe garbage \r\n\r\n more")
        elif way == "reset":
            self.line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif way != "close":
            self.serve(request, way, number)

    def run(self):
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self.line.recv(65536)
            if not piece:
                return
            data += piece
        request = Request(data.split(b"\r\n\r\n")[0])
        note = {"method": request.method, "target": request.target, "headers": request.headers}
        with open(self.server.requests, "a", encoding="utf-8") as file:
            file.write(json.dumps(note) + "\n")
        try:
            self.answer(request)
        except Refused as refused:
            self.refuse(request, refused.status, refused.code)


class Server:
    def __init__(self, given):
        self.keys = Keys(given)
        folder = Path(given.folder)
        self.objects, self.requests = folder / "objects", folder / "requests"
        self.behaviour = Behaviour(folder / "behaviour")
        self.context = None
        if given.certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(given.certificate, given.key)

    def visit(self, line):
        try:
            with line:
                if self.context is None:
                    Visit(line, self).run()
                else:
                    with self.context.wrap_socket(line, server_side=True) as inner:
                        Visit(inner, self).run()
        except OSError:
            pass  # the client has left


def main():
    options = argparse.ArgumentParser()
    for name in ("folder", "access-key", "secret-key", "service-account"):
        options.add_argument("--" + name, required=True)
    for name in ("session-token", "certificate", "key"):
        options.add_argument("--" + name, default="")
    options.add_argument("--port", type=int, required=True)
    given = options.parse_args()
    server = Server(given)
    with socket.create_server(("127.0.0.1", given.port), backlog=200) as listener:
        while True:
            line, _ = listener.accept()
            threading.Thread(target=server.visit, args=(line,), daemon=True).start()


if __name__ == "__main__":
    main()

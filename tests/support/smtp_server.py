"""A mail server for tests: takes every mail that its options allow, and writes each as one line of JSON."""

import argparse
import json
import signal
import ssl
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


class Recorder:
    def __init__(self, path):
        self.path = path

    async def handle_DATA(self, server, session, envelope):
        mail = {
            "sender": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "content": envelope.original_content.decode("latin-1"),
            "encrypted": session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None,
            "login": session.auth_data.decode() if session.authenticated else "",
        }
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(mail) + "\n")
        return "250 OK"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--messages", required=True)
    options.add_argument("--security", choices=["none", "starttls", "tls"], required=True)
    options.add_argument("--certificate", required=True)
    options.add_argument("--key", required=True)
    options.add_argument("--user", default="")
    options.add_argument("--password", default="")
    options.add_argument("--mechanism", choices=["PLAIN", "LOGIN"], required=True)
    given = options.parse_args()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(given.certificate, given.key)

    def authenticator(server, session, envelope, mechanism, login):
        good = isinstance(login, LoginPassword) and login == LoginPassword(given.user.encode(), given.password.encode())
        return AuthResult(success=good, handled=False, auth_data=login.login if good else None)

    controller = Controller(
        Recorder(given.messages),
        hostname="127.0.0.1",
        port=given.port,
        ssl_context=context if given.security == "tls" else None,
        tls_context=context if given.security == "starttls" else None,
        require_starttls=given.security == "starttls",
        auth_require_tls=given.security == "starttls",
        auth_required=bool(given.user),
        auth_exclude_mechanism=[m for m in ("PLAIN", "LOGIN") if m != given.mechanism],
        authenticator=authenticator,
        data_size_limit=64 * 1024 * 1024,
    )
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: ended.set())
    controller.start()
    ended.wait()
    controller.stop()


main()

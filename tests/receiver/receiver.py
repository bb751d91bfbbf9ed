"""Receives webhooks and checks their signatures with nothing but the standard library.

    python3 receiver.py PORT SECRET_HEX LOG REFUSE

Each request becomes one line of LOG: {"key", "signed", "body", "status"}. The first REFUSE requests are answered 503.
"""

import hashlib
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

port, secret, log, refuse = int(sys.argv[1]), bytes.fromhex(sys.argv[2]), sys.argv[3], int(sys.argv[4])
TIMESTAMP_OLD_S = 300


def is_signed(headers, body):
    timestamp = headers["X-Gateway-Timestamp"]
    expected = hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    is_fresh = abs(time.time() - int(timestamp)) < TIMESTAMP_OLD_S
    return is_fresh and hmac.compare_digest(headers["X-Gateway-Signature"], "v1=" + expected)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        global refuse
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = 503 if refuse > 0 else 204
        refuse -= 1
        line = {
            "key": self.headers["Idempotency-Key"],
            "signed": is_signed(self.headers, body),
            "body": json.loads(body),
            "status": status,
        }
        with open(log, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", port), Receiver)
print(server.server_port, flush=True)
server.serve_forever()

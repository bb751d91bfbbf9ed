"""Says whether a mail's DKIM signature holds, by Debian's python3-dkim, which shares no code with ours.

    /usr/bin/python3 dkim_verdict.py SELECTOR._domainkey.DOMAIN "THE DNS RECORD" < MAIL

Prints `good` or `bad`. The one record is given here; nothing asks a network.
"""

import sys

import dkim


def main() -> None:
    name, record = sys.argv[1:]

    def lookup(asked: bytes, timeout: int = 5) -> bytes | None:
        return record.encode() if asked.rstrip(b".") == name.encode() else None

    mail = sys.stdin.buffer.read()
    if b"dkim-signature:" not in mail.lower():
        sys.exit("the mail is not signed")
    print("good" if dkim.verify(mail, dnsfunc=lookup) else "bad")


main()

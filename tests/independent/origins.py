"""Messages whose origin is shown, or not, by DKIM, SPF and DMARC, signed and judged by programs that share no code with ours.

    origins.py make                 the cases, each a JSON line
    origins.py judge PORT < CASES   the verdicts of dkimpy, pyspf and authheaders, each a JSON line

A case is {"name", "mail", "return_path", "zone", "silent", "dkim", "dmarc"}: the mail in base64, what stands in DNS (a text
under each name, whole or as a list of several), the names of which DNS says nothing, and what the RFCs want of the two
checks: "pass", "fail", "none", or "unknown" where DNS does not answer. Both readers ask the DNS server of the test, on PORT.
"""

import json
import sys
from base64 import b64decode
from pathlib import Path

CORPORA = Path(__file__).parents[2] / "target/corpora"
sys.path[:0] = [str(next(CORPORA.glob(f"{name}-*/"))) for name in ("dkimpy", "authheaders", "authres", "pyspf")]

import authheaders
import dkim
import dns.resolver
import spf
from authres import SPFAuthenticationResult
from authres.dkim_b import DKIMAuthenticationResult

from origin_cases import cases

# Its list of public suffixes has no `example`.
authheaders.get_org_domain = lambda domain: domain and ".".join(domain.split(".")[-2:])

CLIENT = "192.0.2.7"
HELLO = "mail.haven.example"


def ask(port):
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = port
    resolver.lifetime = 1
    dns.resolver.default_resolver = resolver


def signatures(mail):
    """The result of each signature and its domain, as dkimpy finds it."""
    judge = dkim.DKIM(mail, timeout=2)
    count = sum(name.lower() == b"dkim-signature" for name, _ in judge.headers)
    for at in range(count):
        try:
            result = "pass" if judge.verify(idx=at) else "fail"
        except Exception:  # dkimpy lets those of its libraries through; authheaders takes each for a failure, too
            result = "fail"
        domain = judge.signature_fields.get(b"d", b"").decode()
        yield result, domain


def verdict(case):
    mail = b64decode(case["mail"])
    found = list(signatures(mail))
    results = [result for result, _ in found]
    sent, _ = spf.check2(CLIENT, case["return_path"], HELLO, timeout=2, querytime=2)
    sent_by = SPFAuthenticationResult(result=sent, smtp_mailfrom=case["return_path"])
    dmarc = []
    # authheaders looks at one signature; the best of all is what counts (RFC 9989 section 5.3.3).
    for result, domain in found or [("none", "")]:
        signed_by = DKIMAuthenticationResult(result=result, header_d=domain)
        try:
            answer = authheaders.check_dmarc(mail, spf_result=sent_by, dkim_result=signed_by, dmarcbis=True)
            dmarc.append(answer.result)
        except dns.exception.DNSException:
            dmarc.append("unknown")
        except UnboundLocalError:  # authheaders has no answer for a message without From
            dmarc.append("none")
    best = min(dmarc, key=["pass", "unknown", "fail", "permerror", "none"].index)
    return {
        "name": case["name"],
        "dkim": "pass" if "pass" in results else "fail" if results else "none",
        "dmarc": "fail" if best == "permerror" else best,
    }


def main():
    if sys.argv[1] == "make":
        for case in cases():
            print(json.dumps(case))
        return
    ask(int(sys.argv[2]))
    for line in sys.stdin:
        print(json.dumps(verdict(json.loads(line))))


main()

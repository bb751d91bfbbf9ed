"""The table of origins.py: each case with the domain NAME.example, its keys and its policy."""

import time
from base64 import b64encode
from pathlib import Path

import dkim
import nacl.encoding
import nacl.signing

KEYS = Path(dkim.__file__).parent / "tests/data"
RSA = (KEYS / "2048_testkey.key").read_bytes()
RSA_PUBLIC = (KEYS / "2048_testkey_wo_markers.pub.txt").read_text().strip().split("p=")[-1]
OTHER = (KEYS / "1024_testkey.key").read_bytes()
OTHER_PUBLIC = (KEYS / "1024_testkey_wo_markers.pub.txt").read_text().strip().split("p=")[-1]
_SEED = nacl.signing.SigningKey.generate()
ED = _SEED.encode(nacl.encoding.Base64Encoder)
ED_PUBLIC = _SEED.verify_key.encode(nacl.encoding.Base64Encoder).decode()

SIGNED = [b"from", b"to", b"subject", b"date"]
ELSEWHERE = "bounces@elsewhere.example"
OURS = "v=spf1 ip4:192.0.2.7 -all"
REJECT = "v=DMARC1; p=reject"


def message(sender):
    return (
        f"From: Dana Whitlock <{sender}>\r\nTo: north-east@isva.gateway.example\r\nSubject: Special  measures\r\n"
        "Date: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\nMay she sit behind  a screen?\r\n\r\nDana\r\n"
    ).encode()


def signed(mail, domain, key=RSA, selector=b"s1", canon="relaxed/relaxed", headers=SIGNED, length=False, tags=()):
    """The mail with a signature before it; `tags` stand in it as well, or instead of its own."""
    signer = dkim.DKIM(mail, signature_algorithm=b"ed25519-sha256" if key == ED else b"rsa-sha256")
    made = signer.gen_header

    def gen_header(fields, *rest, **named):
        own = [(tag, value) for tag, value in fields if tag not in dict(tags)]
        return made(list(tags) + own, *rest, **named)

    signer.gen_header = gen_header
    policy = tuple(half.encode() for half in canon.split("/"))
    header = signer.sign(selector, domain.encode(), key, canonicalize=policy, include_headers=headers, length=length)
    return header + mail


def row(name, dkim_result, dmarc_result, make=None, sender=None, return_path=ELSEWHERE, zone=None, silent=()):
    """A case; `make` makes the mail of the plain one and its domain."""
    domain = f"{name}.example"
    mail = message(sender or f"dana@{domain}")
    stands = {
        f"_dmarc.{domain}": REJECT,
        f"s1._domainkey.{domain}": f"v=DKIM1; k=rsa; p={RSA_PUBLIC}",
        f"s2._domainkey.{domain}": f"v=DKIM1; k=ed25519; p={ED_PUBLIC}",
    }
    for at, text in (zone or {}).items():
        stands[at.replace("DOMAIN", domain)] = text
    return {
        "name": name,
        "mail": b64encode(make(mail, domain) if make else mail).decode(),
        "return_path": return_path.replace("DOMAIN", domain),
        "zone": [[at, text] for at, text in stands.items() if text],
        "silent": [at.replace("DOMAIN", domain) for at in silent],
        "dkim": dkim_result,
        "dmarc": dmarc_result,
    }


def changed(old, new, **how):
    """Signed, and then changed on the way."""

    def make(mail, domain):
        whole = signed(mail, domain, **how)
        assert whole.count(old) >= 1, old
        return whole.replace(old, new)

    return make


def of(how):
    return lambda mail, domain: signed(mail, domain, **how)


def as_domain(prefix="", domain=None, **how):
    """Signed by a domain beside, below or above the case's own."""
    return lambda mail, own: signed(mail, domain or f"{prefix}{own}", **how)


def canonicalised():
    for header in ("relaxed", "simple"):
        for body in ("relaxed", "simple"):
            canon = f"{header}/{body}"
            for kind, key, selector in (("rsa", RSA, b"s1"), ("ed", ED, b"s2")):
                how = {"key": key, "selector": selector, "canon": canon}
                yield row(f"{kind}{header}{body}", "pass", "pass", of(how))
                yield row(f"{kind}{header}{body}body", "fail", "fail", changed(b"behind", b"before", **how))
                yield row(f"{kind}{header}{body}head", "fail", "fail", changed(b"Special", b"Ordinary", **how))
            spaced = "pass" if header == "relaxed" else "fail"
            yield row(f"folded{header}{body}", spaced, spaced, changed(b"Special  m", b"Special\r\n m", canon=canon))
            spaced = "pass" if body == "relaxed" else "fail"
            yield row(f"spaced{header}{body}", spaced, spaced, changed(b"behind  a", b"behind a ", canon=canon))


def signatures():
    past = str(int(time.time()) - 30 * 86400).encode()
    older = str(int(time.time()) - 60 * 86400).encode()
    yield row("unsigned", "none", "fail")
    yield row("expired", "fail", "fail", of({"tags": [(b"t", older), (b"x", past)]}))
    yield row("unexpired", "pass", "pass", of({"tags": [(b"x", str(int(time.time()) + 86400).encode())]}))
    yield row("version", "fail", "fail", of({"tags": [(b"v", b"2")]}))
    yield row("subidentity", "pass", "pass", lambda mail, own: signed(mail, own, tags=[(b"i", b"@x." + own.encode())]))
    yield row("foreignidentity", "fail", "fail", of({"tags": [(b"i", b"@elsewhere.example")]}))
    yield row("added", "pass", "pass", lambda mail, own: b"X-Seen: yes\r\n" + signed(mail, own))
    yield row("length", "pass", "pass", of({"length": True}))
    yield row("lengthended", "pass", "pass", lambda mail, own: signed(mail, own, length=True) + b"And more.\r\n")
    yield row("oversigned", "pass", "pass", of({"headers": SIGNED + [b"from", b"subject"]}))
    second = changed(b"To: ", b"Subject: Another\r\nTo: ", headers=SIGNED + [b"from", b"subject"])
    yield row("oversignedsecond", "fail", "fail", second)
    yield row("twosignatures", "pass", "pass", lambda mail, own: signed(signed(mail, own), own, key=ED, selector=b"s2"))
    broken = lambda mail, own: signed(mail, own).replace(b"; t=", b"; t=1") + b"" # noqa: E731
    yield row("brokenfirst", "pass", "pass", lambda mail, own: broken(signed(mail, own, key=ED, selector=b"s2"), own))
    yield row("ontopofforeign", "pass", "pass", lambda mail, own: signed(signed(mail, own), "lists.example"),
              zone={"s1._domainkey.lists.example": f"v=DKIM1; p={RSA_PUBLIC}"})


def keys():
    at = "s1._domainkey.DOMAIN"
    for name, result, text in (
        ("wrongkey", "fail", f"v=DKIM1; k=rsa; p={OTHER_PUBLIC}"),
        ("missingkey", "fail", None),
        ("revoked", "fail", "v=DKIM1; k=rsa; p="),
        ("unversioned", "pass", f"k=rsa; p={RSA_PUBLIC}"),
        ("unknownkind", "fail", f"v=DKIM1; k=dsa; p={RSA_PUBLIC}"),
        ("wrongkind", "fail", f"v=DKIM1; k=ed25519; p={ED_PUBLIC}"),
        ("wrongversion", "fail", f"v=DKIM2; k=rsa; p={RSA_PUBLIC}"),
        ("nonsensekey", "fail", "v=DKIM1; k=rsa; p=AAAA"),
        ("otherservice", "fail", f"v=DKIM1; k=rsa; s=tlsrpt; p={RSA_PUBLIC}"),
        ("onlysha1", "fail", f"v=DKIM1; k=rsa; h=sha1; p={RSA_PUBLIC}"),
        ("testing", "pass", f"v=DKIM1; k=rsa; t=y; p={RSA_PUBLIC}"),
    ):
        yield row(name, result, result, of({}), zone={at: text})
    exact = lambda mail, own: signed(mail, own, tags=[(b"i", b"@x." + own.encode())])  # noqa: E731
    yield row("exactidentity", "fail", "fail", exact, zone={at: f"v=DKIM1; k=rsa; t=s; p={RSA_PUBLIC}"})
    yield row("shortkey", "pass", "pass", of({"key": OTHER}), zone={at: f"v=DKIM1; k=rsa; p={OTHER_PUBLIC}"})
    yield row("silentkey", "unknown", "unknown", of({}), zone={at: None}, silent=[at])


def alignment():
    below = {"s1._domainkey.mail.DOMAIN": f"v=DKIM1; p={RSA_PUBLIC}"}
    yield row("belowrelaxed", "pass", "pass", as_domain("mail."), zone=below)
    yield row("belowstrict", "pass", "fail", as_domain("mail."), zone=below | {"_dmarc.DOMAIN": REJECT + "; adkim=s"})
    yield row("exactstrict", "pass", "pass", of({}), zone={"_dmarc.DOMAIN": REJECT + "; adkim=s; aspf=s"})
    yield row("aboverelaxed", "pass", "pass", of({}), sender="dana@desk.aboverelaxed.example")
    yield row("abovestrict", "pass", "fail", of({}), sender="dana@desk.abovestrict.example",
              zone={"_dmarc.DOMAIN": REJECT + "; adkim=s"})
    yield row("besiderelaxed", "pass", "pass", as_domain("mail."), sender="dana@desk.besiderelaxed.example", zone=below)
    yield row("unaligned", "pass", "fail", as_domain(domain="lists.example"))
    yield row("namealike", "pass", "fail", as_domain(domain="xnamealike.example"),
              zone={"s1._domainkey.xnamealike.example": f"v=DKIM1; p={RSA_PUBLIC}"})
    for name, dmarc, return_path, zone in (
        ("spfexact", "pass", "b@DOMAIN", {"DOMAIN": OURS}),
        ("spfbelow", "pass", "b@bounce.DOMAIN", {"bounce.DOMAIN": OURS}),
        ("spfstrict", "fail", "b@bounce.DOMAIN", {"bounce.DOMAIN": OURS, "_dmarc.DOMAIN": REJECT + "; aspf=s"}),
        ("spfsoft", "fail", "b@DOMAIN", {"DOMAIN": "v=spf1 ~all"}),
        ("spffail", "fail", "b@DOMAIN", {"DOMAIN": "v=spf1 -all"}),
        ("spfneutral", "fail", "b@DOMAIN", {"DOMAIN": "v=spf1 ?all"}),
        ("spfunreadable", "fail", "b@DOMAIN", {"DOMAIN": "v=spf1 ip4:192.0.2.7/33 -all"}),
        ("spfforeign", "fail", "b@open.example", {"open.example": "v=spf1 +all"}),
        ("spfnone", "fail", "b@DOMAIN", {}),
    ):
        yield row(name, "none", dmarc, return_path=return_path, zone=zone)
    yield row("spfsilent", "none", "unknown", return_path="b@bounce.DOMAIN", silent=["bounce.DOMAIN"])


def policies():
    at = "_dmarc.DOMAIN"
    for name, signed_result, unsigned_result, text in (
        ("nopolicy", "none", "none", None),
        ("pnone", "pass", "fail", "v=DMARC1; p=none"),
        ("pquarantine", "pass", "fail", "v=DMARC1; p=quarantine; sp=none; np=reject"),
        ("lowercase", "none", "none", "v=dmarc1; p=reject"),
        ("versionlast", "none", "none", "p=reject; v=DMARC1"),
        ("nop", "none", "none", "v=DMARC1; sp=reject"),
        ("testmode", "pass", "fail", "v=DMARC1; p=reject; t=y"),
        ("two", "none", "none", [REJECT, "v=DMARC1; p=none"]),
        ("besideothers", "pass", "fail", ["google-site-verification=x", REJECT]),
    ):
        yield row(name, "pass", signed_result, of({}), zone={at: text})
        yield row(f"{name}unsigned", "none", unsigned_result, zone={f"_dmarc.{name}unsigned.example": text})
    for name, tags in (("spnone", "sp=none"), ("spreject", "sp=reject"), ("npreject", "np=reject"), ("npnone", "np=none")):
        zone = {at: f"v=DMARC1; p=quarantine; {tags}"}
        yield row(name, "none", "fail", sender=f"dana@gone.{name}.example", zone=zone)
        there = zone | {"desk.DOMAIN": "there"}
        yield row(f"{name}there", "none", "fail", sender=f"dana@desk.{name}there.example", zone=there)
    yield row("silentpolicy", "pass", "unknown", of({}), zone={at: None}, silent=[at])
    yield row("registry", "pass", "fail", as_domain("b."), sender="dana@a.registry.example",
              zone={at: REJECT + "; psd=y", "s1._domainkey.b.DOMAIN": f"v=DKIM1; p={RSA_PUBLIC}"})
    yield row("ownorg", "pass", "fail", of({}), sender="dana@own.ownorg.example", zone={"_dmarc.own.DOMAIN": REJECT + "; psd=n"})


def senders():
    def headed(value, also=b""):
        def make(mail, own):
            end = mail.index(b"\r\n")
            return signed(b"From: " + value.replace("DOMAIN", own).encode() + mail[end:], own) + also

        return make

    yield row("namedaddress", "pass", "pass", headed('"dana@lists.example" <dana@DOMAIN>'))
    yield row("uppercase", "pass", "pass", headed("Dana <Dana@UPPERCASE.EXAMPLE>"))
    yield row("severalforeign", "pass", "none", headed("dana@DOMAIN, other@elsewhere.example"))
    yield row("severalsame", "pass", "pass", headed("dana@DOMAIN, other@DOMAIN"))
    twice = lambda mail, own: b"From: boss@elsewhere.example\r\n" + signed(mail, own)  # noqa: E731
    yield row("twofroms", "pass", "none", twice)
    yield row("nofrom", "fail", "none", lambda mail, own: signed(mail, own).replace(b"\r\nFrom: ", b"\r\nX-From: "))


def cases():
    for group in (canonicalised, signatures, keys, alignment, policies, senders):
        yield from group()

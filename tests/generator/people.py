"""One case with one victim, the contact plan, the defence side and an adviser."""

from datetime import date, timedelta

import words as w

OFFENCES = ["adult-rape"] * 6 + ["serious-sexual"] * 3 + ["other"]


def urn(rng, number):
    """Two digits, two letters, five digits that differ for each case, two digits of the year."""
    force = 1 + number // 100_000 % 99
    unit = rng.choice("ABCDEFGHJK") + rng.choice("LMNPQRSTUV")
    root = f"{force:02}{unit}{(number * 7919 + 12345) % 100_000:05}{rng.choice(['25', '26'])}"
    return root + rng.choices(["", "/1", "M"], [95, 4, 1])[0]


def postcode(rng, low, high):
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    return f"ZZ{rng.randint(low, high)} {rng.randint(1, 9)}{rng.choice(letters)}{rng.choice(letters)}"


def address(rng, streets, low, high):
    return [f"{rng.randint(1, 98)} {rng.choice(streets)}", rng.choice(w.TOWNS), postcode(rng, low, high)]


def mobile(rng, low, high):
    digits = f"900{rng.randint(low, high):03}"
    return f"+44 7700 {digits}" if rng.random() < 0.1 else f"07700 {digits}"


def day(rng, first, last):
    return first + timedelta(days=rng.randint(0, (last - first).days))


def point(rng, value, safety, opened):
    """A contact point with what is known about its safety."""
    if safety in ("verified-safe", "expired"):
        verified = day(rng, max(opened, date(2026, 6, 1)), date(2026, 11, 13))
        review = day(rng, date(2026, 11, 14), date(2026, 11, 20)) if safety == "expired" else \
            verified + timedelta(days=rng.randint(230, 360))
        return {"value": value, "safety": "verified-safe",
                "said_by": rng.choice(["the victim", "the victim, to the officer in the case"]),
                "how": rng.choice(["asked in person", "asked by telephone with the code word", "test message answered"]),
                "verified_at": verified.isoformat(), "review_by": review.isoformat()}
    if safety == "unsafe":
        return {"value": value, "safety": "unsafe", "why": rng.choice(["reported-unsafe", "reported-unsafe", "defence-side"]),
                "since": opened.isoformat()}
    return {"value": value, "safety": "unknown", "why": rng.choice(["never-verified", "never-verified", "third-party"]),
            "since": opened.isoformat()}


def defendants(rng, most=3):
    found = []
    for number in range(1, 1 + min(most, rng.choices([1, 2, 3], [90, 8, 2])[0])):
        first, last = rng.choice(w.OTHER_FIRST), rng.choice(w.OTHER_LAST)
        found.append({
            "label": f"Defendant {number}",
            "name": f"{first} {last}",
            "addresses": [address(rng, w.OTHER_STREETS, 50, 99)],
            "phones": [mobile(rng, 500, 999)],
            "emails": [f"{first}.{last}@{w.OTHER_DOMAIN}".lower()] if rng.random() < 0.6 else [],
        })
    return found


def adviser(rng, area):
    """One of two advisers of an Area; the second one's service takes no mail."""
    at, second = w.AREAS.index(area), rng.random() < 0.2
    pick = (at * 2 + second) % len(w.ADVISER_FIRST)
    first, last = w.ADVISER_FIRST[pick], w.ADVISER_LAST[(pick + at) % len(w.ADVISER_LAST)]
    ends = "2026-11-25" if rng.random() < 0.04 else "2027-12-31"
    return {"name": f"{first} {last}", "service": f"Support Service {area}{' two' if second else ''}",
            "email": f"{first}.{last}@{area}.support.example".lower(),
            "transport": "portal-only" if second else "aligned-tls-dmarc",
            "scopes": rng.choice([["updates", "meeting-offers"], ["updates", "meeting-offers", "replies"],
                                  ["updates", "meeting-offers", "letters", "replies"], ["replies"]]),
            "from": "2025-01-06", "until": ends}


def language(rng, area, case):
    welsh = 0.60 if area == "cymru-wales" else 0.085
    dice = rng.random()
    if dice < welsh:
        case["language"] = "welsh"
    elif dice < welsh + 0.03:
        case.update(language="other", language_name=rng.choice(w.LANGUAGES),
                    translator="the Area's list of vetted translators")
    else:
        case["language"] = "english"
    if rng.random() < 0.04:
        case["formats"] = [rng.choice(w.FORMATS)]


def standing(rng, area, offence, case):
    rasso = offence != "other"
    case["service"] = rng.choices(["rasso", "universal", "enhanced"], [92, 5, 3] if rasso else [0, 60, 40])[0]
    if not rasso and rng.random() < 0.1:
        case["service"] = "bereaved"
    case["enhanced"] = rasso or rng.random() < 0.4
    if case["enhanced"]:
        case["enhanced_ground"] = "most-serious-crime" if rasso else \
            rng.choice(["persistently-targeted", "vulnerable-or-intimidated"])
    case["wants_contact"] = rng.random() >= 0.05
    if rng.random() >= 0.05:
        case["vlo"] = f"vlo-{area}-{rng.randint(1, 2)}"


def contact(rng, case, name, opened):
    email = f"{name[0]}.{name[1]}{rng.randint(1, 9999)}@{rng.choice(w.MAIL_DOMAINS)}".lower()
    dice = rng.random()
    bounds = [(0.03, "unknown"), (0.05, "unsafe"), (0.06, "expired"), (0.10, None), (1.01, "verified-safe")]
    safety = next(word for bound, word in bounds if dice < bound)
    if safety:
        case["email"] = point(rng, email, safety, opened)
    kinds = ["verified-safe"] * 8 + ["unknown", "unsafe"]
    if rng.random() < 0.85:
        case["mobile"] = point(rng, mobile(rng, 0, 499), rng.choice(kinds), opened)
    if rng.random() < 0.2:
        case["home_phone"] = point(rng, f"01632 960{rng.randint(0, 499):03}", rng.choice(kinds), opened)
    if rng.random() < 0.7:
        case["post"] = point(rng, address(rng, w.STREETS, 1, 49), rng.choice(kinds), opened)
    # A few shared a household with the defendant, and an old address of theirs is still in the file.
    theirs = case["defendants"][0]
    if rng.random() < 0.01 and "email" in case:
        theirs["emails"] = [case["email"]["value"]]


def preferences(rng, area, case):
    isva = rng.random() < 0.10
    if isva or rng.random() < 0.15:
        case["adviser"] = adviser(rng, area)
    ways = [way for way in ("email", "mobile", "post") if way in case]
    weights = {"email": 78, "mobile": 14, "post": 6}
    case["preferred"] = "via-isva" if isva else \
        rng.choices(ways + ["via-police"], [weights[way] for way in ways] + [2])[0]
    dice = rng.random()
    if dice < 0.05:
        case["windows"] = rng.choice(w.NARROW)
    elif dice < 0.45:
        case["windows"] = rng.choice(w.BROAD)
    elif dice < 0.60:
        case["windows"] = ["any"]
    if rng.random() < 0.03:
        case["exclusions"] = ["2026-12-24..2027-01-02"]
    case["content_in_email"] = rng.random() >= 0.08
    if rng.random() < 0.15:
        case["voicemail"] = w.VOICEMAIL
    if rng.random() < 0.20:
        case["text_wording"] = w.TEXT
    if rng.random() < 0.10:
        case["code_word"] = rng.choice(w.CODE_WORDS)


def make_case(rng, number, before):
    """The case `number`. A few share case and defendants with the one before: two victims of one case."""
    first, last = rng.choice(w.FIRST), rng.choice(w.LAST)
    case = {}
    if before is not None and rng.random() < 0.04:
        for field in ("urn", "area", "offence", "opened_at"):
            case[field] = before[field]
        case["defendants"] = before["defendants"]
    else:
        case["urn"] = urn(rng, number)
        case["area"] = w.AREAS[number % len(w.AREAS)]
        case["offence"] = rng.choice(OFFENCES)
        case["opened_at"] = day(rng, date(2025, 2, 3), date(2026, 10, 30)).isoformat()
        case["defendants"] = defendants(rng)
    opened = date.fromisoformat(case["opened_at"])
    case["victim_ref"] = f"V-{number + 1:07}"
    case["legal_name"] = f"{first} {last}"
    case["preferred_name"] = rng.choice(w.FIRST) if rng.random() < 0.08 else first
    language(rng, case["area"], case)
    standing(rng, case["area"], case["offence"], case)
    # Shared defendants are the other row's too: leave them as they are.
    own = [dict(d) for d in case["defendants"]]
    case["defendants"] = own
    contact(rng, case, (first, last), opened)
    preferences(rng, case["area"], case)
    return case

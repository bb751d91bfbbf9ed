"""The first cases and their events once more, as CSV."""

import csv
import json

POINTS = ["email", "mobile", "home_phone", "post"]
POINT_FIELDS = ["safety", "said_by", "how", "verified_at", "review_by", "why", "since"]
OWN = ["urn", "victim_ref", "area", "offence", "opened_at", "legal_name", "preferred_name", "language", "language_name",
       "translator", "formats", "service", "enhanced", "enhanced_ground", "wants_contact", "vlo", "preferred", "windows",
       "exclusions", "content_in_email", "voicemail", "text_wording", "code_word"]
ADVISER = ["name", "service", "email", "transport", "scopes", "from", "until"]
DEFENDANT = ["label", "name", "addresses", "phones", "emails"]
ENVELOPE = ["source", "source_event_id", "urn", "victim_ref", "occurred_at", "received_at", "kind"]


def cell(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "|".join(value)
    return "" if value is None else str(value)


def case_row(case):
    row = {name: cell(case.get(name)) for name in OWN}
    for name in POINTS:
        point = case.get(name, {})
        value = point.get("value")
        row[name] = "; ".join(value) if isinstance(value, list) else cell(value)
        row.update({f"{name}_{field}": cell(point.get(field)) for field in POINT_FIELDS})
    for number, defendant in enumerate(case["defendants"], 1):
        texts = {**defendant, "addresses": ["; ".join(lines) for lines in defendant["addresses"]]}
        row.update({f"defendant_{number}_{field}": cell(texts.get(field)) for field in DEFENDANT})
    row.update({f"adviser_{field}": cell(case.get("adviser", {}).get(field)) for field in ADVISER})
    return row


def write(path, columns, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


def write_cases(path, cases):
    columns = OWN + [f"{name}{end}" for name in POINTS for end in [""] + [f"_{field}" for field in POINT_FIELDS]]
    columns += [f"defendant_{number}_{field}" for number in (1, 2, 3) for field in DEFENDANT]
    columns += [f"adviser_{field}" for field in ADVISER]
    write(path, columns, map(case_row, cases))


def write_events(path, events):
    def row(event):
        detail = {name: value for name, value in event.items() if name not in ENVELOPE}
        text = json.dumps(detail, ensure_ascii=False, separators=(",", ":")) if detail else ""
        return {**{name: cell(event.get(name)) for name in ENVELOPE}, "detail": text}

    write(path, ENVELOPE + ["detail"], map(row, sorted(events, key=lambda e: e["occurred_at"])))

"""The conformance suite of RFC 7208 as JSON, for the test to play.

    spf_suite.py rfc7208-tests.yml

For each scenario a JSON line {"description", "zone", "silent", "tests"}. As the suite's own driver does, a record of type SPF,
which RFC 7208 no longer asks for, stands as TXT where a name has no TXT of its own; what is not there of a name with
TIMEOUT is not answered.
"""

import json
import sys
from base64 import b64encode

import yaml


def listed(value):
    return value if isinstance(value, list) else [value]


def pieces(value):
    """A text in its pieces, each in base64: the suite has bytes that are no text."""
    return [b64encode(piece.encode("latin-1")).decode() for piece in listed(value)]


def data_of(name, entries):
    """The records of one name, as {"name", "type", "value"}."""
    pairs = [pair for entry in entries if isinstance(entry, dict) for pair in entry.items()]
    has_txt = any(kind == "TXT" for kind, _ in pairs)
    for kind, value in pairs:
        if kind == "SPF" and has_txt or kind == "TXT" and value == "NONE":
            continue
        if kind in ("SPF", "TXT"):
            kind, value = "TXT", pieces(value)
        yield {"name": name, "type": kind, "value": value}


def main():
    with open(sys.argv[1], "rb") as suite:
        for scenario in yaml.safe_load_all(suite):
            zone = scenario["zonedata"]
            line = {
                "description": scenario["description"],
                "zone": [record for name, entries in zone.items() for record in data_of(name, entries)],
                "silent": [name for name, entries in zone.items() if "TIMEOUT" in entries],
                "tests": [
                    {
                        "name": name,
                        "client": test["host"],
                        "hello": test["helo"],
                        "return_path": test["mailfrom"],
                        "results": listed(test["result"]),
                    }
                    for name, test in scenario["tests"].items()
                ],
            }
            print(json.dumps(line))


main()

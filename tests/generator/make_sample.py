#!/usr/bin/env python3
"""Makes invented cases and events for `gateway cases import` and `gateway events import`.

    python3 tests/generator/make_sample.py --seed 1 --cases 220 --events 1100 --out tests/sample

The same seed gives the same bytes. Files: cases.jsonl, events.jsonl, events-bad.jsonl (each line is refused or
changes nothing; docs/imports.md says why), cases-small.csv and events-small.csv (the first cases once more, as
CSV). Events are written in the order of time within each block of 100,000, so that memory stays flat."""

import argparse
import json
import random
from pathlib import Path

import people
import story
import small_csv

BLOCK = 100_000
SMALL_CASES = 8


def line(record):
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


def share(rng, events_left, cases_left):
    """How many events the next case gets, so that the total comes out exactly."""
    if cases_left == 1:
        return events_left
    mean = events_left / cases_left
    spread = max(1, round(mean * 0.6))
    wish = round(mean) + rng.randint(-spread, spread)
    return max(0, min(wish, events_left))


def bad_events(case, other, first):
    """One line for each way in which an event is refused or changes nothing."""
    ok = {"source": "cms", "urn": case["urn"], "victim_ref": case["victim_ref"],
          "occurred_at": "2026-11-24T10:00:00Z", "kind": "safety-check-due"}
    urn = case["urn"]
    off = urn[:8] + str((int(urn[8]) + 1) % 10) + urn[9:]
    rows = [
        {"urn": "00XX0000000"},
        {"urn": off},
        {"victim_ref": other["victim_ref"]},
        {"occurred_at": "2019-01-02T10:00:00Z"},
        {"occurred_at": "2031-01-02T10:00:00Z"},
        {"occurred_at": "24/11/2026 10:00"},
        {"urn": urn[:10]},
        {"kind": "carrier-pigeon"},
        {"kind": "s28-set"},
        {"colour": "green"},
        {"kind": "charge-decision", "decision": "no-charge", "decided_by": "cps", "reasons": "No author."},
    ]
    for number, change in enumerate(rows, 1):
        yield {**ok, "source_event_id": f"BAD-{number:03}", **change}
    yield first
    yield {**first, "occurred_at": "2026-11-25T10:00:00Z"}


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--seed", type=int, required=True)
    args.add_argument("--cases", type=int, required=True)
    args.add_argument("--events", type=int, required=True)
    args.add_argument("--out", type=Path, required=True)
    args = args.parse_args()
    if args.cases < SMALL_CASES or args.events < 1:
        raise SystemExit(f"at least {SMALL_CASES} cases and 1 event")
    rng = random.Random(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    counter = {"cms": 0, "police": 0, "wcu": 0}
    block, head, head_events = [], [], []
    left = args.events
    with open(args.out / "cases.jsonl", "w", encoding="utf-8", newline="\n") as cases, \
            open(args.out / "events.jsonl", "w", encoding="utf-8", newline="\n") as events:

        def flush():
            block.sort(key=lambda e: (e["occurred_at"], e["source_event_id"]))
            events.writelines(line(e) for e in block)
            block.clear()

        case = None
        for number in range(args.cases):
            case = people.make_case(rng, number, case)
            cases.write(line(case))
            wanted = share(rng, left, args.cases - number)
            left -= wanted
            for event in story.make_events(rng, case, wanted, counter):
                block.append(event)
                if number < SMALL_CASES:
                    head_events.append(event)
                if len(block) == BLOCK:
                    flush()
            if number < SMALL_CASES:
                head.append(case)
        first = (head_events or block)[0]
        flush()
    with open(args.out / "events-bad.jsonl", "w", encoding="utf-8", newline="\n") as bad:
        bad.writelines(line(e) for e in bad_events(head[0], head[-1], first))
    small_csv.write_cases(args.out / "cases-small.csv", head)
    small_csv.write_events(args.out / "events-small.csv", head_events)


if __name__ == "__main__":
    main()

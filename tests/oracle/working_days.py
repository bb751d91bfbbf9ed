#!/usr/bin/env python3
"""Due times computed a second time, by other means.

Written from victims-code.md (sections 3, 4, 7, 8, 12) and the issue, not from the program: its own table of
rules, its own arithmetic of working days, its own rule for London's clock. Standard library only.

    working_days.py --all                       every rule, every day of 2018 to 2028, enhanced no and yes
    working_days.py RULE YYYY-MM-DD yes|no      one line

Prints JSON lines {"rule","from","enhanced","due"}, or {"rule","from","enhanced","error"} where the last day
lies past the last year of config/bank-holidays.json. "from" is noon in London on the day.
"""

import datetime
import json
import os
import sys

WD, CD, BACK, MONTHS = "working days", "calendar days", "calendar days, back to a working day", "months"

# rule: (unit, general, enhanced). Rules to which no source gives a number are absent.
RULES = {
    "R6-01": (WD, 5, 1), "R6-02": (WD, 5, 1), "R6-05": (WD, 5, 1), "R6-05-POLICE": (WD, 5, 1),
    "R6-06": (WD, 5, 1), "R6-07": (WD, 5, 1), "R6-08": (CD, 0, 0),
    "R8-01": (WD, 1, 1), "R8-02": (WD, 5, 1), "R8-03": (WD, 5, 1), "R8-04": (WD, 1, 1), "R8-06": (CD, 0, 0),
    "PTM-LOCAL": (BACK, 14, 14),
    "R9-01": (WD, 1, 1), "R9-02": (WD, 1, 1), "R9-04": (CD, 6, 6), "R9-06": (WD, 1, 1),
    "R11-01": (WD, 10, 10), "R11-02": (WD, 20, 20),
    "R4-01": (WD, 2, 2), "R10-01": (WD, 10, 10), "R12-01": (WD, 10, 10),
    "VRR-REQ": (WD, 10, 10), "VRR-REQ-OLD": (WD, 5, 5), "VRR-LONGSTOP": (MONTHS, 3, 3),
    "VRR-LOCAL-DEC": (WD, 10, 10), "VRR-DEC": (WD, 30, 30),
    "ULS": (CD, 28, 28), "ULS-2026": (MONTHS, 6, 6), "ULS-LATE": (CD, 14, 14),
    "HOUSE-INTRO": (WD, 5, 1), "HOUSE-SENTENCE-QUESTION": (WD, 5, 1), "HOUSE-REVIEW-OUTCOME": (WD, 5, 1),
    "HOUSE-SAFETY-CHECK": (WD, 5, 1), "HOUSE-MEETING-ARRANGED": (WD, 5, 1), "HOUSE-MEETING-CHANGED": (WD, 1, 1),
    "HOUSE-MEETING-CANCELLED": (WD, 1, 1),
    "HOUSE-ADVISER-ANSWER": (WD, 2, 2), "HOUSE-ADVISER-UPDATE": (WD, 1, 1), "HOUSE-ADVISER-CONFIRM": (WD, 5, 5),
    "HOUSE-SILENCE": (WD, 2, 2), "HOUSE-EVIDENCE": (WD, 1, 1),
}

HERE = os.path.dirname(os.path.abspath(__file__))
HOLIDAYS_FILE = os.path.join(HERE, "..", "..", "config", "bank-holidays.json")


def last_sunday(year, month):
    """The last Sunday of March or October, both of which have 31 days."""
    day = datetime.date(year, month, 31)
    return day - datetime.timedelta(days=(day.weekday() + 1) % 7)


def offset(day, hour):
    """London's offset at a full hour that is not itself skipped or repeated."""
    starts, ends = last_sunday(day.year, 3), last_sunday(day.year, 10)
    after_start = day > starts or (day == starts and hour >= 2)
    before_end = day < ends or (day == ends and hour < 1)
    return "+01:00" if after_start and before_end else "+00:00"


class Calendar:
    """Ordinals of working days in one sorted list: the n-th working day is an index, not a loop."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            events = json.load(file)["england-and-wales"]["events"]
        holidays = {datetime.date.fromisoformat(event["date"]) for event in events}
        years = {day.year for day in holidays}
        self.first, self.last = datetime.date(min(years), 1, 1), datetime.date(max(years), 12, 31)
        self.working = []
        self.upto = {}
        day = self.first
        while day <= self.last:
            if day.weekday() < 5 and day not in holidays:
                self.working.append(day)
            self.upto[day] = len(self.working)
            day += datetime.timedelta(days=1)

    def after(self, day, count):
        index = self.upto[day] + count - 1
        return self.working[index] if index < len(self.working) else None

    def back(self, day):
        return self.working[self.upto[day] - 1]


def add_months(day, months):
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    following = datetime.date(year + month // 12, month % 12 + 1, 1)
    return min(datetime.date(year, month, 1) + datetime.timedelta(days=day.day - 1),
               following - datetime.timedelta(days=1))


def due(calendar, rule, day, enhanced):
    unit, general, fast = RULES[rule]
    count = fast if enhanced else general
    if unit == WD:
        return calendar.after(day, count)
    last = add_months(day, count) if unit == MONTHS else day + datetime.timedelta(days=count)
    if last > calendar.last:
        return None
    return calendar.back(last) if unit == BACK else last


def line(calendar, rule, day, enhanced):
    found = due(calendar, rule, day, enhanced)
    out = {"rule": rule, "from": f"{day}T12:00:00{offset(day, 12)}", "enhanced": "yes" if enhanced else "no"}
    if found is None:
        out["error"] = f"past {calendar.last.year}, the last year with known bank holidays"
    else:
        out["due"] = f"{found}T23:59:59{offset(found, 23)}"
    return json.dumps(out, separators=(",", ":"))


def main(arguments):
    calendar = Calendar(HOLIDAYS_FILE)
    if len(arguments) == 3 and arguments[0] in RULES and arguments[2] in ("yes", "no"):
        print(line(calendar, arguments[0], datetime.date.fromisoformat(arguments[1]), arguments[2] == "yes"))
        return 0
    if arguments != ["--all"]:
        print(__doc__, file=sys.stderr)
        return 2
    for rule in RULES:
        day = datetime.date(2018, 1, 1)
        while day <= datetime.date(2028, 12, 31):
            for enhanced in (False, True):
                print(line(calendar, rule, day, enhanced))
            day += datetime.timedelta(days=1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

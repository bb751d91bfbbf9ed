"""What happens in a case: an ordered line of events between 16 November and 4 December 2026."""

from datetime import date, datetime, time, timedelta

import words as w

DEMO_START = datetime(2026, 11, 23, 9, 0)
FIRST_DAY, LAST_DAY = date(2026, 11, 16), date(2026, 12, 4)
POLICE_STEPS = ["arrested", "interviewed", "released-without-charge", "released-on-bail", "under-investigation",
                "bail-changed"]


def stamp(at):
    """London is at UTC from late October to late March, so this is London time too."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def later(rng, at, first, last, hour=(9, 16)):
    """A working day between `first` and `last` days later, on the hour or half past."""
    day = at.date() + timedelta(days=rng.randint(first, last))
    while day.weekday() > 4:
        day += timedelta(days=1)
    return datetime.combine(day, time(rng.randint(*hour), rng.choice([0, 30])))


def instants(rng, count):
    """Sorted moments, about a fifth of them before the demo begins, few of them outside office hours."""
    found = []
    for _ in range(count):
        early = rng.random() < 0.2
        low, high = (FIRST_DAY, date(2026, 11, 22)) if early else (DEMO_START.date(), LAST_DAY)
        day = low + timedelta(days=rng.randint(0, (high - low).days))
        office = rng.random() < 0.93
        while office and day.weekday() > 4:
            day -= timedelta(days=1)
        hours = (9, 16) if office else (0, 23)
        found.append(datetime.combine(day, time(rng.randint(*hours), rng.randint(0, 59), rng.randint(0, 59))))
    return sorted(found)


def signed(rng, texts, missing=0.05):
    """Reasons with their author; now and then they have not been written yet."""
    if rng.random() < missing:
        return {}
    return {"reasons": rng.choice(texts), "reasons_author": rng.choice(w.PROSECUTORS)}


def charges(rng, case):
    known = w.CHARGES[case["offence"]]
    return rng.sample(known, rng.choices([1, 2], [75, 25])[0])


# Each step is a function of (rng, case, moment) that gives kind, source and fields.

def vlo_assigned(rng, case, at):
    return "vlo-assigned", "cms", {}


def police_update(rng, case, at):
    return "police-update", "police", {"what": rng.choice(POLICE_STEPS)}


def charged(rng, case, at):
    by = rng.choices(["cps", "police"], [92, 8])[0]
    fields = {"decision": "charge", "decided_by": by, "charges": charges(rng, case)}
    if rng.random() < 0.9:
        fields["first_hearing_at"] = stamp(later(rng, at, 5, 28, (10, 14)))
        fields["first_hearing_court"] = rng.choice(w.FIRST_COURTS)
    return "charge-decision", "cms" if by == "cps" else "police", fields


def not_charged(rng, case, at):
    return "charge-decision", "cms", {"decision": "no-charge", "decided_by": "cps", "charges": charges(rng, case),
                                      **signed(rng, w.NO_CHARGE)}


def out_of_court(rng, case, at):
    return "charge-decision", "police", {"decision": "out-of-court", "decided_by": "police",
                                         "charges": charges(rng, case)}


def provisional(rng, case, at):
    return "provisional-decision", "cms", signed(rng, w.NO_CHARGE)


def stopped_all(rng, case, at):
    return "charge-stopped", "cms", {"how": rng.choice(["discontinued", "no-evidence"]), "charges": charges(rng, case),
                                     "all_proceedings_end": True, **signed(rng, w.STOPPED)}


def stopped_one(rng, case, at):
    return "charge-stopped", "cms", {"how": rng.choice(["discontinued", "withdrawn-by-prosecutor"]),
                                     "charges": charges(rng, case)[:1], "all_proceedings_end": False,
                                     **signed(rng, w.STOPPED)}


def stopped_after_withdrawal(rng, case, at):
    return "charge-stopped", "cms", {"how": "discontinued", "charges": charges(rng, case), "all_proceedings_end": True,
                                     "after_victim_withdrawal": True, **signed(rng, w.STOPPED)}


def altered(rng, case, at):
    return "charge-altered", "cms", {"level": rng.choice(["increased", "decreased"]),
                                     "charges": charges(rng, case)[:1], **signed(rng, w.ALTERED)}


def hearing_listed(rng, case, at):
    return "hearing-listed", "wcu", {"hearing_at": stamp(later(rng, at, 7, 60, (10, 14))), "court": rng.choice(w.COURTS)}


def bail_outcome(rng, case, at):
    return "bail-outcome", "wcu", {"outcome": rng.choice(w.BAIL),
                                   "conditions": rng.sample(w.CONDITIONS, rng.randint(1, 3))}


def warrant(rng, case, at):
    return "warrant-issued", "wcu", {}


def pleads_not_guilty(rng, case, at):
    case["_plea"] = at.date().isoformat()
    return "plea", "wcu", {"plea": "not-guilty", "must_give_evidence": rng.random() < 0.8}


def pleads_guilty(rng, case, at):
    return "plea", "wcu", {"plea": "guilty"}


def trial_set(rng, case, at):
    trial = date(2027, 1, 11) + timedelta(days=7 * rng.randint(4, 44))
    fields = {"trial_date": trial.isoformat(), "after_not_guilty_plea": True,
              "plea_date": case.pop("_plea", (at.date() - timedelta(days=rng.randint(0, 3))).isoformat())}
    if rng.random() < 0.4:
        fields["s28_date"] = (trial - timedelta(days=rng.randint(14, 28))).isoformat()
    elif rng.random() < 0.6:
        fields["evidence_date"] = (trial + timedelta(days=1)).isoformat()
    return "trial-set", "cms", fields


def s28_set(rng, case, at):
    return "s28-set", "cms", {"date": (date(2027, 1, 18) + timedelta(days=rng.randint(0, 10))).isoformat()}


def evidence_day(rng, case, at):
    return "evidence-day", "cms", {}


def meeting(rng, at):
    return {"meeting_at": stamp(later(rng, at, 5, 25, (10, 15))), "where": rng.choice(w.PLACES),
            "how": rng.choices(["in-person", "video", "phone"], [70, 20, 10])[0]}


def meeting_arranged(rng, case, at):
    fields = meeting(rng, at)
    case["_meeting"] = fields["meeting_at"]
    return "meeting-arranged", "cms", fields


def meeting_changed(rng, case, at):
    fields = meeting(rng, at)
    case["_meeting"] = fields["meeting_at"]
    return "meeting-changed", "cms", fields


def meeting_cancelled(rng, case, at):
    when = case.pop("_meeting", None) or stamp(later(rng, at, 5, 25))
    return "meeting-cancelled", "cms", {"meeting_at": when, "reason": "the date of the trial has changed"}


def convicted(rng, case, at):
    return "case-outcome", "wcu", {"outcome": "convicted", "reasons": w.OUTCOME_REASONS}


def acquitted(rng, case, at):
    return "case-outcome", "wcu", {"outcome": "acquitted"}


def sentence(rng, case, at):
    return "sentence", "wcu", {"months": rng.choice([8, 18, 30, 48, 66, 84, 120]), "explanation": w.EXPLANATION}


def sentence_question(rng, case, at):
    question, answer = rng.choice(w.ANSWERS)
    fields = {"question": question}
    if rng.random() < 0.85:
        fields.update(answer=answer, answer_author=rng.choice(w.PROSECUTORS))
    return "sentence-question", "wcu", fields


def vcs_referral(rng, case, at):
    return "vcs-referral", "wcu", {}


def appeal(rng, case, at):
    return "appeal", "wcu", {"stage": "lodged"}


def review_request(rng, case, at):
    return "review-request", "cms", {"stage": rng.choices(["local", "independent"], [85, 15])[0]}


def review_outcome(rng, case, at):
    upheld = rng.random() < 0.8
    return "review-outcome", "cms", {"upheld": upheld, **signed(rng, w.UPHELD if upheld else w.OVERTURNED, 0.03)}


def safety_check(rng, case, at):
    return "safety-check-due", "cms", {}


def enhanced_found(rng, case, at):
    return "enhanced-rights-found", "police", {"ground": rng.choice(["persistently-targeted",
                                                                     "vulnerable-or-intimidated"])}


def contact_change(rng, case, at):
    return "contact-change", "police", {"said_by": rng.choice(w.POLICE), "note": "the victim has moved house"}


def update_impossible(rng, case, at):
    return "update-impossible", "wcu", {"reason": "the number that we hold does not ring"}


def withdrew(rng, case, at):
    return "victim-withdrew", "police", {}


def opt_out(rng, case, at):
    if rng.random() < 0.5:
        return "opt-out", "wcu", {"all": True}
    return "opt-out", "wcu", {"stages": rng.sample(["trial", "court", "sentence", "appeal", "meeting"], 2)}


def opt_in(rng, case, at):
    return "opt-in", "wcu", {"all": True}


def complaint(rng, case, at):
    return "complaint", "cms", {}


def expenses(rng, case, at):
    return "expenses-claim", "cms", {}


def crime_reported(rng, case, at):
    return "crime-reported", "police", {}


def no_investigation(rng, case, at):
    return "police-no-investigation", "police", {"reasons": "there is no line of enquiry left"}


def communicated(rng, case, at):
    return "decision-communicated", "cms", {"review_qualifies": True}


def transcript(rng, case, at):
    return "transcript-request", "wcu", {}


def deceased(rng, case, at):
    return "victim-deceased", "police", {}


def closed(rng, case, at):
    return "case-closed", "cms", {}


LINES = [
    (16, [vlo_assigned, police_update, charged, hearing_listed, bail_outcome, pleads_not_guilty, trial_set]),
    (9, [police_update, vlo_assigned, not_charged, review_request, review_outcome, closed]),
    (3, [vlo_assigned, not_charged, communicated, review_request, review_outcome]),
    (18, [vlo_assigned, pleads_not_guilty, trial_set, meeting_arranged, meeting_changed, s28_set]),
    (8, [pleads_not_guilty, trial_set, meeting_arranged, meeting_cancelled, safety_check]),
    (8, [vlo_assigned, hearing_listed, stopped_all, review_request, review_outcome]),
    (6, [hearing_listed, stopped_one, safety_check, bail_outcome]),
    (6, [vlo_assigned, altered, hearing_listed, safety_check]),
    (8, [evidence_day, convicted, sentence, sentence_question, vcs_referral, appeal]),
    (4, [evidence_day, acquitted, expenses, complaint]),
    (4, [pleads_guilty, sentence, sentence_question, vcs_referral, transcript]),
    (4, [safety_check, contact_change, update_impossible, hearing_listed, safety_check]),
    (2, [vlo_assigned, charged, opt_out, hearing_listed, opt_in]),
    (2, [hearing_listed, withdrew, stopped_after_withdrawal, closed]),
    (1, [police_update, vlo_assigned, out_of_court, warrant]),
    (1, [crime_reported, police_update, vlo_assigned, safety_check]),
    (1, [crime_reported, police_update, no_investigation]),
]
PILOT_LINE = [vlo_assigned, provisional, review_request, review_outcome, not_charged]
ENHANCED_LINE = [vlo_assigned, enhanced_found, charged, hearing_listed, pleads_not_guilty, trial_set]
FILLERS = [police_update, hearing_listed, bail_outcome, safety_check, hearing_listed, update_impossible]


def steps(rng, case, wanted, at_number):
    """The line of this case, cut or filled up to the number of events wanted."""
    if at_number % 500 == 137:
        line = [vlo_assigned, safety_check, deceased]
    elif case["area"] in w.PILOT and rng.random() < 0.2:
        line = PILOT_LINE
    elif not case["enhanced"]:
        line = ENHANCED_LINE
    else:
        line = rng.choices([steps for _, steps in LINES], [weight for weight, _ in LINES])[0]
    # A short share takes the middle of the line, where the duties are.
    start = rng.randint(0, max(0, len(line) - wanted)) if wanted < len(line) else 0
    line = line[start:start + wanted]
    return [rng.choice(FILLERS) for _ in range(wanted - len(line))] + line


def make_events(rng, case, wanted, counter):
    case = dict(case)
    number = int(case["victim_ref"][2:])
    for at, step in zip(instants(rng, wanted), steps(rng, case, wanted, number)):
        kind, source, fields = step(rng, case, at)
        counter[source] += 1
        event = {"source": source, "source_event_id": f"{source.upper()}-{counter[source]:07}", "urn": case["urn"],
                 "victim_ref": case["victim_ref"], "occurred_at": stamp(at)}
        if source == "wcu" and rng.random() < 0.7:
            # The court tells the Witness Care Unit within days; the second leg of the clock begins there.
            event["received_at"] = stamp(at + timedelta(hours=rng.randint(1, 72)))
        yield {**event, "kind": kind, **fields}

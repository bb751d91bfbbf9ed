use super::*;

fn file() -> &'static str {
    include_str!("../../../../config/victims-code.toml")
}

fn book() -> Rulebook {
    Rulebook::parse(file()).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// Every row of the tables of victims-code.md, sections 3, 5, 7, 8 and 12, and the house rules.
const IDS: &[&str] = &[
    "R6-01",
    "R6-02",
    "R6-03",
    "R6-04",
    "R6-05",
    "R6-06",
    "R6-07",
    "R6-08",
    "PILOT-01",
    "R8-01",
    "R8-02",
    "R8-03",
    "R8-04",
    "R8-05",
    "R8-06",
    "PTM-01",
    "PTM-LOCAL",
    "R9-01",
    "R9-02",
    "R9-03",
    "R9-04",
    "R9-05",
    "R9-06",
    "R11-01",
    "R11-02",
    "S35",
    "SA22",
    "R3-01",
    "R4-01",
    "R7-01",
    "R7-02",
    "R10-01",
    "R12-01",
    "VRR-QUALIFY",
    "VRR-REQ",
    "VRR-REQ-OLD",
    "VRR-LONGSTOP",
    "VRR-STAGE-1",
    "VRR-STAGE-2",
    "VRR-NO-EVIDENCE",
    "VRR-LOCAL-DEC",
    "VRR-DEC",
    "ULS",
    "ULS-2026",
    "ULS-LATE",
    "HOUSE-INTRO",
    "HOUSE-SENTENCE-QUESTION",
    "HOUSE-REVIEW-OUTCOME",
    "HOUSE-SAFETY-CHECK",
    "HOUSE-MEETING-ARRANGED",
    "HOUSE-MEETING-CHANGED",
    "HOUSE-MEETING-CANCELLED",
    "HOUSE-ADVISER-ANSWER",
    "HOUSE-ADVISER-UPDATE",
    "HOUSE-ADVISER-CONFIRM",
    "HOUSE-SILENCE",
    "HOUSE-EVIDENCE",
];

#[test]
fn every_row_of_the_tables_is_in_the_book() {
    let book = book();
    for id in IDS {
        assert!(book.rule(id).is_some(), "{id} is missing");
    }
}

#[test]
fn rows_that_rest_on_memory_are_disabled_and_nulls_stay_null() {
    let book = book();
    for rule in book.rules().iter().filter(|rule| rule.grade.rests_on_memory()) {
        assert!(!rule.enabled, "{}", rule.id);
    }
    for id in ["R6-05", "R9-06", "R12-01", "VRR-DEC"] {
        assert!(!book.rule(id).unwrap().enabled, "{id}");
    }
    for id in [
        "PTM-01", "PILOT-01", "R6-03", "R6-04", "R8-05", "R9-03", "R9-05", "R3-01", "R7-01",
    ] {
        assert_eq!(book.rule(id).unwrap().limit, Limit::None, "{id}");
    }
}

#[test]
fn the_demo_enables_what_the_file_marks_and_nothing_else() {
    let (book, demo) = (book(), book().for_demo());
    let changed: Vec<&str> = book
        .rules()
        .iter()
        .zip(demo.rules())
        .filter(|(before, after)| before.enabled != after.enabled)
        .map(|(before, _)| before.id.as_str())
        .collect();
    assert_eq!(changed, ["R6-05"]);
}

#[test]
fn only_the_cps_has_templates_and_every_decision_needs_a_second_person() {
    for rule in book().rules() {
        if rule.owner != Owner::Cps {
            assert_eq!(rule.template_kinds().count(), 0, "{}", rule.id);
        }
    }
    for id in [
        "R6-05",
        "R6-06",
        "R6-07",
        "PILOT-01",
        "HOUSE-REVIEW-OUTCOME",
        "HOUSE-SENTENCE-QUESTION",
    ] {
        assert!(book().rule(id).unwrap().second_person, "{id}");
    }
}

#[test]
fn house_rules_and_the_working_assumption_are_labelled() {
    for rule in book().rules() {
        assert_eq!(
            rule.house_rule,
            rule.id.as_str().starts_with("HOUSE-"),
            "{}",
            rule.id
        );
        assert_eq!(
            rule.working_assumption,
            rule.id.as_str() == "PTM-LOCAL",
            "{}",
            rule.id
        );
    }
}

#[test]
fn news_through_somebody_else_is_discharged_by_the_victim_being_informed() {
    for rule in book().rules().iter().filter(|rule| rule.template_kind.is_some()) {
        assert_eq!(rule.discharge, Discharge::EmailAccepted, "{}", rule.id);
        assert_eq!(rule.discharge.through_somebody(), Discharge::VictimInformed);
    }
}

fn faults_after(from: &str, to: &str) -> String {
    let changed = file().replacen(from, to, 1);
    assert_ne!(changed, file(), "{from} does not stand in the file");
    let faults = Rulebook::parse(&changed).unwrap_err();
    faults
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn each_fault_names_the_row_and_what_would_be_right() {
    for (from, to, expected) in [
        ("id = \"R6-01\"", "id = \"r6\"", "`id`"),
        ("id = \"R6-02\"", "id = \"R6-01\"", "stands twice"),
        ("owner = \"police\"", "owner = \"army\"", "one of cps, police"),
        (
            "owner = \"police\"",
            "owner = \"police\"\ncolour = \"red\"",
            "`colour` is not a key",
        ),
        (
            "general = 5, enhanced = 1",
            "general = 1, enhanced = 5",
            "1 to `general`",
        ),
        (
            "general = 5, enhanced = 1",
            "general = 5",
            "the limit cannot be read",
        ),
        (
            "event = \"police-update\"",
            "event = \"police-news\"",
            "police-no-investigation",
        ),
        (
            "\"arrested\", \"interviewed\"",
            "\"arrested\", \"asked\"",
            "`when.what` does not fit",
        ),
        (
            "decided_by = \"cps\"",
            "decided_bi = \"cps\"",
            "`when.decided_bi` does not fit",
        ),
        (
            "areas = [\"west-midlands\"",
            "areas = [\"West Midlands\"",
            "config/areas.toml",
        ),
        (
            "stage = \"investigation\"",
            "stage = \"charge\"",
            "`stage` is not the stage",
        ),
        (
            "carried_by = \"PTM-LOCAL\"",
            "carried_by = \"PTM-LOCUL\"",
            "another rule of the CPS",
        ),
        (
            "in_force_from = \"2021-04-01\"",
            "in_force_from = \"April\"",
            "a day such as",
        ),
        ("title = ", "titel = ", "`title` is missing"),
        ("[[rules]]", "[[rules]", "not TOML"),
    ] {
        let told = faults_after(from, to);
        assert!(told.contains(expected), "{to}: {told}");
        assert!(
            told.contains("row 1")
                || told.contains('(')
                || told.contains("line")
                || told.contains("PTM-01")
                || told.contains("R6-01"),
            "{told}"
        );
    }
}

#[test]
fn enabling_a_row_that_rests_on_memory_is_a_fault() {
    let row = file()
        .split("[[rules]]")
        .find(|row| row.contains("id = \"R12-01\""))
        .unwrap();
    let told = faults_after(row, &row.replace("enabled = false", "enabled = true"));
    assert!(told.contains("R12-01") && told.contains("holds M"), "{told}");
}

#[test]
fn a_template_for_another_agency_is_a_fault() {
    let told = faults_after(
        "owner = \"police\"",
        "owner = \"police\"\ntemplate_kind = \"decision-to-charge\"",
    );
    assert!(
        told.contains("R6-01") && told.contains("never sent by us"),
        "{told}"
    );
}

#[test]
fn all_faults_are_told_at_once() {
    let broken = file()
        .replacen("owner = \"police\"", "owner = \"army\"", 1)
        .replacen(
            "general = 10, enhanced = 10",
            "general = \"ten\", enhanced = 10",
            1,
        )
        .replacen("house_rule = true", "house_rule = \"yes\"", 1);
    let faults = Rulebook::parse(&broken).unwrap_err();
    let rows: std::collections::BTreeSet<&str> = faults.iter().map(|fault| fault.row.as_str()).collect();
    assert!(rows.len() >= 3, "{faults:?}");
}

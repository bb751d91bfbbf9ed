//! S24 to S47, S55 and S56: the victim is called first, and a letter or an email follows; or the victim was not contacted.
//! Each run is made for a decision to charge and for one not to.

use domain::id::VictimId;
use harness::case::{not_charged, safe};
use harness::database::Database;
use harness::gateway::{OFFICER, TestGateway};
use harness::on_both;
use harness::web::Browser;
use serde_json::{Value, json};
use store::obligations;

use super::{another, at, call, log, typed};
use crate::acting::{PRIYA, RUTH, read};

/// One run of CPS's table: calls that nobody answers, whether a text is sent after the first, whether the last call
/// informs, and by what the letter follows.
struct Run {
    failed: usize,
    text: bool,
    informs: bool,
    by_post: bool,
}

const fn run(failed: usize, text: bool, informs: bool, by_post: bool) -> Run {
    Run {
        failed,
        text,
        informs,
        by_post,
    }
}

fn charged() -> Value {
    json!({
        "kind": "charge-decision", "decision": "charge", "decided_by": "cps", "charges": ["Rape"],
        "first_hearing_at": "2026-12-07T10:00:00Z", "first_hearing_court": "Anytown Magistrates' Court",
    })
}

fn changes(run: &Run) -> Value {
    let post = safe(json!(["12 Orchard Rise", "Anytown", "ZZ9 9ZZ"]));
    let mut changes = json!({"mobile": safe("07700 900466"), "post": post});
    if run.by_post {
        changes["email"] = Value::Null;
        changes["preferred"] = json!("post");
    }
    changes
}

/// The one duty that a decision raised and that a message of ours discharges.
async fn duty(gateway: &TestGateway, victim: &VictimId) -> obligations::ObligationRow {
    let open = obligations::list_open_by_victim(&mut gateway.reader().await, victim).await;
    let mut open = open.expect("the duties");
    open.retain(|owed| owed.owner == "cps" && owed.template_kind.is_some());
    open.into_iter().next().expect("a duty of ours")
}

async fn state(gateway: &TestGateway, id: &domain::id::ObligationId) -> String {
    let row = obligations::find(&mut gateway.reader().await, id).await;
    row.expect("the duties").expect("the duty").state
}

/// The calls that nobody answers, and the text after the first.
async fn calls(priya: &Browser, victim: &VictimId, id: &str, run: &Run) {
    for (number, hour) in ["8", "12", "16"].into_iter().take(run.failed).enumerate() {
        let mut fields = typed(call(), &[("obligation", id)]);
        fields = typed(fields, &at("20", hour, "15"));
        let page = log(priya, victim, "nobody-to-ask", &fields).await;
        assert!(
            page.says("Victim informed Not known"),
            "{:?} {}",
            page.errors(),
            page.text()
        );
        if run.text && number == 0 {
            let mut fields = typed(
                at("20", "8", "20"),
                &[
                    ("method", "text-message"),
                    ("direction", "outbound"),
                    ("person", "victim"),
                    ("informed", "no"),
                    ("purpose", "asked to expect a call"),
                    ("obligation", id),
                ],
            );
            fields.extend([
                ("promised", "23"),
                ("promised-month", "11"),
                ("promised-year", "2026"),
            ]);
            fields.extend([("promised-time", "14"), ("promised-time-minutes", "0")]);
            let page = log(priya, victim, "nobody-to-ask", &fields).await;
            assert!(
                page.says("Next calls promised 23 November 2026 at 2pm"),
                "{:?} {}",
                page.errors(),
                page.text()
            );
            let front = read(priya, &format!("/victims/{victim}/contacts/new")).await;
            assert!(
                front.says("Calls that a text has promised 23 November 2026 at 2pm"),
                "{}",
                front.text()
            );
        }
    }
}

/// Logs what the run says, lets the letter follow, and finds the duty discharged.
async fn play(gateway: &TestGateway, priya: &Browser, ruth: &Browser, victim: &VictimId, run: &Run) {
    let owed = duty(gateway, victim).await;
    let id = owed.id.as_str();
    calls(priya, victim, id, run).await;
    if run.informs {
        let fields = typed(
            call(),
            &[("outcome", "answered"), ("informed", "yes"), ("obligation", id)],
        );
        let page = log(priya, victim, "confirmed", &fields).await;
        assert!(
            page.says("Victim informed Yes") && page.says("is still open"),
            "{:?} {}",
            page.errors(),
            page.text()
        );
    } else if run.failed == 3 {
        let front = read(priya, &format!("/victims/{victim}/contacts/new")).await;
        assert!(
            front.says("the person must be informed by post: log a letter"),
            "{}",
            front.text()
        );
    }
    let drafts = gateway.flows.list_drafts(64).await.expect("the drafts");
    let draft = drafts
        .iter()
        .find(|draft| draft.obligation_id == owed.id)
        .expect("its draft");
    let draft = format!("/drafts/{}", draft.id);
    read(ruth, &draft).await;
    let page = ruth.post(&format!("{draft}/approve"), &[("read", "yes")]).await;
    assert!(page.path.starts_with("/messages/"), "{}", page.text());
    let message = page.path;
    gateway.clock().set("2026-11-23T09:20:00Z");
    gateway.deliver_all().await;
    if run.by_post {
        read(priya, &message).await;
        let page = priya
            .post(
                &format!("{message}/hand-over"),
                &[("route", "post"), ("why", "person-asked-for-it")],
            )
            .await;
        assert!(page.says("12 Orchard Rise"), "{}", page.text());
        let posted = by_post(gateway, priya, victim, &message).await;
        assert!(!posted, "the duty is done");
    }
    assert_eq!(state(gateway, &owed.id).await, "discharged");
    gateway.clock().set("2026-11-23T09:00:00Z");
}

/// Records that the letter was posted; answers whether its duty is still open.
async fn by_post(gateway: &TestGateway, priya: &Browser, victim: &VictimId, message: &str) -> bool {
    let plan = gateway.plan_of(victim).await;
    let point = plan
        .points()
        .iter()
        .find(|point| point.route() == domain::contact::Route::Post);
    let point = point.expect("the address").id().as_str().to_owned();
    let id = message.trim_start_matches("/messages/");
    let fields = typed(
        at("23", "9", "15"),
        &[
            ("method", "post"),
            ("direction", "outbound"),
            ("person", "victim"),
            ("informed", "no"),
            ("purpose", "the decision"),
            ("message", id),
            ("point", &point),
        ],
    );
    let page = log(priya, victim, "nobody-to-ask", &fields).await;
    assert!(
        page.says("What came of it Sent"),
        "{:?} {}",
        page.errors(),
        page.text()
    );
    page.says("is still open")
}

async fn all(database: &Database, runs: &[Run]) {
    let gateway = TestGateway::confirming(database, &["R6-05"]).await;
    let door = gateway.door();
    let (priya, ruth) = (door.sign_in_as(PRIYA).await, door.sign_in_as(RUTH).await);
    let decisions = [charged(), not_charged("The evidence does not meet the test.")];
    for (number, run) in runs.iter().enumerate() {
        for (kind, decision) in decisions.iter().enumerate() {
            let victim = another(&gateway, 2 * number + kind + 1, &changes(run), decision).await;
            gateway.flows.compose_drafts(OFFICER, 64).await.expect("drafts");
            play(&gateway, &priya, &ruth, &victim, run).await;
        }
    }
}

on_both!(
    async fn s24_s25_s38_the_first_call_informs_and_a_letter_or_email_follows(database: Database) {
        all(
            &database,
            &[run(0, false, true, true), run(0, false, true, false)],
        )
        .await;
    }
);

on_both!(
    async fn s26_to_s29_s39_s40_the_first_call_fails_and_a_letter_or_email_follows(database: Database) {
        all(
            &database,
            &[run(1, false, false, false), run(1, true, false, true)],
        )
        .await;
    }
);

on_both!(
    async fn s30_s31_s41_the_second_call_informs(database: Database) {
        all(
            &database,
            &[run(1, false, true, true), run(1, false, true, false)],
        )
        .await;
    }
);

on_both!(
    async fn s32_s33_s42_s43_two_calls_fail(database: Database) {
        all(
            &database,
            &[run(2, false, false, false), run(2, true, false, true)],
        )
        .await;
    }
);

on_both!(
    async fn s34_s35_s44_s45_the_third_call_informs(database: Database) {
        all(&database, &[run(2, false, true, false), run(2, true, true, true)]).await;
    }
);

on_both!(
    async fn s36_s37_a_b_three_calls_fail_and_a_letter_is_required(database: Database) {
        all(
            &database,
            &[run(3, false, false, true), run(3, true, false, true)],
        )
        .await;
    }
);

on_both!(
    async fn s36_s37_b_calls_about_two_decisions_are_never_one_run(database: Database) {
        let gateway = TestGateway::confirming(&database, &["R6-05"]).await;
        let priya = gateway.door().sign_in_as(PRIYA).await;
        let mut changes = changes(&run(3, false, false, true));
        changes["vlo"] = json!(OFFICER);
        let victim = another(&gateway, 1, &changes, &charged()).await;
        let first = duty(&gateway, &victim).await;
        let named = json!({"urn": "01NE4400126", "victim_ref": "V-1"});
        let other = not_charged("The evidence does not meet the test.");
        gateway
            .event(&harness::case::event(2000, &harness::case::over(other, &named)))
            .await;
        let open = obligations::list_open_by_victim(&mut gateway.reader().await, &victim).await;
        let open = open.expect("the duties").into_iter();
        let mut other = open.filter(|owed| owed.template_kind.is_some() && owed.id != first.id);
        let other = other.next().expect("the duty of the other decision");
        for (owed, hour) in [(&first, "8"), (&first, "12"), (&other, "16")] {
            let fields = typed(
                typed(call(), &[("obligation", owed.id.as_str())]),
                &at("20", hour, "15"),
            );
            log(&priya, &victim, "nobody-to-ask", &fields).await;
        }
        let front = read(&priya, &format!("/victims/{victim}/contacts/new")).await;
        assert!(
            !front.says("must be informed by post"),
            "three calls about two decisions are not three about one: {}",
            front.text()
        );
        let mut both = typed(call(), &[("obligation", first.id.as_str())]);
        both.push(("obligation", other.id.as_str()));
        let path = format!("/victims/{victim}/contacts");
        let fields = both.iter().chain([&("identity", "nobody-to-ask")]).copied();
        let page = priya.post(&path, &fields.collect::<Vec<_>>()).await;
        assert!(
            page.says("There is a problem"),
            "one contact is about one duty: {}",
            page.text()
        );
    }
);

on_both!(
    async fn s46_s47_without_a_call_a_letter_or_email_informs(database: Database) {
        all(
            &database,
            &[run(0, false, false, true), run(0, false, false, false)],
        )
        .await;
    }
);

on_both!(
    async fn s55_s56_not_contacted_needs_a_reason_and_leaves_the_duty_open(database: Database) {
        let gateway = TestGateway::confirming(&database, &["R6-05"]).await;
        let priya = gateway.door().sign_in_as(PRIYA).await;
        for (number, decision) in [charged(), not_charged("The evidence does not meet the test.")]
            .iter()
            .enumerate()
        {
            let victim = another(&gateway, number + 1, &json!({}), decision).await;
            let owed = duty(&gateway, &victim).await;
            let path = format!("/victims/{victim}/contacts");
            read(&priya, &format!("{path}/new")).await;
            let send = format!("{path}/not-contacted");
            let page = priya.post(&send, &[("duty", owed.id.as_str())]).await;
            assert_eq!(
                page.error_at("reason").as_deref(),
                Some("Select why the person was not contacted")
            );
            let page = priya
                .post(&send, &[("duty", owed.id.as_str()), ("reason", "no-answer")])
                .await;
            assert!(
                page.says("Not contacted") && page.says("is still open"),
                "{}",
                page.text()
            );
            assert_eq!(state(&gateway, &owed.id).await, "open");
        }
    }
);

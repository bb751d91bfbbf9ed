//! The reach in SQL is the reach that `domain::reach` states in words, for random readers, victims, covers and glasses.

use domain::account::Role;
use domain::id::{CaseId, CoverId, GlassId, VictimId};
use domain::reach::{Cover, Glass, Place, Reader, reaches};
use domain::time::{Entropy, random};
use flows::Staff;
use harness::chance::SeededEntropy;
use harness::gateway::TestGateway;
use harness::on_both;
use jiff::{SignedDuration, Timestamp};
use store::covers::{self, CoverRow};
use store::people::{self, CaseRow, VictimRow};
use store::reach::{self, Named};
use store::{Tx, glasses, search, team};

use super::house;

const USERS: usize = 6;
const AREAS: [&str; 4] = ["north-east", "wessex", "london-north", "cymru-wales"];
const VICTIMS: usize = 40;

/// A user of one world: the next one has others.
fn user(seed: u64, number: usize) -> String {
    format!("officer-{seed}-{number}")
}

struct World {
    readers: Vec<Reader>,
    places: Vec<(Place, String)>,
}

fn pick(chance: &dyn Entropy, below: usize) -> usize {
    let [byte]: [u8; 1] = random(chance);
    usize::from(byte) % below
}

/// Some of a list, each with an even chance.
fn some<T: Copy>(chance: &dyn Entropy, all: &[T]) -> Vec<T> {
    all.iter().copied().filter(|_| pick(chance, 2) == 0).collect()
}

fn around(chance: &dyn Entropy, now: Timestamp) -> Timestamp {
    let hours = i64::try_from(pick(chance, 9)).expect("a small number") - 4;
    now + SignedDuration::from_hours(hours)
}

async fn add_victim(
    tx: &mut Tx,
    chance: &dyn Entropy,
    (seed, number): (u64, usize),
    now: Timestamp,
) -> (Place, String) {
    let area = AREAS[pick(chance, AREAS.len())];
    let vlo = (pick(chance, 3) > 0).then(|| user(seed, pick(chance, USERS)));
    let case = CaseRow {
        id: CaseId::random(chance),
        urn: format!("01NE{seed:02}{number:03}26"),
        area: area.to_owned(),
        unit: None,
        offence: "adult-rape".to_owned(),
        opened_at: now,
        closed_at: None,
        charging: None,
    };
    people::add_case(tx, &case, now).await.expect("a case");
    let victim = VictimRow {
        id: VictimId::random(chance),
        case_id: case.id.clone(),
        source_ref: "V-1".to_owned(),
        service: "rasso".to_owned(),
        enhanced: true,
        enhanced_ground: None,
        vlo: vlo.clone(),
        standing: "{}".to_owned(),
        dates: "{}".to_owned(),
        person_sealed: vec![1],
        plan_sealed: vec![1],
        plan_version: 1,
        details_version: 1,
    };
    people::add_victim(tx, &victim, now).await.expect("a victim");
    let place = Place {
        victim: victim.id,
        area: area.to_owned(),
        vlo,
    };
    (place, case.urn)
}

async fn add_cover(tx: &mut Tx, chance: &dyn Entropy, reader: &mut Reader, absent: String, now: Timestamp) {
    let from = around(chance, now);
    let until = from + SignedDuration::from_hours(3);
    let row = CoverRow {
        id: CoverId::random(chance),
        absent: absent.clone(),
        covering: reader.user.clone(),
        from_at: from,
        until_at: until,
        reason: "leave".to_owned(),
        set_by: "manager".to_owned(),
        set_at: now,
    };
    covers::add(tx, &row).await.expect("a cover");
    if pick(chance, 4) == 0 {
        covers::end(tx, &row.id, "manager", now).await.expect("it ends");
        return;
    }
    reader.covers.push(Cover { absent, from, until });
}

async fn add_glass(
    tx: &mut Tx,
    chance: &dyn Entropy,
    reader: &mut Reader,
    victim: &VictimId,
    now: Timestamp,
) {
    let until = around(chance, now);
    let id = GlassId::random(chance);
    glasses::add(tx, &id, victim, &reader.user, "risk-of-harm", now, until)
        .await
        .expect("a glass");
    reader.glasses.push(Glass {
        victim: victim.clone(),
        until,
    });
}

async fn world(gateway: &TestGateway, seed: u64) -> World {
    let chance = SeededEntropy::new(seed);
    let now = gateway.flows.now();
    let mut tx = gateway.pool().begin().await.expect("a transaction");
    let mut places = Vec::new();
    for number in 0..VICTIMS {
        places.push(add_victim(&mut tx, &chance, (seed, number), now).await);
    }
    let mut readers = Vec::new();
    for number in 0..USERS {
        let areas = some(&chance, &AREAS).into_iter();
        let mut reader = Reader {
            user: user(seed, number),
            roles: some(&chance, &Role::ALL),
            areas: areas.map(str::to_owned).collect(),
            covers: Vec::new(),
            glasses: Vec::new(),
        };
        for _ in 0..pick(&chance, 3) {
            let absent = user(seed, pick(&chance, USERS));
            add_cover(&mut tx, &chance, &mut reader, absent, now).await;
        }
        for _ in 0..pick(&chance, 5) {
            let victim = places[pick(&chance, VICTIMS)].0.victim.clone();
            add_glass(&mut tx, &chance, &mut reader, &victim, now).await;
        }
        readers.push(reader);
    }
    tx.commit_unlogged("a test's own world").await.expect("committed");
    World { readers, places }
}

fn as_staff(reader: &Reader) -> Staff {
    Staff {
        user: reader.user.clone(),
        name: reader.user.clone(),
        phone: String::new(),
        roles: reader.roles.clone(),
        areas: reader.areas.clone(),
    }
}

on_both!(
    async fn the_sql_and_the_words_agree_on_every_reader_and_victim(database: Database) {
        let gateway = house(&database).await;
        let now = gateway.flows.now();
        let (mut yes, mut no) = (0, 0);
        for seed in [11, 12, 13] {
            let world = world(&gateway, seed).await;
            let mut tx = gateway.reader().await;
            for reader in &world.readers {
                let scope = gateway.flows.scope(&as_staff(reader)).expect("a scope");
                let unassigned = team::list_unassigned(&mut tx, &scope, 1000)
                    .await
                    .expect("a list");
                for (place, urn) in &world.places {
                    let expected = reaches(reader, place, now);
                    let one = reach::list(&mut tx, &scope, Named::Victim(&place.victim)).await;
                    assert_eq!(
                        !one.expect("an answer").is_empty(),
                        expected,
                        "{reader:?} {place:?}"
                    );
                    let hits = search::by_urn(&mut tx, &scope, urn, 10).await.expect("hits");
                    assert_eq!(!hits.is_empty(), expected, "by URN: {reader:?} {place:?}");
                    let listed = unassigned.iter().any(|hit| hit.victim_id == place.victim);
                    assert_eq!(listed, expected && place.vlo.is_none(), "{reader:?} {place:?}");
                    if expected {
                        yes += 1;
                    } else {
                        no += 1;
                    }
                }
            }
        }
        assert!(yes > 50 && no > 50, "{yes} in reach, {no} not");
    }
);

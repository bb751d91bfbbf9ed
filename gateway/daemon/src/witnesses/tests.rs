//! Witnesses that answer, lie, lag, hang or are gone, on loopback.

use std::net::Ipv4Addr;
use std::sync::Mutex;

use audit::key::{KeyKind, SigningKey};
use audit::merkle::{ProofError, consistency_proof, leaf_hash, root};
use audit::policy::Witnessed;
use audit::witness::{AnswerError, Seen, Witness, size_text};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use web::witness::{Desk, NotSigned};

use super::*;

const ORIGIN: &str = "gateway.example/contact-log";
const NOW_S: u64 = 1_800_000_000;
const SHORT: Duration = Duration::from_millis(500);

fn key(name: &str, kind: KeyKind, secret: u8) -> SigningKey {
    SigningKey::from_seed(name, kind, &[secret; 32]).expect("a key")
}

fn own(secret: u8) -> SigningKey {
    key(
        &format!("witness.example/w{secret}"),
        KeyKind::Cosignature,
        secret,
    )
}

fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|index| leaf_hash(&index.to_be_bytes())).collect()
}

fn note(size: u64) -> Note {
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        size,
        root: root(&leaves(size)),
    };
    let mut note = Note::new(checkpoint.to_text()).expect("a text");
    let log = key(ORIGIN, KeyKind::Ed25519, 100);
    note.add(Signature::make(&log, note.text(), 0));
    note
}

fn prove(old: u64, new: u64) -> Result<Vec<Hash>, ProofError> {
    consistency_proof(old, &leaves(new))
}

/// A witness as it should be, and its address. It lives as long as the test.
async fn honest(secret: u8) -> String {
    let logs = vec![key(ORIGIN, KeyKind::Ed25519, 100).verifier().clone()];
    let (witness, seen) = (
        Witness::new(own(secret), logs).expect("a witness"),
        Mutex::new(None::<Seen>),
    );
    let desk = Desk {
        cosign: Box::new(move |request| {
            let mut seen = seen.lock().expect("no panic");
            let cosigned = witness
                .cosign(seen.as_ref(), request, NOW_S)
                .map_err(NotSigned::Refused)?;
            *seen = Some(cosigned.seen);
            Ok(cosigned.signature)
        }),
        latest: Box::new(|_| None),
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    tokio::spawn(web::witness::serve(listener, desk, std::future::pending()));
    url
}

/// A witness that answers every question like this, or never.
async fn always(status: u16, head: &str, body: Vec<u8>, answers: bool) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("its address"));
    let head = format!(
        "HTTP/1.1 {status} X\r\n{head}content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (head, body) = (head.clone(), body.clone());
            tokio::spawn(async move {
                let mut question = vec![0; 64 * 1024];
                let _ = stream.read(&mut question).await;
                if answers {
                    let _ = stream.write_all(head.as_bytes()).await;
                    let _ = stream.write_all(&body).await;
                } else {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    url
}

/// A policy that asks for two of these witnesses, by the secrets of their keys.
fn policy(witnesses: &[(u8, String)]) -> Policy {
    let mut text = format!("log {}\n", key(ORIGIN, KeyKind::Ed25519, 100).verifier());
    for (secret, url) in witnesses {
        text += &[
            "witness w",
            &secret.to_string(),
            " ",
            &own(*secret).verifier().to_string(),
            " ",
            url,
            "\n",
        ]
        .concat();
    }
    let names = witnesses.iter().map(|(secret, _)| format!(" w{secret}"));
    text += &["group two 2", &names.collect::<String>(), "\nquorum two\n"].concat();
    Policy::parse(text.as_bytes()).expect("a policy")
}

fn asking(policy: &Policy, patience: Duration) -> Witnesses {
    let mut witnesses = Witnesses::new(policy).expect("addresses");
    witnesses.patience = patience;
    witnesses
}

/// The checkpoint with every cosignature that came.
fn with_answers(mut note: Note, answers: &Answers) -> Note {
    for signature in answers.iter().filter_map(|(_, answer)| answer.as_ref().ok()) {
        note.add(signature.clone());
    }
    note
}

#[tokio::test]
async fn three_witnesses_follow_a_log_and_their_cosignatures_are_trusted() {
    let policy = policy(&[(1, honest(1).await), (2, honest(2).await), (3, honest(3).await)]);
    let witnesses = asking(&policy, PATIENCE);
    let mut known = Known::new();
    for size in [0, 1, 1, 7, 300] {
        let answers = witnesses.ask(&note(size), &mut known, prove).await;
        let trusted = policy
            .trust(&with_answers(note(size), &answers))
            .expect("a quorum");
        assert_eq!(trusted.witnessed.len(), 3, "{answers:?}");
        assert!(known.values().all(|seen| *seen == size));
    }
    // What was known is lost, as after a restart: it is learnt from the witnesses.
    known.clear();
    let answers = witnesses.ask(&note(301), &mut known, prove).await;
    assert!(answers.iter().all(|(_, answer)| answer.is_ok()), "{answers:?}");
    assert_eq!(known.len(), 3);
}

#[tokio::test]
async fn a_witness_that_lags_gets_the_proof_from_where_it_is() {
    let (ahead, lagging) = (honest(1).await, honest(2).await);
    let only_first = policy(&[(1, ahead.clone()), (9, always(500, "", Vec::new(), true).await)]);
    let both = policy(&[(1, ahead), (2, lagging)]);
    let mut known = Known::new();
    asking(&both, PATIENCE).ask(&note(3), &mut known, prove).await;
    asking(&only_first, PATIENCE)
        .ask(&note(8), &mut known, prove)
        .await;
    let asked = Mutex::new(Vec::new());
    let proving = |old, new| {
        asked.lock().expect("no panic").push((old, new));
        prove(old, new)
    };
    let answers = asking(&both, PATIENCE).ask(&note(20), &mut known, proving).await;
    assert!(answers.iter().all(|(_, answer)| answer.is_ok()), "{answers:?}");
    let mut asked = asked.into_inner().expect("no panic");
    asked.sort_unstable();
    assert_eq!(asked, [(3, 20), (8, 20)]);
}

#[tokio::test]
async fn a_witness_that_has_seen_more_than_the_log_has_is_named() {
    let policy = policy(&[(1, honest(1).await), (2, honest(2).await)]);
    let witnesses = asking(&policy, PATIENCE);
    witnesses.ask(&note(9), &mut Known::new(), prove).await;
    for mut known in [Known::new(), Known::from([(*own(1).verifier().public(), 9)])] {
        let answers = witnesses.ask(&note(4), &mut known, prove).await;
        for (_, answer) in &answers {
            assert_eq!(*answer, Err(WitnessFault::Ahead { seen: 9, size: 4 }));
        }
    }
}

#[tokio::test]
async fn one_that_lies_hangs_or_is_gone_is_named_and_the_others_still_count() {
    let text = note(5).text().to_owned();
    let line = |by: &SigningKey, text: &str| Signature::make(by, text, NOW_S).to_line().into_bytes();
    // The name of witness 3 over another key.
    let double = key("witness.example/w3", KeyKind::Cosignature, 77);
    let gone = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let nobody = format!("http://{}", gone.local_addr().expect("its address"));
    drop(gone);
    let redirect = format!("location: {}/add-checkpoint\r\n", honest(9).await);
    let cases = [
        (
            always(200, "", line(&double, &text), true).await,
            AnswerError::Missing.into(),
        ),
        (
            always(200, "", line(&own(3), "other\n"), true).await,
            AnswerError::Broken.into(),
        ),
        (
            always(200, "", b"fine\n".to_vec(), true).await,
            AnswerError::Form.into(),
        ),
        (
            always(200, "", vec![b'x'; 1 << 20], true).await,
            WitnessFault::TooLong,
        ),
        (
            always(200, "", Vec::new(), false).await,
            WitnessFault::Late(SHORT),
        ),
        (
            always(403, "", Vec::new(), true).await,
            WitnessFault::Refused(403),
        ),
        (
            always(307, &redirect, Vec::new(), true).await,
            WitnessFault::Refused(307),
        ),
        (
            always(409, "", b"many\n".to_vec(), true).await,
            WitnessFault::NoSize,
        ),
        // It says the same size again, whatever it is sent.
        (
            always(409, "", size_text(2).into_bytes(), true).await,
            WitnessFault::Refused(409),
        ),
        (
            always(409, "", size_text(u64::MAX).into_bytes(), true).await,
            WitnessFault::Ahead {
                seen: u64::MAX,
                size: 5,
            },
        ),
        (nobody, WitnessFault::Away),
    ];
    for (url, fault) in cases {
        let policy = policy(&[(1, honest(1).await), (2, honest(2).await), (3, url)]);
        let mut known = Known::new();
        let answers = asking(&policy, SHORT).ask(&note(5), &mut known, prove).await;
        let named = answers.iter().filter(|(_, answer)| answer.is_err());
        let named = named.map(|(party, answer)| (party.key.name(), answer.clone().map(drop)));
        assert_eq!(named.collect::<Vec<_>>(), [("witness.example/w3", Err(fault))]);
        let trusted = policy
            .trust(&with_answers(note(5), &answers))
            .expect("two of three");
        let right = [1, 2].map(|secret| (*own(secret).verifier().public(), NOW_S));
        assert_eq!(trusted.witnessed, Witnessed::from(right));
        assert_eq!(known.len(), 2, "nothing is known of the one that did not sign");
    }
}

#[tokio::test]
async fn a_proof_that_cannot_be_made_is_ours_to_answer_for() {
    let policy = policy(&[(1, honest(1).await), (2, honest(2).await)]);
    let (witnesses, mut known) = (asking(&policy, PATIENCE), Known::new());
    witnesses.ask(&note(3), &mut known, prove).await;
    let answers = witnesses
        .ask(&note(5), &mut known, |_, _| Err("tile/0/000 is missing"))
        .await;
    for (_, answer) in answers {
        assert_eq!(
            answer,
            Err(WitnessFault::Ours("tile/0/000 is missing".to_owned()))
        );
    }
}

#[test]
fn only_addresses_of_the_web_are_asked() {
    for good in [
        "http://127.0.0.1:8081",
        "https://witness.example/w1/",
        "http://[::1]:1/",
    ] {
        let uri = post::address(good).expect(good);
        assert!(
            uri.path().ends_with("/add-checkpoint") && !uri.path().contains("//"),
            "{uri}"
        );
    }
    for bad in [
        "",
        "witness.example",
        "ftp://witness.example",
        "http://",
        "http:///x",
        "http://w.example/?a",
        "http://u:p@w.example",
    ] {
        assert_eq!(post::address(bad), None, "{bad}");
    }
    let fault = Witnesses::new(&policy(&[
        (1, "ftp://w.example".to_owned()),
        (2, "http://w.example".to_owned()),
    ]));
    assert!(fault.is_err_and(|fault| fault.contains("witness.example/w1")));
}

#[test]
fn the_asking_can_be_done_by_a_worker() {
    fn sendable<T: Send>(_: &T) {}
    let policy = policy(&[
        (1, "http://w.example".to_owned()),
        (2, "http://v.example".to_owned()),
    ]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let _inside = runtime.enter();
    let (witnesses, mut known) = (asking(&policy, PATIENCE), Known::new());
    assert!(!witnesses.is_empty());
    let note = note(1);
    sendable(&witnesses.ask(&note, &mut known, prove));
}

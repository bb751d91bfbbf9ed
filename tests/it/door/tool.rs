//! The door's TLS as `sslyze` finds it.

use harness::python::{python, run};

/// What is said of the test's own certificate, which nobody has signed and which lives as long as nobody needs.
const OF_THE_CERTIFICATE: [&str; 2] = ["certificate_path_validation", "maximum_certificate_lifespan"];

#[tokio::test(flavor = "multi_thread")]
async fn sslyze_finds_nothing_against_mozillas_modern_profile_but_the_certificate() {
    let site = super::tls::site().await;
    let mut sslyze = python();
    let address = format!("localhost:{}", site.address().port());
    sslyze.args(["-m", "sslyze", "--mozilla_config", "modern", &address]);
    let (_, said) = run(sslyze).await;
    let (_, compliance) = said
        .split_once("COMPLIANCE AGAINST TLS CONFIGURATION")
        .expect("sslyze came to a judgement");
    let found = compliance
        .lines()
        .filter_map(|line| line.trim().strip_prefix("* "));
    let found = found.collect::<Vec<_>>();
    let certificate = |line: &&&str| OF_THE_CERTIFICATE.iter().any(|name| line.starts_with(name));
    assert_eq!(found.iter().filter(certificate).count(), 2, "it did look: {said}");
    let others = found.iter().filter(|line| !certificate(line)).collect::<Vec<_>>();
    assert!(others.is_empty(), "{others:?}");
}

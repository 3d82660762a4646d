//! `docs/TROUBLESHOOTING.md` is what the table says, and the table says everything.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::{collections::BTreeSet, fs};

use doctor::{document::troubleshooting, table::checks};

#[test]
fn the_document_is_generated() {
    let place = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/TROUBLESHOOTING.md");
    if std::env::var_os("WRITE_TROUBLESHOOTING").is_some() {
        fs::write(place, troubleshooting()).unwrap();
    }
    let written = fs::read_to_string(place).unwrap_or_default();
    assert!(
        written == troubleshooting(),
        "WRITE_TROUBLESHOOTING=1 cargo test -p doctor --test document writes it anew"
    );
}

#[test]
fn every_check_and_finding_has_a_name_of_its_own_and_all_its_words() {
    assert!(checks().len() > 10);
    let mut names = BTreeSet::new();
    for check in checks() {
        assert!(names.insert(check.id.clone()), "{}", check.id);
        for finding in &check.findings {
            assert!(
                names.insert(format!("{}/{}", check.id, finding.id)),
                "{}",
                finding.id
            );
            for text in [&finding.symptom, &finding.cause, &finding.fix] {
                assert!(text.ends_with(['.', '}']), "{text}");
            }
        }
    }
}

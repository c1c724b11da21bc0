//! The golden tables in the repository are what policy answers. `OIKOS_UPDATE_GOLDEN=1` rewrites them.

#![expect(clippy::unwrap_used, reason = "a helper of tests stops the test")]

use oikos_policy::{Policy, golden};

fn compare(name: &str, now: &str) {
    let path = format!("{}/golden/{name}.md", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("OIKOS_UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, now).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let first_difference = kept.lines().zip(now.lines()).find(|(kept, now)| kept != now);
    assert!(
        kept == now,
        "golden/{name}.md differs from what policy answers. If that is meant, run the test with OIKOS_UPDATE_GOLDEN=1 and review \
         the change.\nFirst difference (kept, now): {first_difference:#?}"
    );
}

#[test]
fn roles() {
    compare("role_table", &golden::role_table(&Policy::load().unwrap()));
}

#[test]
fn regimes() {
    compare("regime_table", &golden::regime_table(&Policy::load().unwrap()));
}

#[test]
fn partners() {
    compare("partner_table", &golden::partner_table(&Policy::load().unwrap()));
}

#[test]
fn asks() {
    compare("ask_table", &golden::ask_table(&Policy::load().unwrap()));
}

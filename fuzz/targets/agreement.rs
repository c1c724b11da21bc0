//! Agreements, as terms and signed, and identity cards: texts that people carry between nodes.
#![no_main]
#![expect(clippy::unwrap_used, reason = "what is written here can be read")]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use oikos_exchange::{AgreementTerms, IdentityCard, Partner, SignedAgreement};
use oikos_fuzz::{Scene, now};

static SCENE: LazyLock<Scene> = LazyLock::new(Scene::load);

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let scene = &*SCENE;
    if let Ok(terms) = AgreementTerms::from_text(text) {
        let _ = terms.check_in_force(now());
        // What one side signs over is what the other side reads.
        let written = SignedAgreement { terms: terms.clone(), signatures: Default::default() };
        let _ = written.verify(scene.fi.card(), scene.at.card()).unwrap_err();
        let _ = SignedAgreement::propose(terms, &scene.fi);
    }
    if let Ok(agreement) = SignedAgreement::from_text(text) {
        let accepted = Partner::accept(scene.fi.card(), scene.at.card().clone(), agreement.clone());
        if accepted.is_ok() {
            assert_eq!(agreement.terms, scene.at_partner.agreement().terms, "signatures were taken for other terms");
        }
    }
    if let Ok(card) = IdentityCard::from_json(text) {
        let _ = card.fingerprint();
    }
});

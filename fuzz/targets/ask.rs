//! Asks: headers and pages of sets, questions with the answerer behind them, answers with the asker's state behind them.
#![no_main]
#![expect(clippy::unwrap_used, reason = "what is written here can be read")]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use oikos_exchange::{
    AnswerRule, AskAnswer, AskContext, AskEntry, AskKey, AskMode, AskReference, AskSet, Asking, Epoch, PartnerSet, Question,
    SetBuilder, SignedAskSet,
};
use oikos_fuzz::{Scene, now};
use oikos_model::{Evaluation, LegalBasis, Purpose, Selector, SelectorClass, SelectorKind};

/// AT's key and set, beside the scene.
struct Desk {
    scene: Scene,
    key: AskKey,
    set: AskSet,
}

static DESK: LazyLock<Desk> = LazyLock::new(|| {
    let scene = Scene::load();
    let context = AskContext {
        owner: scene.at.node().clone(),
        asker: scene.fi.node().clone(),
        purpose: Purpose::new("infrastructure-protection").unwrap(),
        class: SelectorClass::Impersonal,
        epoch: Epoch::of(now()),
        mode: AskMode::Verifiable,
    };
    let key = AskKey::derive(&scene.at, context).unwrap();
    let builder = SetBuilder::new(&key).unwrap();
    let entry = AskEntry { selector: imo(), reference: AskReference([7; 16]), quality: Evaluation::default() };
    let sealed = builder.seal(&scene.fi_partner.agreement().terms, &[entry]).unwrap();
    let set = builder.publish(&scene.at, AnswerRule::Hits, vec![sealed], now()).unwrap();
    Desk { scene, key, set }
});

fn imo() -> Selector {
    Selector { kind: SelectorKind::Imo, value: "9074729".to_owned() }
}

/// AT's set as FI took it.
fn taken() -> PartnerSet {
    let signed = SignedAskSet::read(&DESK.set.signed().to_bytes()).unwrap();
    PartnerSet::accept(signed, DESK.scene.fi.node(), &DESK.scene.at_partner, now()).unwrap()
}

fuzz_target!(|bytes: &[u8]| {
    let scene = &DESK.scene;
    if let Ok(signed) = SignedAskSet::read(bytes) {
        assert_eq!(SignedAskSet::read(&signed.to_bytes()).unwrap(), signed);
        let _ = PartnerSet::accept(signed, scene.fi.node(), &scene.at_partner, now());
    }
    if let Ok(question) = Question::read(bytes) {
        assert_eq!(Question::read(&question.to_bytes()).unwrap(), question);
        let _ = question.check_allowed(scene.at.node(), &scene.fi_partner, 0, now());
        if let Ok(answer) = DESK.key.answer(&question) {
            assert_eq!(answer.points.0.len(), question.points.0.len());
        }
    }
    if let Ok(answer) = AskAnswer::read(bytes) {
        let mut set = taken();
        set.take_page(&DESK.set.page(0).unwrap()).unwrap();
        let basis = LegalBasis::new("fictional").unwrap();
        let asking = Asking::start(&set, &scene.at_partner.agreement().terms, basis, None, vec![imo()]).unwrap();
        // As if it were the answer to this question.
        let answer = AskAnswer { question: asking.question().hash(), ..answer };
        assert!(asking.finish(&set, &answer).is_err(), "a proof was forged");
    }
    let mut set = taken();
    if set.take_page(bytes).is_ok() {
        assert_eq!(bytes, DESK.set.page(0).unwrap(), "another page was taken for the committed one");
    }
});

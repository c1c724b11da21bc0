use super::*;
use proptest::prelude::*;

fn found(text: &str) -> Vec<String> {
    selectors_in(text, "board.example").iter().map(Selector::to_string).collect()
}

#[test]
fn everything_in_one_advert() {
    let text = "400 EUR to film a substation. Write @Night_Work on Telegram or t.me/night_work2, anna [at] mail[.]example, bob(at)mail(dot)example. \
                Pay: bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa?amount=1 or 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed. \
                Shop hxxps://www.shop[.]example/a, mirror 2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion/x, http://203.0.113.44/y. \
                Call +48 22 123 45 67! IBAN DE89 3704 0044 0532 0130 00, PGP C959 BDBA FA32 A2F8 9A15 3B67 8CFD E121 9796 5A9A.";
    assert_eq!(
        found(text),
        [
            "domain:2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion",
            "domain:shop.example",
            "ip-address:203.0.113.44",
            "iban:DE89370400440532013000",
            "wallet:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "wallet:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "phone:+48221234567",
            "email:anna@mail.example",
            "email:bob@mail.example",
            "pgp-fingerprint:C959BDBAFA32A2F89A153B678CFDE12197965A9A",
            "handle:telegram:night_work",
            "handle:telegram:night_work2",
        ]
    );
}

#[test]
fn what_fails_its_check_is_none() {
    let text = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD DE89 3704 0044 0532 0130 01 +999 123 456 789 \
                sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709 node.js 3.14 e.g. http://192.168.0.1/ v1.2.3 a@b 00 12 2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wie.onion";
    assert_eq!(found(text), Vec::<String>::new());
}

/// A published article on an intrusion, read as a capture: its two e-mail addresses and seven IP addresses, all defanged.
#[test]
fn the_identifiers_of_a_real_article() {
    let Some(article) = crate::readers::test_sink::shared("cyber/ioc-finder/long-article-1.txt") else { return };
    let capture = serde_json::json!({
        "page": "https://threatconnect.com/blog/guccifer-2-all-roads-lead-russia/",
        "captured_at": "2026-03-01T00:00:00Z",
        "text": String::from_utf8_lossy(&article),
    });
    let (sink, summary) = crate::readers::test_sink::read(&crate::readers::CapturesJsonLines, capture.to_string().as_bytes());
    assert_eq!((summary.unwrap().rows, sink.rejects.len()), (1, 0));
    let rows = sink.rows("online_selectors");
    let values = |kind: &str| -> Vec<&str> {
        rows.iter().filter(|row| row["kind"] == kind).map(|row| row["value"].as_str().unwrap()).collect()
    };
    assert_eq!(values("email"), ["sec.service@mail.ru", "vpn_support@mail.ru"]);
    let addresses =
        ["95.130.15.34", "95.130.15.36", "95.130.15.37", "95.130.15.38", "95.130.15.40", "95.130.15.41", "95.130.9.198"];
    assert_eq!(values("ip-address"), addresses);
    assert!(values("wallet").is_empty() && values("iban").is_empty() && values("pgp-fingerprint").is_empty());
}

#[test]
fn a_handle_belongs_to_its_platform() {
    assert_eq!(found("write to @night_work"), ["handle:board.example:night_work"]);
}

#[test]
fn an_armoured_key_gives_its_fingerprint_and_nothing_else() {
    let key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxjMEU/NfCxYJKwYBBAHaRw8BAQdAPwmJlL3ZFu1AUxl5NOSofIBzOhKA1i+AEJku\nQ+47JAY=\n-----END PGP PUBLIC KEY BLOCK-----";
    assert_eq!(found(&format!("my key {key} bye")), ["pgp-fingerprint:C959BDBAFA32A2F89A153B678CFDE12197965A9A"]);
}

proptest! {
    #[test]
    fn arbitrary_texts_never_panic(text in "(?s).{0,200}") {
        let _ = found(&text);
    }

    #[test]
    fn what_is_found_stays_what_it_is(text in "[+0-9a-zA-Z@.:/ -]{0,120}") {
        for selector in selectors_in(&text, "x") {
            prop_assert!(!selector.value.is_empty() && selector.value.len() <= 255);
        }
    }
}

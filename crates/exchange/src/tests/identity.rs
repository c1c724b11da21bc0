use super::*;

#[test]
fn an_identity_survives_saving_and_loading() {
    let folder = tempfile::tempdir().unwrap();
    let made = identity("fi.coast-guard");
    let path = made.save(folder.path()).unwrap();
    let loaded = NodeIdentity::load(folder.path()).unwrap();
    assert_eq!(loaded.card(), made.card());
    assert_eq!(loaded.sign(b"x"), made.sign(b"x"));
    let key = finding("a", "").key;
    assert_eq!(loaded.released_key(key), made.released_key(key));
    assert_eq!(*loaded.tls_key_pkcs8().unwrap(), *made.tls_key_pkcs8().unwrap());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let error = NodeIdentity::load(folder.path()).unwrap_err();
        assert!(matches!(error, IdentityError::TooOpen { mode: 0o640, .. }), "{error}");
    }
}

#[test]
fn an_identity_is_never_overwritten_by_another() {
    let folder = tempfile::tempdir().unwrap();
    let made = identity("fi.coast-guard");
    made.save(folder.path()).unwrap();
    assert!(matches!(identity("fi.coast-guard").save(folder.path()), Err(IdentityError::Exists(_))));
    assert!(matches!(identity("fi.coast-guard").save_description(folder.path()), Err(IdentityError::Exists(_))));
    let moved = NodeDescription { address: "[::1]:5000".to_owned(), ..describe("fi.coast-guard") };
    let moved = made.describe(moved, second(1)).unwrap();
    moved.save_description(folder.path()).unwrap();
    assert_eq!(NodeIdentity::load(folder.path()).unwrap().card().content.description.address, "[::1]:5000");
}

#[test]
fn a_damaged_file_says_so_and_shows_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(NodeIdentity::load(folder.path()), Err(IdentityError::File { .. })));
    let path = identity("fi.coast-guard").save(folder.path()).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let secret = json["secrets"]["ed25519"].as_str().unwrap().to_owned();
    json["secrets"]["ed25519"] = format!("{secret}!").into();
    std::fs::write(&path, json.to_string()).unwrap();
    let error = NodeIdentity::load(folder.path()).unwrap_err();
    assert!(matches!(error, IdentityError::Damaged { .. }));
    assert!(!format!("{error} {error:?}").contains(&secret));
    // Secrets of another identity under this card.
    let other = identity("fi.coast-guard");
    let other_folder = tempfile::tempdir().unwrap();
    let other: serde_json::Value =
        serde_json::from_slice(&std::fs::read(other.save(other_folder.path()).unwrap()).unwrap()).unwrap();
    json["secrets"] = other["secrets"].clone();
    std::fs::write(&path, json.to_string()).unwrap();
    assert!(NodeIdentity::load(folder.path()).unwrap_err().to_string().contains("does not belong"));
}

#[test]
fn debug_shows_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let made = identity("fi.coast-guard");
    let path = made.save(folder.path()).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let shown = format!("{made:?}");
    for secret in json["secrets"].as_object().unwrap().values() {
        assert!(!shown.contains(secret.as_str().unwrap()));
    }
    assert_eq!(shown, "NodeIdentity(fi.coast-guard, secrets not shown)");
}

#[test]
fn a_card_is_believed_only_as_it_was_signed() {
    let made = identity("fi.coast-guard");
    let text = serde_json::to_string(made.card()).unwrap();
    assert_eq!(IdentityCard::from_json(&text).unwrap(), *made.card());
    let change = |pointer: &str, value: serde_json::Value| {
        let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
        *json.pointer_mut(pointer).unwrap() = value;
        IdentityCard::from_json(&json.to_string())
    };
    let forged = change("/content/description/address", "evil.example:1".into()).unwrap_err();
    assert!(matches!(forged, CardError::Signature(_)), "{forged}");
    let other = identity("fi.coast-guard");
    let pin = serde_json::to_value(other.card().content.tls_pin).unwrap();
    assert!(matches!(change("/content/tls_pin", pin), Err(CardError::Signature(_))));
    for (pointer, field) in [("address", "address"), ("country", "country"), ("display_name", "display_name")] {
        let error = change(&format!("/content/description/{pointer}"), "".into()).unwrap_err();
        assert!(matches!(error, CardError::Field { field: found, .. } if found == field), "{error}");
    }
    // One good signature is not enough.
    for algorithm in ["ed25519", "ml_dsa_65"] {
        let theirs = serde_json::to_value(&other.card().signatures).unwrap()[algorithm].clone();
        assert!(matches!(change(&format!("/signatures/{algorithm}"), theirs), Err(CardError::Signature(_))), "{algorithm}");
    }
    let mut unknown: serde_json::Value = serde_json::from_str(&text).unwrap();
    unknown["content"]["trusted"] = true.into();
    assert!(matches!(IdentityCard::from_json(&unknown.to_string()), Err(CardError::Syntax(_))));
    assert!(matches!(IdentityCard::from_json(&" ".repeat(40_000)), Err(CardError::TooLarge)));
    assert_ne!(made.card().fingerprint(), other.card().fingerprint());
    assert_eq!(made.card().fingerprint().len(), 49);
}

#[test]
fn a_released_key_is_stable_and_does_not_follow_from_the_plain_one() {
    let (one, other) = (identity("fi.coast-guard"), identity("fi.coast-guard"));
    let key = finding("a", "").key;
    assert_eq!(one.released_key(key), one.released_key(key));
    assert_ne!(one.released_key(key), key);
    assert_ne!(one.released_key(key), other.released_key(key));
}

//! Decisions on matches, and sets of subjects.

use oikos_model::{DatasetId, EntityId, LabelId, NodeId, UserName};
use serde_json::json;

use super::sample::{at, label};
use crate::{Labels, ScreenedSubjectRow, ScreeningDecisionRow, ScreeningSetRow, ScreeningVerdict, Screenings};

fn decision(subject: &str, entity: &str, label: LabelId, verdict: ScreeningVerdict) -> ScreeningDecisionRow {
    ScreeningDecisionRow {
        subject: subject.to_owned(),
        origin: NodeId::new("fi.coast-guard").unwrap(),
        dataset: DatasetId::new("entities.un").unwrap(),
        entity: EntityId::new(entity).unwrap(),
        label,
        verdict,
        decided_by: UserName::new("anna").unwrap(),
        decided_at: at(1),
        expires_at: None,
        content: json!({ "reason": "born in another year" }),
    }
}

/// A later decision on the same two replaces the earlier; others see only what they may; what is taken back is gone.
pub fn screening_decisions_come_back<T: Screenings + Labels + ?Sized>(transaction: &mut T) {
    let (seen, unseen) = (label("cleared", None), label("locked", None));
    let (seen, unseen) = (transaction.intern_label(&seen).unwrap(), transaction.intern_label(&unseen).unwrap());
    let first = decision("s1", "e1", seen, ScreeningVerdict::Cleared);
    let later = ScreeningDecisionRow { verdict: ScreeningVerdict::Hit, decided_at: at(3), ..first.clone() };
    let other = ScreeningDecisionRow { decided_at: at(2), ..decision("s2", "e1", seen, ScreeningVerdict::Cleared) };
    let locked = decision("s1", "e2", unseen, ScreeningVerdict::Cleared);
    for one in [&first, &other, &locked, &later] {
        transaction.put_screening_decision(one).unwrap();
    }
    assert_eq!(transaction.screening_decisions(Some("s1"), &[seen], 10).unwrap(), [later.clone()]);
    assert_eq!(transaction.screening_decisions(None, &[seen], 10).unwrap(), [later.clone(), other.clone()]);
    assert_eq!(transaction.screening_decisions(None, &[seen], 1).unwrap(), [later.clone()]);
    assert_eq!(transaction.screening_decisions(None, &[seen, unseen], 10).unwrap(), [later.clone(), other.clone(), locked]);
    assert!(transaction.screening_decisions(None, &[], 10).unwrap().is_empty());
    assert!(transaction.remove_screening_decision("s1", &later.origin, &later.dataset, &later.entity).unwrap());
    assert!(!transaction.remove_screening_decision("s1", &later.origin, &later.dataset, &later.entity).unwrap());
    assert_eq!(transaction.screening_decisions(None, &[seen], 10).unwrap(), [other]);
}

/// Sets keep their subjects in order, replace one by one, and go whole.
pub fn screening_sets_come_back<T: Screenings + Labels + ?Sized>(transaction: &mut T) {
    let label = transaction.intern_label(&label("set", None)).unwrap();
    let set = |id: &str, second: i64| ScreeningSetRow {
        id: id.to_owned(),
        label,
        owner: UserName::new("anna").unwrap(),
        created_at: at(second),
        screened_at: None,
        content: json!({ "title": id }),
    };
    let (one, two) = (set("customers", 1), set("crew", 2));
    transaction.put_screening_set(&one).unwrap();
    transaction.put_screening_set(&two).unwrap();
    let subject = |position: u64, name: &str| ScreenedSubjectRow { position, content: json!({ "name": name }) };
    transaction.put_screened_subjects("customers", &[subject(0, "a"), subject(1, "b"), subject(2, "c")]).unwrap();
    transaction.put_screened_subjects("crew", &[subject(0, "z")]).unwrap();
    transaction.put_screened_subjects("customers", &[subject(1, "B")]).unwrap();
    assert_eq!(transaction.screened_subjects("customers", 1, 10).unwrap(), [subject(1, "B"), subject(2, "c")]);
    assert_eq!(transaction.screened_subjects("customers", 0, 1).unwrap(), [subject(0, "a")]);
    let screened = ScreeningSetRow { screened_at: Some(at(9)), ..one };
    transaction.put_screening_set(&screened).unwrap();
    assert_eq!(transaction.screening_set("customers").unwrap(), Some(screened.clone()));
    assert_eq!(transaction.screened_subjects("customers", 0, 10).unwrap().len(), 3, "the row changed, its subjects stay");
    assert_eq!(transaction.screening_sets(None).unwrap(), [two.clone(), screened]);
    assert!(transaction.screening_sets(Some(&[])).unwrap().is_empty());
    assert!(transaction.remove_screening_set("customers").unwrap());
    assert!(!transaction.remove_screening_set("customers").unwrap());
    assert!(transaction.screened_subjects("customers", 0, 10).unwrap().is_empty());
    assert_eq!(transaction.screening_sets(Some(&[label])).unwrap(), [two]);
    assert!(transaction.put_screened_subjects("customers", &[subject(0, "a")]).is_err(), "there is no such set");
}

/// Decisions end by their own date, and decisions and sets by their label's.
pub fn screenings_are_erased_by_the_clock<T: Screenings + Labels + ?Sized>(transaction: &mut T) {
    let (short, long) = (label("short", Some(at(10))), label("long", Some(at(100))));
    let (short, long) = (transaction.intern_label(&short).unwrap(), transaction.intern_label(&long).unwrap());
    let kept = decision("s1", "kept", long, ScreeningVerdict::Cleared);
    let ended = ScreeningDecisionRow { expires_at: Some(at(5)), ..decision("s1", "ended", long, ScreeningVerdict::Cleared) };
    for one in [&kept, &ended, &decision("s1", "expired", short, ScreeningVerdict::Hit)] {
        transaction.put_screening_decision(one).unwrap();
    }
    let owner = UserName::new("anna").unwrap();
    let row = |id: &str, label| ScreeningSetRow {
        id: id.to_owned(),
        label,
        owner: owner.clone(),
        created_at: at(1),
        screened_at: None,
        content: json!({}),
    };
    transaction.put_screening_set(&row("short", short)).unwrap();
    transaction.put_screening_set(&row("long", long)).unwrap();
    transaction.put_screened_subjects("short", &[ScreenedSubjectRow { position: 0, content: json!({}) }]).unwrap();
    assert_eq!(transaction.erase_expired_screenings(at(4)).unwrap(), 0);
    assert_eq!(transaction.erase_expired_screenings(at(20)).unwrap(), 3);
    assert_eq!(transaction.screening_decisions(None, &[short, long], 10).unwrap(), [kept]);
    assert_eq!(transaction.screening_sets(None).unwrap(), [row("long", long)]);
    assert!(transaction.screened_subjects("short", 0, 10).unwrap().is_empty());
}

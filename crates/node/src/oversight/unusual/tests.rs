//! Planted histories are shown, harmless ones are not.

use oikos_model::{Action, CaseId, Timestamp, UserName};
use oikos_registry::UserRow;
use serde_json::{Value, json};

use super::{DAY_SECONDS, History, IndicatorKind, Shown, shown};
use crate::oversight::acts::PersonAct;

const FIRST_DAY: i64 = 20_000;
/// Days of the history; the last ten are judged.
const DAYS: i64 = 40;

#[derive(Default)]
struct Journal(Vec<PersonAct>);

impl Journal {
    fn act(&mut self, who: &str, day: i64, hour: i64, action: Action, case: Option<&str>, subjects: &[&str]) -> &mut PersonAct {
        let index = self.0.len() as i64;
        let at = Timestamp::from_second((FIRST_DAY + day) * DAY_SECONDS + hour * 3_600 + index % 3_600).unwrap();
        self.0.push(PersonAct {
            index,
            at,
            who: UserName::new(who).unwrap(),
            action,
            is_denied: false,
            case: case.map(|case| CaseId::new(case).unwrap()),
            subjects: subjects.iter().map(ToString::to_string).collect(),
            detail: Value::Null,
        });
        self.0.last_mut().unwrap()
    }

    /// Working days of one person: three findings each, from nine to eleven.
    fn working_days(&mut self, who: &str, days: std::ops::Range<i64>, case: Option<&str>) {
        for day in days {
            for hour in 9..12 {
                let subject = format!("finding:fi.test/{}", (day + hour) % 7);
                self.act(who, day, hour, Action::ReadFindings, case, &[&subject]);
            }
        }
    }

    fn history(mut self) -> History {
        self.0.sort_by_key(|act| act.at);
        let moment = |day: i64| Timestamp::from_second((FIRST_DAY + day) * DAY_SECONDS).unwrap();
        let person = |name: &str, display_name: &str| UserRow {
            name: UserName::new(name).unwrap(),
            display_name: display_name.to_owned(),
            roles: vec!["analyst".to_owned(), "desk:sea".to_owned()],
            password_hash: None,
            disabled: false,
        };
        let people = vec![
            person("anna", "Anna Virtanen"),
            person("bert", "Bert Berg"),
            person("carl", "Carl Claes"),
            person("dora", "Do"),
        ];
        History { acts: self.0, since: moment(DAYS - 10), now: moment(DAYS), people }
    }
}

fn kinds(shown: &[Shown<'_>]) -> Vec<(IndicatorKind, String)> {
    shown.iter().map(|shown| (shown.kind, shown.who.to_string())).collect()
}

fn value(shown: &Shown<'_>, name: &str) -> f64 {
    shown.numbers.iter().find(|number| number.name == name).unwrap().value
}

#[test]
fn ordinary_weeks_show_nothing() {
    let mut journal = Journal::default();
    for who in ["anna", "bert", "carl"] {
        journal.working_days(who, 0..DAYS, Some("case-7"));
    }
    let history = journal.history();
    assert!(shown(&history).is_empty(), "{:?}", kinds(&shown(&history)));
}

#[test]
fn acts_at_night_are_shown_and_an_hour_of_overtime_is_not() {
    let mut journal = Journal::default();
    journal.working_days("anna", 0..35, None);
    journal.act("anna", 35, 12, Action::ReadFindings, None, &["finding:fi.test/1"]);
    journal.act("anna", 36, 3, Action::ReadEvidence, None, &["finding:fi.test/1"]);
    journal.act("anna", 36, 3, Action::ReadEvidence, None, &["finding:fi.test/2"]);
    let history = journal.history();
    let found = shown(&history);
    assert_eq!(kinds(&found), [(IndicatorKind::OutsideUsualHours, "anna".to_owned())]);
    assert_eq!(found[0].acts.len(), 2);
    assert_eq!((value(&found[0], "from_hour_utc"), value(&found[0], "share_percent")), (3.0, 0.0));
    assert_eq!(value(&found[0], "history_days"), 36.0);
}

#[test]
fn somebody_new_has_no_usual_hours_yet() {
    let mut journal = Journal::default();
    journal.working_days("anna", 32..36, None);
    journal.act("anna", 36, 3, Action::ReadEvidence, None, &["finding:fi.test/1"]);
    assert!(shown(&journal.history()).is_empty(), "four days are no habit");
}

#[test]
fn a_night_shift_becomes_usual() {
    let mut journal = Journal::default();
    journal.working_days("anna", 0..30, None);
    for day in 30..38 {
        journal.act("anna", day, 3, Action::ReadFindings, None, &["finding:fi.test/1"]);
    }
    let history = journal.history();
    let found = shown(&history);
    assert_eq!(found.len(), 1, "only its first night is new: {:?}", kinds(&found));
}

#[test]
fn many_things_without_a_case_are_shown_and_lists_or_work_on_a_case_are_not() {
    let mut journal = Journal::default();
    for who in ["anna", "bert", "carl"] {
        journal.working_days(who, 0..DAYS, None);
    }
    let many: Vec<String> = (0..60).map(|number| format!("finding:fi.test/n{number}")).collect();
    for thing in &many {
        journal.act("bert", 38, 10, Action::ReadFindings, None, &[thing]);
        journal.act("carl", 38, 10, Action::ReadFindings, Some("case-7"), &[thing]);
    }
    let list: Vec<&str> = many.iter().map(String::as_str).collect();
    journal.act("anna", 38, 10, Action::ReadFindings, None, &list);
    let history = journal.history();
    let found = shown(&history);
    assert_eq!(kinds(&found), [(IndicatorKind::ManyWithoutCase, "bert".to_owned())]);
    assert!(value(&found[0], "things") >= 60.0 && value(&found[0], "z") >= 3.5);
    assert_eq!(value(&found[0], "role_median"), 3.0);
    assert!(found[0].acts.len() >= 60, "the entries behind it are named");
}

#[test]
fn a_day_on_which_everybody_opens_much_shows_nobody() {
    let mut journal = Journal::default();
    for who in ["anna", "bert", "carl"] {
        for day in 28..DAYS {
            for number in 0..(25 + day % 5) {
                journal.act(who, day, 10, Action::ReadFindings, None, &[&format!("finding:fi.test/{number}")]);
            }
        }
    }
    assert!(shown(&journal.history()).is_empty());
}

#[test]
fn things_nobody_else_of_the_case_works_on_are_shown() {
    let mut journal = Journal::default();
    for who in ["anna", "bert", "carl"] {
        journal.working_days(who, 0..DAYS, Some("case-7"));
    }
    for number in 0..3 {
        let thing = format!("entity:registry/{number}");
        journal.act("anna", 38, 10, Action::ReadStatements, Some("case-7"), &[&thing]);
        journal.act("dora", 20, 10, Action::ReadStatements, Some("case-9"), &[&thing]);
    }
    let history = journal.history();
    let found = shown(&history);
    assert_eq!(kinds(&found), [(IndicatorKind::OutsideOwnCases, "anna".to_owned())]);
    assert_eq!((value(&found[0], "things"), value(&found[0], "things_of_other_cases")), (3.0, 3.0));
    assert_eq!(value(&found[0], "others_in_case"), 2.0);
}

#[test]
fn a_new_trail_that_leads_to_work_is_not_shown() {
    let mut journal = Journal::default();
    for who in ["anna", "bert", "carl"] {
        journal.working_days(who, 0..DAYS, Some("case-7"));
    }
    for number in 0..5 {
        let thing = format!("finding:fi.test/new{number}");
        journal.act("anna", 38, 10, Action::ReadFindings, Some("case-7"), &[&thing]);
        journal.act("anna", 38, 11, Action::DecideFinding, Some("case-7"), &[&thing]);
    }
    assert!(shown(&journal.history()).is_empty(), "somebody who decides works on it");
}

#[test]
fn repeated_denials_are_shown_and_a_few_are_not() {
    let mut journal = Journal::default();
    for number in 0..5 {
        journal.act("anna", 38, 10, Action::ReadEvidence, None, &[&format!("finding:fi.test/{number}")]).is_denied = true;
        let few = journal.act("bert", 30 + number, 10, Action::ReadEvidence, None, &["finding:fi.test/1"]);
        few.is_denied = true;
    }
    let history = journal.history();
    let found = shown(&history);
    assert_eq!(kinds(&found), [(IndicatorKind::RepeatedDenials, "anna".to_owned())]);
    assert_eq!((value(&found[0], "denials"), value(&found[0], "things")), (5.0, 5.0));
}

#[test]
fn looking_up_a_colleague_around_leaving_a_case_is_shown() {
    let mut journal = Journal::default();
    journal.working_days("anna", 0..DAYS, Some("case-7"));
    journal.working_days("bert", 0..31, Some("case-7"));
    let search = journal.act("bert", 32, 10, Action::ReadStatements, None, &["list:search"]);
    search.detail = json!({ "words": "VIRTANEN,  Anna" });
    let history = journal.history();
    let found = shown(&history);
    assert_eq!(kinds(&found), [(IndicatorKind::ColleagueAroundLeaving, "bert".to_owned())]);
    assert_eq!((found[0].about.as_str(), value(&found[0], "acts_after_leaving")), ("case-7", 1.0));
}

#[test]
fn the_same_lookup_by_somebody_who_goes_on_working_is_not_shown() {
    let mut journal = Journal::default();
    journal.working_days("anna", 0..DAYS, Some("case-7"));
    journal.working_days("bert", 0..DAYS, Some("case-7"));
    let search = journal.act("bert", 32, 10, Action::ReadStatements, Some("case-7"), &["list:search"]);
    search.detail = json!({ "words": "Anna Virtanen" });
    let other = journal.act("bert", 33, 10, Action::ReadStatements, Some("case-7"), &["list:search"]);
    other.detail = json!({ "words": "Annabel Virtanens ship" });
    assert!(shown(&journal.history()).is_empty());
}

#[test]
fn the_same_acts_have_the_same_id_and_more_acts_keep_it() {
    let mut journal = Journal::default();
    for number in 0..5 {
        journal.act("anna", 38, 10, Action::ReadEvidence, None, &[&format!("finding:fi.test/{number}")]).is_denied = true;
    }
    let (mut more, once) = (Journal(journal.0.clone()), journal.history());
    more.act("anna", 38, 11, Action::ReadEvidence, None, &["finding:fi.test/9"]).is_denied = true;
    let more = more.history();
    let (one, other) = (shown(&once), shown(&more));
    assert_eq!(one[0].id(), other[0].id());
    assert!(other[0].newest() > one[0].newest(), "a review of the first does not cover the second");
}

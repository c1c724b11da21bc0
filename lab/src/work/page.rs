//! A registry as full as the page must bear: findings all over the continent, made after one that a detector gave.

use std::path::Path;

use oikos_model::{
    Act, Action, Actor, FindingKey, LegalBasis, NodeId, Place, Purpose, Reason, Selector, SelectorKind, Timestamp,
};
use oikos_registry::{FindingQuery, Store};
use oikos_registry_sqlite::SqliteStore;

use super::Found;
use crate::Failure;

/// Over so many days the findings are spread.
const DAYS: usize = 120;
/// So many findings are about one ship.
const FINDINGS_PER_SHIP: usize = 10;

/// Fills the registry of a node's folder with so many findings, and says how many there are.
pub(super) fn fill(folder: &Path, findings: usize) -> Result<Found, Failure> {
    let node = NodeId::new("fi.coast-guard")?;
    let act = Act {
        actor: Actor::Node(node.clone()),
        action: Action::Detect,
        purpose: Purpose::new("maritime-safety")?,
        legal_basis: LegalBasis::new("Dir. 2002/59/EC")?,
        case: None,
        at: Timestamp::from_second(1_782_000_000)?,
    };
    let store = SqliteStore::open(folder.join("registry.sqlite"))?;
    let mut transaction = store.begin(&act)?;
    let query = FindingQuery { desk: Some("sea"), received: Some(false), limit: 1, ..FindingQuery::default() };
    let model = transaction.findings(&query)?.into_iter().next().ok_or("the node has no finding of the sea desk to go by")?;
    for number in 0..findings {
        let mut finding = model.finding.clone();
        let (day, ship) = (number % DAYS, number / FINDINGS_PER_SHIP);
        finding.key = FindingKey::new(&finding.detector, ["lab", &number.to_string()]);
        finding.title = format!("LAB SHIP {ship} was silent for {}.4 h, {number}", 6 + number % 90);
        let seconds = i64::try_from(day * 86_400 + number % 86_400)?;
        finding.occurred_from = Timestamp::from_second(1_771_000_000 + seconds)?;
        finding.occurred_to = Timestamp::from_second(1_771_020_000 + seconds)?;
        finding.place = Some(spread(number));
        let bits = f64::from(u32::try_from(number * 7_919 % 1_600)?) / 100.0 - 4.0;
        finding.reasons = vec![Reason { name: "long".to_owned(), bits, text: "Made for measuring.".to_owned() }];
        finding.selectors = vec![Selector { kind: SelectorKind::Mmsi, value: (200_000_000 + ship).to_string() }];
        finding.evidence.clear();
        transaction.put_finding(&finding, model.label, false, act.at)?;
    }
    let count = transaction.count_findings(&FindingQuery::default())?;
    transaction.commit()?;
    Ok(Found::facts([("findings", i64::try_from(count)?)]))
}

/// A place in European waters and lands, the same for the same number: the R2 low-discrepancy sequence (Roberts, 2018).
fn spread(number: usize) -> Place {
    let part = |factor: f64| (0.5 + factor * number as f64).fract();
    Place { latitude: 36.0 + 32.0 * part(0.754_877_666_246_692_7), longitude: -10.0 + 40.0 * part(0.569_840_290_998_053_2) }
}

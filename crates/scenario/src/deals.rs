//! The deals notified to investment screening, `at/notified_deals.json`: Calder Reach's 24.9 % of Danuva Port Data, an honest buyer's
//! 24.9 % of something else, and ordinary deals. The file is locked to its purpose: nothing of it may leave the node.

use crate::bods::{Interest, Publication, Registered, StatementFile};
use crate::cast::{Cast, Company};
use crate::options::DEAL_DAYS_BEFORE;
use crate::output::Folder;
use crate::register::Register;
use crate::truth::FileTruth;
use crate::{ScenarioError, ScenarioOptions, random::Random};

/// What ordinary deals are about, in percent. None lies just below a step.
const ORDINARY: [f64; 10] = [10.5, 15.0, 26.0, 30.0, 33.4, 40.0, 51.0, 60.0, 75.5, 100.0];

/// One notified deal.
#[derive(Debug, Clone)]
pub(crate) struct Deal {
    buyer: Company,
    target: Company,
    percent: f64,
    /// Days before day zero.
    days: i64,
}

/// All notified deals, oldest first; the last is event 1.
pub(crate) struct Deals {
    deals: Vec<Deal>,
    publication: Publication,
}

impl Deals {
    pub(crate) fn new(options: &ScenarioOptions, cast: &Cast, register: &Register) -> Self {
        let mut random = Random::new(options.seed, "deals", 0);
        let background = register.background_with_lei();
        let ordinary = ORDINARY.iter().enumerate().map(|(number, percent)| {
            // Buyers come from the first half, targets from the second, each only once.
            let half = background.len() / 2;
            let step = half / ORDINARY.len();
            let place = number * step + random.below(step);
            let (buyer, target) = (background[place].clone(), background[half + place].clone());
            Deal { buyer, target, percent: *percent, days: DEAL_DAYS_BEFORE + 8 + random.below(200) as i64 }
        });
        let honest = Deal {
            buyer: cast.honest_buyer.clone(),
            target: cast.honest_target.clone(),
            percent: 24.9,
            days: DEAL_DAYS_BEFORE + 29,
        };
        let mut deals: Vec<Deal> = ordinary.chain([honest]).collect();
        deals.sort_by_key(|deal| -deal.days);
        deals.push(Deal { buyer: cast.calder.clone(), target: cast.danuva.clone(), percent: 24.9, days: DEAL_DAYS_BEFORE });
        let publication = Publication {
            salt: format!("deals|{}", options.seed),
            publisher: "Investment screening authority (fictional)",
            source: "selfDeclaration",
            description: "Notified under Reg. (EU) 2019/452: for investment screening only (Art. 10)",
            date: options.date(DEAL_DAYS_BEFORE),
        };
        Self { deals, publication }
    }

    /// Writes `at/notified_deals.json`.
    pub(crate) fn write(&self, folder: &Folder, options: &ScenarioOptions) -> Result<FileTruth, ScenarioError> {
        let path = "at/notified_deals.json";
        let mut file = StatementFile::create(folder, path)?;
        for (number, deal) in self.deals.iter().enumerate() {
            let [buyer, target, holding] = self.records(number);
            let date = options.date(deal.days);
            file.push(&self.publication.entity(&buyer, &deal.buyer, &date, &Registered::default()))?;
            file.push(&self.publication.entity(&target, &deal.target, &date, &Registered::default()))?;
            let details = Some("notified acquisition, decision pending");
            let interest =
                Interest { kind: "shareholding", percent: Some(deal.percent), since: date, beneficial: false, details };
            file.push(&self.publication.relationship(&holding, &buyer, &target, &interest))?;
        }
        let (count, hash) = file.finish()?;
        Ok(FileTruth::new(path, "at", "ownership", "bods", count, hash))
    }

    fn records(&self, number: usize) -> [String; 3] {
        // Record ids nobody can guess from the register's.
        let stem = &self.publication.statement_id(&format!("deal {number}"))[..10];
        ["buyer", "target", "holding"].map(|part| format!("deal-{stem}-{part}"))
    }

    /// Every id in the file: none may leave the node.
    pub(crate) fn ids(&self) -> Vec<String> {
        let records = (0..self.deals.len()).flat_map(|number| self.records(number));
        records.flat_map(|record| [self.publication.statement_id(&record), record]).collect()
    }
}

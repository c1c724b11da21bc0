//! Asking partners over the link, one after the other.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use oikos_exchange::{MAXIMUM_SELECTORS_PER_QUESTION, PartnerSet};
use oikos_exchange_transport::AskSetWanted;
use oikos_model::{ContentHash, ContentHasher, Selector};

use super::ask::{AskLine, AskReport, AskRequest, PartnerAsked, Plan};
use crate::{Caller, LinkedNode, NodeError};

/// What comes of asking, some time later.
pub type Asked<'a> = Pin<Box<dyn Future<Output = Result<AskReport, NodeError>> + Send + 'a>>;

impl LinkedNode {
    /// Asks partners. One that does not answer does not keep the others from being asked.
    pub(crate) async fn ask_partners(&self, caller: Caller, request: AskRequest) -> Result<AskReport, NodeError> {
        let (planner, named) = (caller.clone(), !request.standing);
        let plans = self.blocking(move |node| node.plan_ask(&planner, &request)).await?;
        let mut report = AskReport::default();
        for plan in plans {
            let mut asked = PartnerAsked {
                partner: plan.partner.node().to_string(),
                selectors: 0,
                points: 0,
                hits: 0,
                problem: plan.by_class.is_empty().then(|| "its agreement has no budget for any of this".to_owned()),
            };
            if let Err(error) = self.ask_partner(&caller, plan, &mut asked, &mut report.lines).await {
                asked.problem = Some(error.to_string());
            }
            report.partners.push(asked);
        }
        if !named {
            report.lines.retain(|line| line.outcome == "hit");
        }
        Ok(report)
    }

    async fn ask_partner(
        &self,
        caller: &Caller,
        plan: Plan,
        asked: &mut PartnerAsked,
        lines: &mut Vec<AskLine>,
    ) -> Result<(), NodeError> {
        let Plan { partner, by_class } = plan;
        let mut connection = match by_class.is_empty() {
            true => return Ok(()),
            false => self.client().connect(partner.card()).await.map_err(NodeError::conflict)?,
        };
        for (class, selectors) in by_class {
            let (purpose, epoch) = (caller.purpose.clone(), self.node().ask_epoch());
            let wanted = AskSetWanted { purpose, class, epoch, page: None };
            let set = connection.ask_set(&partner, &wanted, self.node().clock().now()).await.map_err(NodeError::conflict)?;
            let (set, name) = (Arc::new(set), format!("{} {} {class:?}", partner.node(), caller.purpose));
            let content = asked_content(&set, &selectors);
            // What the node asks by itself it asks again only when the answer could be another one, or its budget would be gone by noon.
            if caller.person().is_none() && self.standing().is_asked(&name, content) {
                continue;
            }
            for part in selectors.chunks(MAXIMUM_SELECTORS_PER_QUESTION) {
                asked.selectors += part.len();
                let (asker, with, of, about) = (caller.clone(), partner.clone(), Arc::clone(&set), part.to_vec());
                let asking = self.blocking(move |node| node.begin_ask(&asker, &of, &with, about)).await?;
                asked.points += asking.question().count();
                let answer = connection.ask(asking.question()).await.map_err(NodeError::conflict)?;
                let (asker, with, of) = (caller.clone(), partner.clone(), Arc::clone(&set));
                let found = self.blocking(move |node| {
                    let results = asking.finish(&of, &answer).map_err(NodeError::conflict)?;
                    node.finish_ask(&asker, &with, results)
                });
                let found = found.await?;
                asked.hits += found.iter().filter(|line| line.outcome == "hit").count();
                lines.extend(found);
            }
            self.standing().note(name, content);
        }
        Ok(())
    }
}

/// What the node asked by itself last: for each partner, purpose and class a hash of the set and of the selectors. Sets change with the day.
#[derive(Debug, Clone, Default)]
pub(crate) struct Standing(Arc<Mutex<BTreeMap<String, ContentHash>>>);

impl Standing {
    fn is_asked(&self, name: &str, content: ContentHash) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name) == Some(&content)
    }

    fn note(&self, name: String, content: ContentHash) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, content);
    }
}

fn asked_content(set: &PartnerSet, selectors: &[Selector]) -> ContentHash {
    let hasher = ContentHasher::new("standing-ask").field(&set.header().commitment.0);
    selectors.iter().fold(hasher, |hasher, selector| hasher.field(selector.to_string().as_bytes())).finish()
}

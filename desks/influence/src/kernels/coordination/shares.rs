//! Shares, their names as numbers.

use std::collections::HashMap;

use oikos_desk::KernelError;

use super::NAME;

const MOST_SHARES: usize = 50_000_000;

/// Names and their numbers.
#[derive(Debug, Default)]
pub(super) struct Names {
    numbers: HashMap<String, u32>,
    names: Vec<String>,
    bytes: usize,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        // There are no more names than shares, whose number fits.
        let number = self.names.len() as u32;
        self.bytes += 2 * name.len() + 72;
        self.numbers.insert(name.to_owned(), number);
        self.names.push(name.to_owned());
        number
    }

    pub(super) fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }

    pub(super) fn count(&self) -> usize {
        self.names.len()
    }
}

/// One account shared one object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub(super) object: u32,
    pub(super) account: u32,
    pub(super) post: u32,
    pub(super) at: i64,
    pub(super) record_id: i64,
}

/// All shares.
#[derive(Debug, Default)]
pub(super) struct Shares {
    pub(super) all: Vec<Share>,
    pub(super) accounts: Names,
    pub(super) posts: Names,
    /// Objects as `kind:name`.
    pub(super) objects: Names,
}

impl Shares {
    pub(super) fn add(
        &mut self,
        (kind, object): (&str, &str),
        account: &str,
        post: &str,
        at: i64,
        record_id: i64,
    ) -> Result<(), KernelError> {
        if self.all.len() == MOST_SHARES {
            let problem = format!("more than {MOST_SHARES} shares; take a shorter time");
            return Err(KernelError::Limit { kernel: NAME, problem });
        }
        let object = self.objects.number(&format!("{kind}:{object}"));
        let (account, post) = (self.accounts.number(account), self.posts.number(post));
        self.all.push(Share { object, account, post, at, record_id });
        Ok(())
    }

    /// By object and time, so that whatever order they came in gives one result.
    pub(super) fn sort(&mut self) {
        self.all.sort_unstable_by_key(|share| (share.object, share.at, share.record_id, share.account));
    }

    /// The sorted shares object by object, each with the place of its first.
    pub(super) fn by_object(&self) -> impl Iterator<Item = (usize, &[Share])> {
        let mut start = 0;
        self.all.chunk_by(|left, right| left.object == right.object).map(move |group| {
            start += group.len();
            (start - group.len(), group)
        })
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.all.capacity() * size_of::<Share>() + self.accounts.bytes + self.posts.bytes + self.objects.bytes
    }
}

//! Copying a whole registry from one store to another, row by row as the tables have them, with a check of what arrived.

mod tables;

pub use tables::{TABLES, Table};

use oikos_model::ContentHasher;
use oikos_model::{Act, ContentHash};

use crate::{Store, StoreError, Transaction};

/// Rows put at once.
const BATCH_ROWS: usize = 2_000;
/// Or bytes, whichever is reached first: a parcel alone may have sixteen million.
const BATCH_BYTES: usize = 4 << 20;

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Absent,
    /// A number without fraction.
    Integer(i64),
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Cell {
    fn bytes(&self) -> usize {
        match self {
            Self::Absent | Self::Integer(_) | Self::Number(_) => 8,
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }

    fn hashed(&self, hasher: ContentHasher) -> ContentHasher {
        match self {
            Self::Absent => hasher.field(b"absent"),
            Self::Integer(number) => hasher.field(b"integer").field(&number.to_be_bytes()),
            // Zero has two signs, and a backend may keep one of them.
            Self::Number(number) => hasher.field(b"number").field(&(number + 0.0).to_be_bytes()),
            Self::Text(text) => hasher.field(b"text").field(text.as_bytes()),
            Self::Bytes(bytes) => hasher.field(b"bytes").field(bytes),
        }
    }
}

/// Takes one row after the other.
pub type EachRow<'a> = dyn FnMut(Vec<Cell>) -> Result<(), StoreError> + 'a;

/// The tables as they are, for copying. Indexes that a backend makes of them are its own affair: it fills them with the rows.
pub trait Tables {
    /// How many rows a table has.
    ///
    /// # Errors
    /// When the database fails.
    fn count_rows(&self, table: &Table) -> Result<u64, StoreError>;

    /// Hands every row of a table to `each`, in whatever order, without holding more than a few.
    ///
    /// # Errors
    /// When the database or `each` fails.
    fn each_row(&self, table: &Table, each: &mut EachRow<'_>) -> Result<(), StoreError>;

    /// Puts rows into a table, and into the indexes over it.
    ///
    /// # Errors
    /// When a row is there already or the database fails.
    fn put_rows(&mut self, table: &Table, rows: &[Vec<Cell>]) -> Result<(), StoreError>;
}

/// How far a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyProgress {
    /// The table at hand.
    pub table: &'static str,
    /// Whether it is read back already.
    pub checking: bool,
    /// Rows done, those that were read back counted again.
    pub done: u64,
    /// Rows in all, counted twice.
    pub total: u64,
}

/// What was copied of one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopiedTable {
    /// The table.
    pub table: &'static str,
    /// How many rows.
    pub rows: u64,
    /// The sum of the rows' hashes: alike in both stores, in whatever order they give their rows.
    pub digest: ContentHash,
}

/// Copies everything of one registry into an empty one, in one transaction there and from one state here, and reads it back.
///
/// # Errors
/// When the target is not empty, a store fails, or what is read back differs; then nothing was written.
pub fn copy_registry(
    from: &dyn Store,
    to: &dyn Store,
    act: &Act,
    progress: &mut dyn FnMut(CopyProgress),
) -> Result<Vec<CopiedTable>, StoreError> {
    let source = from.snapshot(act)?;
    let mut target = to.begin(act)?;
    for table in TABLES {
        if target.count_rows(table)? > 0 {
            return Err(StoreError::Conflict(format!(
                "the registry to copy into is not empty: its table {} has rows",
                table.name
            )));
        }
    }
    let rows = TABLES.iter().map(|table| source.count_rows(table)).sum::<Result<u64, _>>()?;
    let mut now = CopyProgress { table: "", checking: false, done: 0, total: 2 * rows };
    let mut copied = Vec::with_capacity(TABLES.len());
    for table in TABLES {
        now.table = table.name;
        copied.push(copy_table(&*source, &mut *target, table, &mut |rows| {
            now.done += rows;
            progress(now);
        })?);
    }
    for (table, sent) in TABLES.iter().zip(&copied) {
        (now.table, now.checking) = (table.name, true);
        let mut sum = Sum::of(table);
        target.each_row(table, &mut |row| {
            sum.add(&row);
            Ok(())
        })?;
        if sum.finish() != *sent {
            let problem = format!("table {} did not arrive as it was sent, so nothing was copied", table.name);
            return Err(StoreError::Conflict(problem));
        }
        now.done += sent.rows;
        progress(now);
    }
    target.commit()?;
    Ok(copied)
}

fn copy_table(
    source: &dyn Transaction,
    target: &mut dyn Transaction,
    table: &'static Table,
    landed: &mut dyn FnMut(u64),
) -> Result<CopiedTable, StoreError> {
    let mut sum = Sum::of(table);
    let (mut rows, mut bytes) = (Vec::new(), 0);
    source.each_row(table, &mut |row| {
        sum.add(&row);
        bytes += row.iter().map(Cell::bytes).sum::<usize>();
        rows.push(row);
        if rows.len() >= BATCH_ROWS || bytes >= BATCH_BYTES {
            target.put_rows(table, &rows)?;
            landed(rows.len() as u64);
            rows.clear();
            bytes = 0;
        }
        Ok(())
    })?;
    target.put_rows(table, &rows)?;
    landed(rows.len() as u64);
    Ok(sum.finish())
}

/// The hashes of a table's rows, added up, so that their order does not matter.
struct Sum {
    table: &'static str,
    rows: u64,
    /// 256 bits, the lowest first.
    limbs: [u64; 4],
}

impl Sum {
    fn of(table: &'static Table) -> Self {
        Self { table: table.name, rows: 0, limbs: [0; 4] }
    }

    fn add(&mut self, row: &[Cell]) {
        let hash = row.iter().fold(ContentHasher::new("oikos registry row"), |hasher, cell| cell.hashed(hasher)).finish();
        let mut carry = false;
        for (limb, bytes) in self.limbs.iter_mut().zip(hash.0.as_chunks::<8>().0) {
            let (sum, over) = limb.overflowing_add(u64::from_le_bytes(*bytes));
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            (*limb, carry) = (sum, over || over_again);
        }
        self.rows += 1;
    }

    fn finish(&self) -> CopiedTable {
        let mut digest = [0; 32];
        for (bytes, limb) in digest.as_chunks_mut::<8>().0.iter_mut().zip(self.limbs) {
            *bytes = limb.to_le_bytes();
        }
        CopiedTable { table: self.table, rows: self.rows, digest: ContentHash(digest) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(rows: &[Vec<Cell>]) -> CopiedTable {
        let mut sum = Sum::of(&TABLES[0]);
        rows.iter().for_each(|row| sum.add(row));
        sum.finish()
    }

    #[test]
    fn the_order_of_rows_does_not_matter_and_everything_else_does() {
        let row = |text: &str, number| vec![Cell::Text(text.to_owned()), Cell::Integer(number), Cell::Absent];
        let (one, other) = (row("one", 1), row("other", 2));
        let both = digest(&[one.clone(), other.clone()]);
        assert_eq!(both, digest(&[other.clone(), one.clone()]));
        assert_eq!(both.rows, 2);
        let others = [
            digest(&[one.clone()]),
            digest(&[one.clone(), other.clone(), other.clone()]),
            digest(&[row("one", 2), row("other", 1)]),
            digest(&[row("one", 1), vec![Cell::Bytes(b"other".to_vec()), Cell::Integer(2), Cell::Absent]]),
            digest(&[row("one", 1), vec![Cell::Text("other".to_owned()), Cell::Number(2.0), Cell::Absent]]),
        ];
        assert!(others.iter().all(|other| other.digest != both.digest));
        // Twice the same is not nothing.
        assert_ne!(digest(&[one.clone(), one]).digest, digest(&[]).digest);
        assert_eq!(digest(&[vec![Cell::Number(0.0)]]), digest(&[vec![Cell::Number(-0.0)]]));
    }

    #[test]
    fn no_table_is_listed_twice() {
        let mut names: Vec<_> = TABLES.iter().map(|table| table.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TABLES.len());
    }
}

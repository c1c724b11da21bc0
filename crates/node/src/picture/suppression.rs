//! Small cells of a table of counts, and the cells that must go with them so that totals do not give them away.
//!
//! A table and its totals are one larger table in which every row and every column adds up to nothing: totals count with a minus. A hidden
//! cell can be worked out exactly where no other value fits the rest. Other values fit where the cell lies on a closed walk over hidden
//! cells along which what is added here can be taken away there (Gusfield 1988, "A Graph Theoretic Approach to Statistical Data
//! Security"). Cells are hidden until every hidden cell that is not zero lies on such a walk.

/// Counts below this are hidden.
pub(super) const SMALLEST_SHOWN: u64 = 5;

/// A table with its totals in the last row and column.
pub(super) struct Table {
    /// Rows of equal length, totals included.
    counts: Vec<Vec<u64>>,
    hidden: Vec<Vec<bool>>,
}

impl Table {
    /// Adds totals to a table of counts and hides what must not be read.
    pub(super) fn suppressed(mut counts: Vec<Vec<u64>>) -> Self {
        for row in &mut counts {
            row.push(row.iter().sum());
        }
        let columns = counts.first().map_or(1, Vec::len);
        counts.push((0..columns).map(|column| counts.iter().map(|row| row[column]).sum()).collect());
        let hidden = counts.iter().map(|row| row.iter().map(|count| (1..SMALLEST_SHOWN).contains(count)).collect()).collect();
        let mut table = Self { counts, hidden };
        // What is open stays open when more is hidden, and each step hides at least one more cell, so there is an end.
        loop {
            let given_away: Vec<(usize, usize)> = table.given_away().collect();
            if given_away.is_empty() {
                return table;
            }
            for cell in given_away {
                while !table.is_open(cell) {
                    table.hide_with(cell);
                }
            }
        }
    }

    /// The count in a cell, totals included; `None` where it is hidden.
    pub(super) fn shown(&self, row: usize, column: usize) -> Option<u64> {
        (!self.hidden[row][column]).then(|| self.counts[row][column])
    }

    fn size(&self) -> (usize, usize) {
        (self.counts.len(), self.counts.first().map_or(0, Vec::len))
    }

    fn cells(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (rows, columns) = self.size();
        (0..rows).flat_map(move |row| (0..columns).map(move |column| (row, column)))
    }

    /// Hidden cells that are not zero and whose value the rest gives away.
    fn given_away(&self) -> impl Iterator<Item = (usize, usize)> {
        let hidden = |(row, column): &(usize, usize)| self.hidden[*row][*column] && self.counts[*row][*column] > 0;
        self.cells().filter(hidden).filter(|cell| !self.is_open(*cell))
    }

    /// Whether another value of the cell fits what is shown.
    fn is_open(&self, (row, column): (usize, usize)) -> bool {
        // Adding to the cell (in its sign) is balanced by a walk from its column back to its row; taking away by one from row to column.
        let (from_column, from_row) = (Place::Column(column), Place::Row(row));
        (self.may_add(row, column) && self.reaches(from_column, from_row, (row, column)))
            || (self.may_take(row, column) && self.reaches(from_row, from_column, (row, column)))
    }

    /// Totals count with a minus, so adding to them is taking from their count.
    fn is_minus(&self, row: usize, column: usize) -> bool {
        let (rows, columns) = self.size();
        (row + 1 == rows) != (column + 1 == columns)
    }

    fn may_add(&self, row: usize, column: usize) -> bool {
        !self.is_minus(row, column) || self.counts[row][column] > 0
    }

    fn may_take(&self, row: usize, column: usize) -> bool {
        self.is_minus(row, column) || self.counts[row][column] > 0
    }

    /// Whether there is a walk over hidden cells other than `without`: along a row to a column something is added, back it is taken.
    fn reaches(&self, from: Place, to: Place, without: (usize, usize)) -> bool {
        let (rows, columns) = self.size();
        let usable = |row: usize, column: usize| self.hidden[row][column] && (row, column) != without;
        let mut seen = (vec![false; rows], vec![false; columns]);
        let mut waiting = vec![from];
        while let Some(place) = waiting.pop() {
            if place == to {
                return true;
            }
            match place {
                Place::Row(row) if !std::mem::replace(&mut seen.0[row], true) => {
                    let added = (0..columns).filter(|column| usable(row, *column) && self.may_add(row, *column));
                    waiting.extend(added.filter(|column| !seen.1[*column]).map(Place::Column));
                }
                Place::Column(column) if !std::mem::replace(&mut seen.1[column], true) => {
                    let taken = (0..rows).filter(|row| usable(*row, column) && self.may_take(*row, column));
                    waiting.extend(taken.filter(|row| !seen.0[*row]).map(Place::Row));
                }
                _ => {}
            }
        }
        false
    }

    /// Hides the three cells that make a rectangle with this one and cost least: zeros protect badly, large counts are missed most.
    fn hide_with(&mut self, (row, column): (usize, usize)) {
        let cost = |(row, column): (usize, usize)| match (self.hidden[row][column], self.counts[row][column]) {
            (true, 1..) => 0,
            (true, 0) | (false, 0) => u64::MAX / 8,
            (false, count) => count,
        };
        let corner =
            |(other_row, other_column): (usize, usize)| [(other_row, column), (row, other_column), (other_row, other_column)];
        let fresh = |cells: &[(usize, usize); 3]| cells.iter().any(|(row, column)| !self.hidden[*row][*column]);
        let candidates = self.cells().filter(|other| other.0 != row && other.1 != column).map(corner).filter(fresh);
        let cheapest = candidates.min_by_key(|cells| cells.iter().map(|cell| cost(*cell)).sum::<u64>());
        // Where every rectangle is hidden already, nothing more can be: then the whole table is.
        let hide = cheapest.map_or_else(|| self.cells().collect(), |cells| cells.to_vec());
        for (row, column) in hide {
            self.hidden[row][column] = true;
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Row(usize),
    Column(usize),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every table of counts that has this one's shown cells and totals, as far as its hidden cells can be written.
    fn fits(table: &Table, most: u64) -> Vec<Vec<u64>> {
        let (rows, columns) = table.size();
        let inner: Vec<(usize, usize)> = table.cells().filter(|cell| cell.0 + 1 < rows && cell.1 + 1 < columns).collect();
        let mut found = Vec::new();
        let mut values = vec![0u64; inner.len()];
        fill(table, &inner, &mut values, 0, most, &mut found);
        found
    }

    fn fill(table: &Table, inner: &[(usize, usize)], values: &mut Vec<u64>, at: usize, most: u64, found: &mut Vec<Vec<u64>>) {
        let (rows, columns) = table.size();
        if at == inner.len() {
            let sum = |holds: &dyn Fn(&(usize, usize)) -> bool| -> u64 {
                inner.iter().zip(values.iter()).filter(|(cell, _)| holds(cell)).map(|(_, value)| value).sum()
            };
            let right = |row: usize, column: usize, sum: u64| table.shown(row, column).is_none_or(|shown| shown == sum);
            let fits = (0..rows - 1).all(|row| right(row, columns - 1, sum(&|cell| cell.0 == row)))
                && (0..columns - 1).all(|column| right(rows - 1, column, sum(&|cell| cell.1 == column)))
                && right(rows - 1, columns - 1, sum(&|_| true));
            if fits {
                found.push(values.clone());
            }
            return;
        }
        let (row, column) = inner[at];
        let range = table.shown(row, column).map_or(0..=most, |shown| shown..=shown);
        for value in range {
            values[at] = value;
            fill(table, inner, values, at + 1, most, found);
        }
    }

    fn check(counts: Vec<Vec<u64>>) -> Result<(), TestCaseError> {
        let most = counts.iter().flatten().sum::<u64>() + 2;
        let table = Table::suppressed(counts.clone());
        let fitting = fits(&table, most.min(9));
        let columns = counts[0].len();
        for (row, values) in counts.iter().enumerate() {
            for (column, count) in values.iter().enumerate() {
                let at = row * columns + column;
                if (1..SMALLEST_SHOWN).contains(count) {
                    prop_assert_eq!(table.shown(row, column), None);
                    prop_assert!(
                        fitting.iter().any(|other| other[at] != *count),
                        "{:?}: {} in row {} column {} is given away",
                        counts,
                        count,
                        row,
                        column
                    );
                }
                prop_assert!(table.shown(row, column).is_none_or(|shown| shown == *count));
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn no_small_cell_can_be_worked_out_from_what_is_shown(
            counts in (1usize..=2, 1usize..=3).prop_flat_map(|(rows, columns)| {
                prop::collection::vec(prop::collection::vec(prop_oneof![0u64..=2, 3u64..=7], columns), rows)
            }),
        ) {
            check(counts)?;
        }
    }

    #[test]
    fn large_tables_show_what_needs_no_hiding() {
        let table = Table::suppressed(vec![vec![10, 3, 20], vec![30, 40, 50], vec![60, 70, 80]]);
        assert_eq!(table.shown(0, 1), None);
        let shown = table.cells().filter(|(row, column)| table.shown(*row, *column).is_some()).count();
        assert_eq!(shown, 16 - 4, "three cells go with the small one");
        assert_eq!(table.shown(3, 3), Some(363));
    }

    #[test]
    fn without_small_cells_everything_is_shown() {
        let table = Table::suppressed(vec![vec![5, 0], vec![0, 9]]);
        assert_eq!((table.shown(0, 0), table.shown(0, 1), table.shown(2, 2)), (Some(5), Some(0), Some(14)));
    }
}

//! Square matrices, dense, and linear systems by Gaussian elimination with partial pivoting (Golub and Van Loan, algorithm 3.4.1).

/// Why a matrix cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MatrixError {
    /// It is not square, or too large.
    #[error("{cells} cells are no square matrix of {size} rows; at most {} rows are taken", Matrix::MOST_ROWS)]
    Size {
        /// Rows that were said.
        size: usize,
        /// Cells that were given.
        cells: usize,
    },
    /// A cell is no finite number.
    #[error("row {row}, column {column} is no finite number")]
    NotFinite {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
    },
    /// It has no inverse.
    #[error("the system has no single solution")]
    Singular,
}

/// A square matrix, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    size: usize,
    cells: Vec<f64>,
}

impl Matrix {
    /// Most rows: 2,000 are 32 MB.
    pub const MOST_ROWS: usize = 2_000;

    /// A matrix of `size` rows from its cells, row by row.
    ///
    /// # Errors
    /// When the cells are not `size` squared finite numbers.
    pub fn new(size: usize, cells: Vec<f64>) -> Result<Self, MatrixError> {
        if size > Self::MOST_ROWS || size * size != cells.len() {
            return Err(MatrixError::Size { size, cells: cells.len() });
        }
        match cells.iter().position(|cell| !cell.is_finite()) {
            Some(at) => Err(MatrixError::NotFinite { row: at / size, column: at % size }),
            None => Ok(Self { size, cells }),
        }
    }

    /// A matrix from a function of row and column.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_fn(size: usize, mut cell: impl FnMut(usize, usize) -> f64) -> Result<Self, MatrixError> {
        if size > Self::MOST_ROWS {
            return Err(MatrixError::Size { size, cells: 0 });
        }
        let cells = (0..size * size).map(|at| cell(at / size, at % size)).collect();
        Self::new(size, cells)
    }

    /// How many rows it has.
    pub const fn size(&self) -> usize {
        self.size
    }

    /// The cell in this row and column.
    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.cells[row * self.size + column]
    }

    /// The row.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.cells[row * self.size..(row + 1) * self.size]
    }

    /// The product with a vector.
    pub fn times(&self, vector: &[f64]) -> Vec<f64> {
        (0..self.size).map(|row| self.row(row).iter().zip(vector).map(|(cell, value)| cell * value).sum()).collect()
    }

    /// The x for which this matrix times x is `right`.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn solve(&self, right: &[f64]) -> Result<Vec<f64>, MatrixError> {
        let size = self.size;
        let (mut cells, mut x) = (self.cells.clone(), right.to_vec());
        let scale = self.cells.iter().fold(0.0_f64, |most, cell| most.max(cell.abs()));
        for column in 0..size {
            let best = (column..size).max_by(|a, b| cells[a * size + column].abs().total_cmp(&cells[b * size + column].abs()));
            let pivot = best.unwrap_or(column);
            if cells[pivot * size + column].abs() <= scale * size as f64 * f64::EPSILON {
                return Err(MatrixError::Singular);
            }
            if pivot != column {
                for at in 0..size {
                    cells.swap(column * size + at, pivot * size + at);
                }
                x.swap(column, pivot);
            }
            let (above, below) = cells.split_at_mut((column + 1) * size);
            let pivot_row = &above[column * size..];
            for (offset, row) in below.chunks_exact_mut(size).enumerate() {
                let factor = row[column] / pivot_row[column];
                if factor != 0.0 {
                    row[column..].iter_mut().zip(&pivot_row[column..]).for_each(|(cell, above)| *cell -= factor * above);
                    x[column + 1 + offset] -= factor * x[column];
                }
            }
        }
        for row in (0..size).rev() {
            let known: f64 = (row + 1..size).map(|column| cells[row * size + column] * x[column]).sum();
            x[row] = (x[row] - known) / cells[row * size + row];
        }
        Ok(x)
    }
}

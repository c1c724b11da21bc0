//! From an input-output table in money to the interdependency matrix A*. Everything hangs on what one divides by.
//!
//! Let z_ij be what sector j buys of sector i, x_i the output of i, and inoperability q_i = (planned − actual output) / planned output.
//!
//! **Demand-driven** (Santos and Haimes 2004, eq. 28; Haimes et al. 2005). Leontief: Δx = A Δx + Δf with a_ij = z_ij / x_j. With
//! q = x̂⁻¹ Δx and c* = x̂⁻¹ Δf it becomes q = x̂⁻¹ A x̂ q + c*, so A* = x̂⁻¹ A x̂ and a*_ij = a_ij x_j / x_i = **z_ij / x_i**: the output
//! of the *row's* sector. The public `diimpy` (commit 1e43e5a) divides by x_j there, which leaves A unchanged: its q is then that of money, not
//! of shares, and wrong wherever two outputs differ.
//!
//! **Supply-driven** (Leung, Haimes and Santos 2007, p. 301). Ghosh: Δx_j = Σᵢ (z_ij / x_i) Δx_i + Δv_j. With q and c* as above,
//! q_j = Σᵢ (z_ij / x_j) qᵢ + c*_j: the matrix is the transpose of A, **a^s_ji = z_ij / x_j**.

use super::{Matrix, MatrixError};

/// Which side of the market the event hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Demand falls, and with it what suppliers sell.
    Demand,
    /// Supply falls, and with it what buyers can make.
    Supply,
}

/// An input-output table in money.
#[derive(Debug, Clone, PartialEq)]
pub struct InputOutputTable {
    /// z: what the column's sector buys of the row's.
    pub flows: Matrix,
    /// x: output by sector.
    pub outputs: Vec<f64>,
}

impl InputOutputTable {
    /// The interdependency matrix. A sector without output neither gives nor takes.
    ///
    /// # Errors
    /// When the outputs are not one for each sector.
    pub fn interdependencies(&self, mode: Mode) -> Result<Matrix, MatrixError> {
        let size = self.flows.size();
        if self.outputs.len() != size {
            return Err(MatrixError::Size { size, cells: self.outputs.len() });
        }
        Matrix::from_fn(size, |row, column| {
            let flow = match mode {
                Mode::Demand => self.flows.at(row, column),
                Mode::Supply => self.flows.at(column, row),
            };
            // Both modes divide by the output of the sector whose inoperability the row of the matrix gives.
            if self.outputs[row] > 0.0 { flow / self.outputs[row] } else { 0.0 }
        })
    }
}

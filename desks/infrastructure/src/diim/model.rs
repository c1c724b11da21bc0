//! The static model, and the indices of dependency and influence.

use super::{Matrix, MatrixError};

/// Why a model cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// A coefficient is below zero.
    #[error("the coefficient in row {row}, column {column} is below zero")]
    Negative {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
    },
    /// The spectral radius of A* is 1 or more: a disturbance would grow without end.
    #[error("the matrix is not stable: its spectral radius is not below 1, so a disturbance would grow without end")]
    Unstable,
    /// There are not as many values as sectors.
    #[error("{given} values for {sectors} sectors")]
    Length {
        /// Values.
        given: usize,
        /// Sectors.
        sectors: usize,
    },
    /// The matrix itself.
    #[error(transparent)]
    Matrix(#[from] MatrixError),
}

/// A stable interdependency matrix A* ≥ 0.
#[derive(Debug, Clone, PartialEq)]
pub struct InoperabilityModel {
    interdependencies: Matrix,
}

impl InoperabilityModel {
    /// A model of A*.
    ///
    /// # Errors
    /// When a coefficient is negative or the spectral radius is not below 1.
    pub fn new(interdependencies: Matrix) -> Result<Self, ModelError> {
        let size = interdependencies.size();
        for row in 0..size {
            if let Some(column) = interdependencies.row(row).iter().position(|cell| *cell < 0.0) {
                return Err(ModelError::Negative { row, column });
            }
        }
        let model = Self { interdependencies };
        // For A ≥ 0 the spectral radius is below 1 exactly if some y > 0 has (I − A) y > 0 (Berman and Plemmons, theorem 6.2.3, I27).
        // The y of (I − A) y = 1 is at least 1 where the series converges, and has a component that is not positive where it does not.
        let total = model.without_identity()?.solve(&vec![1.0; size]).map_err(|error| match error {
            MatrixError::Singular => ModelError::Unstable,
            other => other.into(),
        })?;
        if total.iter().all(|value| *value > 0.0) { Ok(model) } else { Err(ModelError::Unstable) }
    }

    /// A*.
    pub const fn interdependencies(&self) -> &Matrix {
        &self.interdependencies
    }

    /// How many sectors it has.
    pub const fn sectors(&self) -> usize {
        self.interdependencies.size()
    }

    /// I − A*.
    fn without_identity(&self) -> Result<Matrix, MatrixError> {
        let one = |row, column| if row == column { 1.0 } else { 0.0 };
        Matrix::from_fn(self.sectors(), |row, column| one(row, column) - self.interdependencies.at(row, column))
    }

    /// Inoperability at equilibrium, q = (I − A*)⁻¹ c*; nothing is more than wholly inoperable.
    ///
    /// # Errors
    /// When the perturbations are not one for each sector.
    pub fn inoperability(&self, perturbations: &[f64]) -> Result<Vec<f64>, ModelError> {
        self.check(perturbations)?;
        let q = self.without_identity()?.solve(perturbations)?;
        Ok(q.into_iter().map(|q| q.clamp(0.0, 1.0)).collect())
    }

    /// Dependency index δᵢ = Σ_{j≠i} a*ᵢⱼ / (n−1): how much a sector takes from the others (Setola et al. 2009, eq. 3).
    pub fn dependencies(&self) -> Vec<f64> {
        self.mean_of_others(|sector, other| self.interdependencies.at(sector, other))
    }

    /// Influence gain ρⱼ = Σ_{i≠j} a*ᵢⱼ / (n−1): how much it hands to the others (Setola et al. 2009, eq. 4).
    pub fn influences(&self) -> Vec<f64> {
        self.mean_of_others(|sector, other| self.interdependencies.at(other, sector))
    }

    fn mean_of_others(&self, cell: impl Fn(usize, usize) -> f64) -> Vec<f64> {
        let size = self.sectors();
        let others = size.saturating_sub(1).max(1) as f64;
        let sum = |sector: usize| (0..size).filter(|other| *other != sector).map(|other| cell(sector, other)).sum::<f64>();
        (0..size).map(|sector| sum(sector) / others).collect()
    }

    pub(super) fn check(&self, values: &[f64]) -> Result<(), ModelError> {
        let (given, sectors) = (values.len(), self.sectors());
        if given == sectors { Ok(()) } else { Err(ModelError::Length { given, sectors }) }
    }
}

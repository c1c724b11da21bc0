//! Published answers, the definition in money, and what must hold for every table.

use proptest::prelude::*;

use super::*;

fn matrix(rows: &[&[f64]]) -> Matrix {
    Matrix::new(rows.len(), rows.concat()).unwrap()
}

fn model(rows: &[&[f64]]) -> InoperabilityModel {
    InoperabilityModel::new(matrix(rows)).unwrap()
}

fn near(found: &[f64], expected: &[f64], within: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= within, "{found} is not within {within} of {expected}");
    }
}

/// Lian and Haimes (2006), the two-sector example.
fn lian_and_haimes() -> InoperabilityModel {
    model(&[&[0.15, 0.50], &[0.10, 0.05]])
}

#[test]
fn published_static_answers() {
    // Haimes and Jiang (2001).
    near(&model(&[&[0.0, 0.8], &[0.2, 0.0]]).inoperability(&[0.0, 0.6]).unwrap(), &[0.571, 0.714], 1e-3);
    let four = model(&[&[0.0, 0.9, 0.0, 0.0], &[0.4, 0.0, 0.0, 0.0], &[1.0, 0.8, 0.0, 0.0], &[1.0, 0.9, 0.0, 0.0]]);
    // The paper prints two digits: 0.70 and 0.78.
    near(&four.inoperability(&[0.0, 0.5, 0.0, 0.0]).unwrap(), &[0.703_125, 0.781_25, 1.0, 1.0], 1e-9);
    near(&four.inoperability(&[0.0, 0.5, 0.0, 0.0]).unwrap(), &[0.70, 0.78, 1.0, 1.0], 5e-3);
    near(&lian_and_haimes().inoperability(&[0.0, 0.1]).unwrap(), &[0.066, 0.112], 1e-3);
}

#[test]
fn the_dynamic_model_ends_where_the_static_one_stands() {
    let dynamic = DynamicModel::with_resilience(lian_and_haimes(), &[0.2, 0.2]).unwrap();
    let course = dynamic.inoperability(100, |_| vec![0.0, 0.1]).unwrap();
    near(&course[99], &lian_and_haimes().inoperability(&[0.0, 0.1]).unwrap(), 1e-6);
    assert_eq!(course[0], [0.0, 0.0], "it begins at rest");
}

#[test]
fn the_loss_of_thirty_steps_is_the_published_integral() {
    let dynamic = DynamicModel::with_resilience(lian_and_haimes(), &[0.2, 0.2]).unwrap();
    let course = dynamic.inoperability(100, |step| vec![0.0, if step <= 30 { 0.1 } else { 0.0 }]).unwrap();
    near(&loss(&course, &[1.0, 1.0]), &[1.980_144_350, 3.366_317_449], 1e-6);
    near(&loss(&course, &[10.0, 0.0]), &[19.801_443_50, 0.0], 1e-5);
}

#[test]
fn recovery_follows_its_exponential() {
    // One sector alone: q(t) = q(0) e^(−k (1 − a) t), and λ of it is left after τ.
    let alone = DynamicModel::with_recovery_steps(model(&[&[0.25]]), &[40.0]).unwrap();
    near(&alone.recovery(&[0.8], 40.0).unwrap(), &[0.008], 1e-12);
    near(alone.resilience(), &[-0.01_f64.ln() / (40.0 * 0.75)], 1e-12);
    let two = DynamicModel::with_resilience(lian_and_haimes(), &[0.2, 0.2]).unwrap();
    near(&two.recovery(&[0.0, 0.1], 100.0).unwrap(), &[0.0, 0.0], 1e-6);
    near(&two.recovery(&[0.3, 0.1], 0.0).unwrap(), &[0.3, 0.1], 1e-12);
    // Many small steps of the difference equation come near the exponential.
    let mut q = vec![0.3, 0.1];
    let (step, a) = (1e-4, lian_and_haimes());
    for _ in 0..50_000 {
        let driven = a.interdependencies().times(&q);
        q.iter_mut().zip(driven).for_each(|(q, driven)| *q += step * 0.2 * (driven - *q));
    }
    near(&two.recovery(&[0.3, 0.1], 5.0).unwrap(), &q, 1e-5);
}

#[test]
fn a_very_long_recovery_keeps_its_digits() {
    let slow = DynamicModel::with_resilience(model(&[&[0.0, 0.0], &[0.0, 0.0]]), &[1.0, 0.001]).unwrap();
    near(&slow.recovery(&[1.0, 1.0], 2_000.0).unwrap(), &[0.0, (-2.0_f64).exp()], 1e-10);
}

#[test]
fn dependency_and_influence_are_means_over_the_others() {
    let four = model(&[&[0.0, 0.9, 0.0, 0.0], &[0.4, 0.0, 0.0, 0.0], &[1.0, 0.8, 0.0, 0.0], &[1.0, 0.9, 0.0, 0.0]]);
    near(&four.dependencies(), &[0.3, 0.4 / 3.0, 0.6, 1.9 / 3.0], 1e-12);
    near(&four.influences(), &[0.8, 2.6 / 3.0, 0.0, 0.0], 1e-12);
    assert_eq!(model(&[&[0.5]]).dependencies(), [0.0], "one sector alone depends on no other");
}

/// Three sectors with outputs of 200, 100 and 400, worked by hand: z / x of the row in the demand case.
fn three_sectors() -> InputOutputTable {
    InputOutputTable {
        flows: matrix(&[&[40.0, 10.0, 40.0], &[10.0, 20.0, 20.0], &[20.0, 30.0, 80.0]]),
        outputs: vec![200.0, 100.0, 400.0],
    }
}

#[test]
fn the_demand_case_divides_by_the_output_of_the_row() {
    let table = three_sectors();
    let a = table.interdependencies(Mode::Demand).unwrap();
    assert_eq!(a, matrix(&[&[0.2, 0.05, 0.2], &[0.1, 0.2, 0.2], &[0.05, 0.075, 0.2]]));
    let right = InoperabilityModel::new(a).unwrap().inoperability(&[0.1, 0.0, 0.0]).unwrap();
    // The definition: Leontief's loss of output in money over planned output.
    near(&right, &shares_lost(&table, Mode::Demand, &[0.1, 0.0, 0.0]), 1e-12);
    // What diimpy computes: it divides by the output of the column, so sectors smaller than the first look too well and larger too ill.
    let of_column = Matrix::from_fn(3, |row, column| table.flows.at(row, column) / table.outputs[column]).unwrap();
    let wrong = InoperabilityModel::new(of_column).unwrap().inoperability(&[0.1, 0.0, 0.0]).unwrap();
    near(&[wrong[0] / right[0], wrong[1] / right[1], wrong[2] / right[2]], &[1.0, 0.5, 2.0], 1e-9);
}

/// Shares of output lost, by the models in money that the inoperability model is made of.
fn shares_lost(table: &InputOutputTable, mode: Mode, perturbations: &[f64]) -> Vec<f64> {
    let x = &table.outputs;
    let cell = |row: usize, column: usize| {
        let coefficient = match mode {
            // Leontief: a_ij = z_ij / x_j; Δx = A Δx + Δf.
            Mode::Demand => table.flows.at(row, column) / x[column],
            // Ghosh: b_ij = z_ij / x_i; Δx_j = Σᵢ b_ij Δx_i + Δv_j.
            Mode::Supply => table.flows.at(column, row) / x[column],
        };
        if row == column { 1.0 - coefficient } else { -coefficient }
    };
    let money: Vec<f64> = perturbations.iter().zip(x).map(|(share, output)| share * output).collect();
    let lost = Matrix::from_fn(x.len(), cell).unwrap().solve(&money).unwrap();
    lost.iter().zip(x).map(|(lost, output)| (lost / output).clamp(0.0, 1.0)).collect()
}

#[test]
fn an_unstable_or_negative_matrix_is_refused() {
    let refused = |rows: &[&[f64]]| InoperabilityModel::new(matrix(rows)).unwrap_err();
    assert_eq!(refused(&[&[0.0, 1.0], &[1.0, 0.0]]), ModelError::Unstable);
    assert_eq!(refused(&[&[0.9, 0.3], &[0.3, 0.9]]), ModelError::Unstable);
    assert_eq!(refused(&[&[0.0, -0.1], &[0.1, 0.0]]), ModelError::Negative { row: 0, column: 1 });
    assert!(Matrix::new(2, vec![0.0; 3]).is_err());
    assert!(Matrix::new(1, vec![f64::NAN]).is_err());
    assert!(lian_and_haimes().inoperability(&[0.1]).is_err());
}

prop_compose! {
    /// A table whose sectors sell at most nine tenths of their output to each other, so that both modes are stable.
    fn tables()(size in 1usize..7)(
        shares in prop::collection::vec(0.0..1.0f64, size * size),
        finals in prop::collection::vec(1.0..1_000.0f64, size),
        size in Just(size),
    ) -> InputOutputTable {
        let flow = |row: usize, column: usize| shares[row * size + column] * finals[row].min(finals[column]) / size as f64;
        let flows = Matrix::from_fn(size, flow).unwrap();
        let outputs = (0..size).map(|sector| {
            let sold: f64 = flows.row(sector).iter().sum();
            let bought: f64 = (0..size).map(|row| flows.at(row, sector)).sum();
            sold.max(bought) + 0.1 * finals[sector]
        }).collect();
        InputOutputTable { flows, outputs }
    }
}

proptest! {
    #[test]
    fn both_modes_are_the_models_in_money(table in tables(), share in 0.0..0.2f64) {
        let perturbations: Vec<f64> = (0..table.outputs.len()).map(|sector| if sector == 0 { share } else { 0.0 }).collect();
        for mode in [Mode::Demand, Mode::Supply] {
            let model = InoperabilityModel::new(table.interdependencies(mode).unwrap()).unwrap();
            near(&model.inoperability(&perturbations).unwrap(), &shares_lost(&table, mode, &perturbations), 1e-9);
        }
    }

    #[test]
    fn more_harm_never_helps(table in tables(), harm in 0.0..0.5f64) {
        let model = InoperabilityModel::new(table.interdependencies(Mode::Demand).unwrap()).unwrap();
        let sectors = table.outputs.len();
        let (less, more) = (vec![harm / 2.0; sectors], vec![harm; sectors]);
        let (less, more) = (model.inoperability(&less).unwrap(), model.inoperability(&more).unwrap());
        prop_assert!(less.iter().zip(&more).all(|(less, more)| less <= &(more + 1e-12)));
    }

    #[test]
    fn a_solution_solves(cells in prop::collection::vec(-1.0..1.0f64, 16), right in prop::collection::vec(-1.0..1.0f64, 4)) {
        let matrix = Matrix::new(4, cells).unwrap();
        if let Ok(x) = matrix.solve(&right) {
            let scale = x.iter().fold(1.0_f64, |most, x| most.max(x.abs()));
            for (found, wanted) in matrix.times(&x).iter().zip(&right) {
                prop_assert!((found - wanted).abs() <= 1e-9 * scale);
            }
        }
    }
}

//! Which functions a query may call: the engine's, less those named here.

use std::sync::Arc;

use datafusion::execution::SessionStateDefaults;
use datafusion::logical_expr::ScalarUDF;

/// Functions that are not there, by the engine's own names; their aliases go with them.
const WITHHELD: &[&str] = &[
    // A query that asks the clock or dice gives another answer tomorrow; `$now` and the span's parameters are there instead.
    "now",
    "current_date",
    "current_time",
    "random",
    "uuid",
    // They make a lot out of nothing, outside of the engine's memory limit.
    "repeat",
    "lpad",
    "rpad",
    "array_repeat",
    "array_resize",
    "generate_series",
    "range",
    // They tell how and where records are kept.
    "version",
    "input_file_name",
    "file_row_index",
];

/// The scalar functions of a session.
pub(crate) fn scalar_functions() -> Vec<Arc<ScalarUDF>> {
    let all = SessionStateDefaults::default_scalar_functions();
    all.into_iter().filter(|function| !WITHHELD.contains(&function.name())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_withheld_is_called_so_by_the_engine() {
        let names: Vec<_> = SessionStateDefaults::default_scalar_functions().iter().map(|f| f.name().to_owned()).collect();
        for name in WITHHELD {
            assert!(names.iter().any(|known| known == name), "the engine has no function {name}: the list is out of date");
        }
    }
}

//! The build budget: how many CPU-minutes a build took, against what ARCHITECTURE.md allows for a cold one.

/// CPU seconds (user and system) of all child processes that have ended, from `/proc/self/stat` (proc(5), fields 16 and 17).
/// `None` where there is no such file.
fn children_cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field, the program's name in parentheses, may hold spaces: count from behind it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: f64 = fields.get(13)?.parse::<f64>().ok()? + fields.get(14)?.parse::<f64>().ok()?;
    const TICKS_PER_SECOND: f64 = 100.0; // sysconf(_SC_CLK_TCK) is 100 on every Linux Rust supports
    Some(ticks / TICKS_PER_SECOND)
}

/// Measures the child processes between its making and [`Meter::report`].
pub(crate) struct Meter {
    what: &'static str,
    allowed_cpu_minutes: f64,
    before: Option<f64>,
}

impl Meter {
    pub(crate) fn start(what: &'static str, allowed_cpu_minutes: f64) -> Self {
        Self { what, allowed_cpu_minutes, before: children_cpu_seconds() }
    }

    /// One line: what was measured and what a cold build may take.
    pub(crate) fn report(&self) -> String {
        match (self.before, children_cpu_seconds()) {
            (Some(before), Some(after)) => format!(
                "{}: {:.1} CPU-minutes (budget from an empty target: {:.0})",
                self.what,
                (after - before) / 60.0,
                self.allowed_cpu_minutes
            ),
            _ => format!("{}: CPU time cannot be measured on this system", self.what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_that_worked_is_counted() {
        let Some(before) = children_cpu_seconds() else { return };
        let status = std::process::Command::new("sh").args(["-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"]).status();
        if status.is_ok_and(|status| status.success()) {
            assert!(children_cpu_seconds().unwrap() > before);
        }
    }
}

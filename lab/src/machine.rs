//! What a number was measured on.

/// Processor cores, memory and system, for example `2 cores, 24 GiB, linux x86_64`.
pub(crate) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or_else(|_| "? cores".to_owned(), |cores| format!("{cores} cores"));
    let memory = memory_gibibytes().map_or_else(|| "? GiB".to_owned(), |memory| format!("{memory:.0} GiB"));
    format!("{cores}, {memory}, {} {}", std::env::consts::OS, std::env::consts::ARCH)
}

fn memory_gibibytes() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    Some(kibibytes_of(&text, "MemTotal:")? as f64 / (1024.0 * 1024.0))
}

/// The most memory this process ever held, in KiB, as Linux counts it from the start of the program.
pub(crate) fn peak_kibibytes() -> Option<u64> {
    kibibytes_of(&std::fs::read_to_string("/proc/self/status").ok()?, "VmHWM:")
}

fn kibibytes_of(text: &str, key: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(key))?.split_whitespace().next()?.parse().ok()
}

/// CPU seconds (user and system) of all child processes that have ended, from `/proc/self/stat` (proc(5), fields 16 and 17).
pub(crate) fn children_cpu_seconds() -> Option<f64> {
    const TICKS_PER_SECOND: f64 = 100.0; // sysconf(_SC_CLK_TCK) is 100 on every Linux Rust supports
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field, the program's name in parentheses, may hold spaces: count from behind it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: f64 = fields.get(13)?.parse::<f64>().ok()? + fields.get(14)?.parse::<f64>().ok()?;
    Some(ticks / TICKS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_proc_is_read() {
        assert_eq!(kibibytes_of("A: 1 kB\nVmHWM:\t  2048 kB\n", "VmHWM:"), Some(2048));
        assert_eq!(kibibytes_of("A: 1 kB\n", "VmHWM:"), None);
    }
}

//! Writes the standard scenario of a seed into a folder.
//! `cargo run -p oikos-scenario --example write_scenario -- <folder> [seed] [small]`

use std::path::PathBuf;

use oikos_scenario::{ScenarioOptions, generate};

#[expect(clippy::print_stdout, reason = "an example prints what it did")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("name a folder")?);
    let seed = arguments.next().map_or(Ok(1), |seed| seed.parse())?;
    let small = arguments.next().is_some_and(|size| size == "small");
    let options = if small { ScenarioOptions::small(seed) } else { ScenarioOptions::standard(seed) };
    let truth = generate(&folder, &options)?;
    for file in &truth.files {
        println!("{:>9} {:<16} {}", file.entries, file.format, file.path);
    }
    Ok(())
}

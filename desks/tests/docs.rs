//! The pages of the desks in `docs/desks/` are their detectors' heads and bodies. `cargo xtask docs` writes them.

use std::path::Path;

use oikos_desk::{detectors_of, render};
use oikos_desks::DESKS;

#[test]
fn every_desk_has_its_page_as_its_detectors_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/desks");
    for desk in DESKS {
        let mut page = format!(
            "# The desk {}\n\n{}\n\nGenerated from its detectors; `cargo xtask docs` writes it.\n",
            desk.name, desk.question
        );
        page.push_str("\n## Datasets\n\n| dataset | what | marking | kept |\n|---|---|---|---|\n");
        for dataset in desk.datasets {
            let marking = format!("{}, {}, for {}", dataset.regime.code(), dataset.tlp.code(), dataset.purposes.join(", "));
            page.push_str(&format!(
                "| `{}` | {} | {marking} | {} days |\n",
                dataset.id, dataset.description, dataset.retention_days
            ));
        }
        page.push_str("\n## Formats\n\n| format | what |\n|---|---|\n");
        for reader in desk.readers {
            page.push_str(&format!("| `{}` | {} |\n", reader.format().name, reader.format().description));
        }
        page.push_str("\n## Tables\n");
        for table in desk.tables {
            page.push_str(&format!("\n### `{}`\n\n{}\n\n| column | meaning |\n|---|---|\n", table.name, table.description));
            for column in table.columns {
                page.push_str(&format!("| `{}` | {} |\n", column.name, column.description));
            }
        }
        for detector in detectors_of(desk).unwrap() {
            page.push('\n');
            page.push_str(&render::manual(&detector).replace("\n# ", "\n## "));
        }
        let path = folder.join(format!("{}.md", desk.name));
        if std::env::var_os("OIKOS_UPDATE_DOCS").is_some() {
            std::fs::write(&path, &page).unwrap();
        }
        assert!(
            std::fs::read_to_string(&path).unwrap_or_default() == page,
            "{} is out of date: run cargo xtask docs",
            path.display()
        );
    }
}

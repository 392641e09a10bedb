//! The matrix of tiers and the targets they are meant for, in the README.

use std::path::Path;

use pyiron_lock_conform::{Matrix, State, Which, data::Targets};

use crate::{
    Report,
    generate::{self, Generated, Mode},
    standing::{Committed, read},
};

const PAGE: &str = "README.md";
const BEGIN: &str = "<!-- matrix: written by `cargo run -q -p xtask -- matrix` -->\n";
const END: &str = "<!-- end of matrix -->\n";

/// Writes the matrix into the page, or compares it.
pub(crate) fn run(root: &Path, mode: Mode) -> Report {
    match page(root) {
        Ok(text) => {
            let page = Generated {
                path: PAGE.into(),
                bytes: text.into_bytes(),
            };
            generate::settle(root, &[page], mode, "matrix")
        }
        Err(error) => Report::problem(error),
    }
}

fn page(root: &Path) -> Result<String, String> {
    let text = read(root, PAGE)?;
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let (before, after) = parts.ok_or_else(|| format!("{PAGE} has no place for the matrix"))?;
    Ok(format!("{before}{BEGIN}{}{END}{after}", table(root)?))
}

fn table(root: &Path) -> Result<String, String> {
    let report = Committed::read(root)?.judge(&Targets::read(&[]).0, &Which::Asked)?;
    let matrix = Matrix::new(&report);
    let mut text = String::from("| |");
    for tier in &matrix.tiers {
        text.push_str(&format!(" {tier} |"));
    }
    text.push_str(&format!("\n|{}\n", "---|".repeat(matrix.tiers.len() + 1)));
    for (target, cells) in &matrix.rows {
        text.push_str(&format!("| `{target}` |"));
        for cell in cells {
            let sign = match cell.state {
                State::Fits => "yes",
                state => state.sign(),
            };
            text.push_str(&if sign.is_empty() {
                " |".to_owned()
            } else {
                format!(" {sign} |")
            });
        }
        text.push('\n');
    }
    Ok(text)
}

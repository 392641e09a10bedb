//! The generated pages of the book: what the program, the targets, the specs and the locks say, and what lists of our
//! own say, as Markdown.

mod commands;
mod hacks;
mod packages;
mod rules;
mod schemas;
mod support;
mod targets;
mod text;
mod tiers;
mod which;

use std::path::Path;

use pyiron_lock_conform::{Report as Judgement, Which, data::Targets};

use crate::{
    Report,
    generate::{self, Generated, Mode},
    standing::Committed,
};

/// The chore that writes the pages.
const CHORE: &str = "book";

/// What pages are made of.
struct Facts {
    committed: Committed,
    targets: Targets,
    judgement: Judgement,
}

impl Facts {
    /// Reads what is committed, and lays targets given as (name, text) over those of the program.
    fn read(root: &Path, over: &[(String, String)]) -> Result<Self, String> {
        let committed = Committed::read(root)?;
        let targets = Targets::read(over).0;
        let judgement = committed.judge(&targets, &Which::All)?;
        Ok(Self {
            committed,
            targets,
            judgement,
        })
    }
}

/// Writes the pages, or compares them.
pub(crate) fn run(root: &Path, mode: Mode) -> Report {
    match pages(root) {
        Ok(pages) => generate::settle(root, &pages, mode, CHORE),
        Err(error) => Report::problem(error),
    }
}

fn pages(root: &Path) -> Result<Vec<Generated>, String> {
    let facts = Facts::read(root, &[])?;
    let mut pages = vec![
        page("reference/commands", &commands::page()),
        page("reference/rules", &rules::page(root)?),
        page("reference/support", &support::page(&facts)),
        page("reference/schemas", &schemas::page(root)?),
        page("reference/hacks", &hacks::page(root)?),
        page("portal", &packages::page(root, &facts)?),
        page("which-tier", &which::page(root, &facts)?),
    ];
    for (name, text) in targets::pages(&facts) {
        pages.push(page(&format!("reference/targets/{name}"), &text));
    }
    for (name, text) in tiers::pages(&facts) {
        pages.push(page(&format!("reference/tiers/{name}"), &text));
    }
    Ok(pages)
}

fn page(name: &str, body: &str) -> Generated {
    let head = "<!-- Written by `cargo run -q -p xtask -- book`; edit what it is made from instead. -->\n\n";
    Generated {
        path: format!("docs/{name}.md").into(),
        bytes: format!("{head}{body}").into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_pages_are_in_step() {
        let root = crate::workspace::root().unwrap();
        assert_eq!(run(&root, Mode::Check), Report::default());
    }

    #[test]
    fn a_page_that_nobody_writes_any_more_is_not_left_behind() {
        let root = crate::workspace::root().unwrap();
        let written: Vec<_> = pages(&root).unwrap().into_iter().map(|page| page.path).collect();
        for folder in ["docs/reference/targets", "docs/reference/tiers"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let path = Path::new(folder).join(entry.unwrap().file_name());
                assert!(
                    written.contains(&path),
                    "{} is written by nothing",
                    path.display()
                );
            }
        }
    }
}

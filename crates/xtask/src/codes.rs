//! The reference page of finding codes, written from the tables that the rooms keep.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use pyiron_lock_core::Code;

use crate::{
    Report,
    generate::{self, Generated, Mode},
};

const PAGE: &str = "docs/reference/codes.md";

/// A room that has codes, under the heading its part of the page has.
struct Room {
    heading: &'static str,
    source: &'static str,
    codes: &'static [Code],
}

/// Every room that has codes. A new table belongs here.
const ROOMS: [Room; 11] = [
    Room {
        heading: "Any file",
        source: "crates/pyiron_lock_core/src/codes.rs",
        codes: pyiron_lock_core::codes::ALL,
    },
    Room {
        heading: "Reading specs",
        source: "crates/pyiron_lock_spec/src/codes.rs",
        codes: pyiron_lock_spec::codes::ALL,
    },
    Room {
        heading: "Solving",
        source: "crates/pyiron_lock_solve/src/codes.rs",
        codes: pyiron_lock_solve::codes::ALL,
    },
    Room {
        heading: "Sound locks",
        source: "crates/pyiron_lock_conform/src/sound/codes.rs",
        codes: pyiron_lock_conform::sound::codes::ALL,
    },
    Room {
        heading: "Targets, policies and waivers",
        source: "crates/pyiron_lock_conform/src/data/codes.rs",
        codes: pyiron_lock_conform::data::codes::ALL,
    },
    Room {
        heading: "Fit for a target",
        source: "crates/pyiron_lock_conform/src/rules",
        codes: pyiron_lock_conform::rules::CODES,
    },
    Room {
        heading: "Configuration of users",
        source: "crates/pyiron_lock_conform/src/config/codes.rs",
        codes: pyiron_lock_conform::config::codes::ALL,
    },
    Room {
        heading: "Exporting",
        source: "crates/pyiron_lock_export/src/codes.rs",
        codes: pyiron_lock_export::codes::ALL,
    },
    Room {
        heading: "What is there",
        source: "crates/pyiron_lock_host/src/codes.rs",
        codes: pyiron_lock_host::codes::ALL,
    },
    Room {
        heading: "Installing",
        source: "crates/pyiron_lock_host/src/install/codes.rs",
        codes: pyiron_lock_host::install::codes::ALL,
    },
    Room {
        heading: "Files",
        source: "crates/pyiron_lock_cli/src/codes.rs",
        codes: pyiron_lock_cli::codes::ALL,
    },
];

/// Writes the page, or compares it.
pub(crate) fn run(root: &Path, mode: Mode) -> Report {
    let problems = twice(&ROOMS);
    if !problems.is_empty() {
        return Report {
            problems,
            remarks: Vec::new(),
        };
    }
    let page = Generated {
        path: PAGE.into(),
        bytes: page(&ROOMS).into_bytes(),
    };
    generate::settle(root, &[page], mode, "codes")
}

/// Names every code that two tables, or one table twice, declare.
fn twice(rooms: &[Room]) -> Vec<String> {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    let mut problems = Vec::new();
    for room in rooms {
        for code in room.codes {
            if let Some(other) = seen.insert(code.as_str(), room.source) {
                problems.push(format!(
                    "`{code}` is declared in {other} and again in {}; a code is one kind of finding, rename one",
                    room.source
                ));
            }
        }
    }
    problems
}

fn page(rooms: &[Room]) -> String {
    let mut text = String::from(
        "<!-- Written by `cargo run -q -p xtask -- codes`; edit the tables in the crates instead. -->\n\n\
         # Finding codes\n\n\
         A finding says what a check saw. Its code is a permanent word, so that scripts can rely on it.\n\n\
         | weight | means |\n|---|---|\n\
         | error | the job cannot go on, or must not |\n\
         | warning | it works, but probably not as meant |\n\
         | note | worth knowing, nothing to do |\n",
    );
    for room in rooms {
        let _ = write!(
            text,
            "\n## {}\n\n| code | weight | what is wrong |\n|---|---|---|\n",
            room.heading
        );
        for code in room.codes {
            let info = code.info();
            let _ = writeln!(
                text,
                "| [`{code}`](#{code}) | {} | {} |",
                info.severity.as_str(),
                info.title.replace('|', "\\|")
            );
        }
        for code in room.codes {
            let _ = write!(text, "\n### `{code}`\n\n{}\n", code.info().docs);
            if let Some(rule) = pyiron_lock_conform::rules::rule(code.as_str()) {
                let _ = write!(text, "\n- Source: {}\n- Example: {}\n", rule.source, rule.example);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    pyiron_lock_core::codes! {
        ONE = "one-thing", Error, "one | thing", "Why it matters.";
        OTHER = "other-thing", Note, "another thing", "Nothing to do.";
    }

    fn room(codes: &'static [Code]) -> Room {
        Room {
            heading: "Part",
            source: "a.rs",
            codes,
        }
    }

    #[test]
    fn codes_are_unique_across_rooms() {
        assert_eq!(twice(&ROOMS), [""; 0]);
        assert_eq!(
            twice(&[room(&[ONE, OTHER]), room(&[ONE])]),
            ["`one-thing` is declared in a.rs and again in a.rs; a code is one kind of finding, rename one"]
        );
    }

    #[test]
    fn the_page_links_every_code_to_its_section() {
        let page = page(&[room(ALL)]);
        assert!(page.contains("| [`one-thing`](#one-thing) | error | one \\| thing |\n"));
        assert!(page.contains("\n### `other-thing`\n\nNothing to do.\n"));
        assert!(page.ends_with(".\n"));
    }

    #[test]
    fn the_committed_page_is_in_step() {
        let root = crate::workspace::root().unwrap();
        assert_eq!(run(&root, Mode::Check), Report::default());
    }
}

//! Values that pyiron and PostgreSQL would refuse or read as something else: what is wrong with one, in words that
//! follow it. Does not know which setting a value is for.

use pyiron_lock_core::Finding;

use crate::{codes::EXPORT_READER_MISSING, input::Input, quote};

/// How many letters of a user the table of jobs has room for (pyiron_base, `sqlcolumnlength.py`).
const USER_LETTERS: usize = 20;

/// How many bytes of a name PostgreSQL reads.
const NAME_BYTES: usize = 63;

/// Returns why pyiron would not read one of a list of paths as it is written; `None` for one that it does.
pub(super) fn listed_fault(path: &str) -> Option<&'static str> {
    if !(path.starts_with('/') || path.starts_with("~/") || path == "~") {
        return Some("is no absolute path, nor one below `~`");
    }
    let parted = path.contains(',');
    let parted = parted.then_some("holds `,`, at which pyiron ends a path");
    parted.or_else(|| path_fault(path))
}

/// Returns why pyiron would not read a path that stands alone as it is written.
pub(super) fn path_fault(path: &str) -> Option<&'static str> {
    if path.trim() != path || quote::ini(path) != path {
        return Some(match path.contains(';') {
            true => "holds `;`, which starts a comment, and separates nothing on Linux",
            false => "starts or ends with a blank, or is no single line",
        });
    }
    let held = [
        ('$', "holds `$`, and pyiron expands `~` only"),
        ('\\', "holds `\\`, which pyiron turns into `/`"),
    ];
    let held = held.iter().find(|(letter, _)| path.contains(*letter));
    let above = path.split('/').any(|part| part == "..");
    held.map(|(_, why)| *why)
        .or_else(|| above.then_some("leads out of its folder"))
}

/// Returns why a name cannot be that of a database, a role or a schema.
pub(super) fn name_fault(name: &str) -> Option<&'static str> {
    let reserved = [
        "public",
        "none",
        "template0",
        "template1",
        "postgres",
        "information_schema",
    ];
    if reserved.contains(&name) || name.starts_with("pg_") {
        Some("is a name that PostgreSQL keeps for itself")
    } else if name.len() > NAME_BYTES {
        Some("is longer than the 63 bytes that PostgreSQL reads of a name")
    } else {
        kind_fault(name)
    }
}

/// Returns why a part of the address of a database makes pyiron take it for one of another kind.
pub(super) fn kind_fault(part: &str) -> Option<&'static str> {
    let taken = part.contains("sqlite");
    taken.then_some("holds `sqlite`, by which pyiron takes any database for a SQLite file")
}

/// Returns why a name cannot be that of a user of the database.
pub(super) fn user_fault(name: &str) -> Option<&'static str> {
    let long = name.chars().count() > USER_LETTERS;
    name_fault(name)
        .or_else(|| long.then_some("is longer than the 20 letters that the table of jobs has for a user"))
}

/// Returns a finding for each package that reads the export and is not in the lock.
pub(super) fn readers(input: &Input<'_>, packages: &[&str]) -> Vec<Finding> {
    let lacking = |package: &&&str| input.own.packages.get(package).is_none();
    let missing = packages.iter().filter(lacking);
    missing
        .map(|package| {
            let text = format!("the lock of `{}` lacks `{package}`", input.own.tier.name);
            Finding::new(EXPORT_READER_MISSING, text)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_pyiron_reads_otherwise_has_a_fault() {
        assert_eq!(path_fault("/a,b"), None);
        for path in ["/data/a b", "~", "~/ä#1", "/x #y", "/a%(b)s", "/..a", "/a?b"] {
            assert_eq!(listed_fault(path), None, "{path}");
        }
        for (path, word) in [
            ("", "absolute"),
            ("projects", "absolute"),
            ("~anna/x", "absolute"),
            ("/a ;b", "comment"),
            ("/a;b", "comment"),
            ("/a ", "blank"),
            ("/a\u{2028}b", "line"),
            ("/a,/b", "ends a path"),
            ("/$HOME", "expands"),
            ("/a\\b", "turns"),
            ("/a/../b", "out of"),
        ] {
            assert!(listed_fault(path).unwrap().contains(word), "{path}");
        }
    }

    #[test]
    fn a_name_that_a_server_or_pyiron_takes_otherwise_has_a_fault() {
        for name in ["anna", "Anna.B-c", "pgx", "a2345678901234567890"] {
            assert_eq!(user_fault(name), None, "{name}");
        }
        for name in [
            "public",
            "pg_anna",
            "mysqlite",
            "postgres",
            "a23456789012345678901",
        ] {
            assert!(user_fault(name).is_some(), "{name}");
        }
        assert!(name_fault(&"a".repeat(64)).is_some() && name_fault(&"a".repeat(63)).is_none());
    }
}

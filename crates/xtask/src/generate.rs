//! Generated files: written, or compared with what is there. Never both.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::Report;

/// Whether generated files are written or compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write what differs.
    Write,
    /// Name what differs and write nothing.
    Check,
}

/// A file as it has to be, its path relative to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Generated {
    pub(crate) path: PathBuf,
    pub(crate) bytes: Vec<u8>,
}

/// Brings files to what they have to be, or names those that differ and the chore that writes them.
pub(crate) fn settle(root: &Path, files: &[Generated], mode: Mode, chore: &str) -> Report {
    let mut report = Report::default();
    for file in files {
        let path = root.join(&file.path);
        let name = file.path.display();
        if fs::read(&path).is_ok_and(|bytes| bytes == file.bytes) {
            continue;
        }
        if mode == Mode::Check {
            report.problems.push(format!(
                "{name} is not what its sources give; `cargo run -q -p xtask -- {chore}` writes it"
            ));
            continue;
        }
        let written = match path.parent() {
            Some(folder) => fs::create_dir_all(folder).and_then(|()| fs::write(&path, &file.bytes)),
            None => fs::write(&path, &file.bytes),
        };
        match written {
            Ok(()) => report.remarks.push(format!("wrote {name}")),
            Err(error) => report.problems.push(format!("cannot write {name}: {error}")),
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_names_the_file_and_writes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let files = [Generated {
            path: "a/b.json".into(),
            bytes: b"x\n".to_vec(),
        }];
        let report = settle(dir.path(), &files, Mode::Check, "sample");
        assert!(
            report.problems[0].starts_with("a/b.json is not what its sources give"),
            "{report:?}"
        );
        assert!(!dir.path().join("a").exists());

        assert_eq!(
            settle(dir.path(), &files, Mode::Write, "sample").remarks,
            ["wrote a/b.json"]
        );
        assert_eq!(
            settle(dir.path(), &files, Mode::Check, "sample"),
            Report::default()
        );
        fs::write(dir.path().join("a/b.json"), "x\r\n").unwrap();
        assert_eq!(
            settle(dir.path(), &files, Mode::Check, "sample").problems.len(),
            1
        );
    }
}

//! First lines of scripts: which interpreter a script starts, and whether the kernel can start it.

use std::{
    collections::{BTreeMap, HashSet},
    io::Read,
    path::Path,
};

use super::{
    hash,
    tree::{Tree, split},
};

/// How much of a script is looked at.
pub(super) const MAX: usize = 512;
/// The longest line that every Linux kernel takes, with `#!` and the line break.
const KERNEL: usize = 127;

/// The interpreter of a script.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shebang {
    /// The script, below the prefix.
    pub(super) path: String,
    /// The interpreter, without its arguments.
    pub(super) interpreter: String,
    /// The length of the line, with its break.
    pub(super) length: usize,
}

/// What is wrong with a script.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum BrokenScript {
    /// Its line is longer than the kernel reads.
    TooLong(String),
    /// Its interpreter is not there.
    NoInterpreter(String, String),
}

/// Returns whether a path may be a script that people start.
pub(super) fn may_have(path: &str) -> bool {
    let (folder, name) = split(path);
    matches!(folder, "bin" | "sbin" | "condabin" | "Scripts") && !name.ends_with(".so")
}

/// Reads the first line of a file.
pub(super) fn read(full: &Path, path: &str) -> Option<Shebang> {
    let mut bytes = Vec::with_capacity(MAX);
    let limit = u64::try_from(MAX).unwrap_or_default();
    hash::open(full).ok()?.take(limit).read_to_end(&mut bytes).ok()?;
    of(path, &bytes)
}

/// Takes the first line of a script apart.
pub(super) fn of(path: &str, bytes: &[u8]) -> Option<Shebang> {
    let rest = bytes.strip_prefix(b"#!")?;
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let line = String::from_utf8_lossy(&rest[..end]);
    Some(Shebang {
        path: path.to_owned(),
        interpreter: line.split_whitespace().next().unwrap_or_default().to_owned(),
        length: end + 3,
    })
}

/// What the scripts of a prefix say.
#[derive(Debug, Default)]
pub(super) struct Scripts {
    pub(super) broken: Vec<BrokenScript>,
    /// Prefixes that scripts were made for and that are not this one, each with the number of scripts.
    pub(super) elsewhere: BTreeMap<String, usize>,
}

/// Judges scripts, sorted by path.
pub(super) fn judge(tree: &Tree, shebangs: &[Shebang]) -> Scripts {
    let mut scripts = Scripts::default();
    let own: HashSet<&str> = tree
        .nodes_in("bin")
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    for shebang in shebangs {
        let interpreter = Path::new(&shebang.interpreter);
        if shebang.length > KERNEL {
            scripts.broken.push(BrokenScript::TooLong(shebang.path.clone()));
        }
        if !interpreter.is_absolute() {
            continue;
        }
        if let Some(other) = other_prefix(tree, &own, interpreter) {
            *scripts.elsewhere.entry(other).or_default() += 1;
        }
        if interpreter.metadata().is_err() {
            scripts.broken.push(BrokenScript::NoInterpreter(
                shebang.path.clone(),
                shebang.interpreter.clone(),
            ));
        }
    }
    scripts
}

/// The prefix of an interpreter that this prefix has too, elsewhere.
fn other_prefix(tree: &Tree, own: &HashSet<&str>, interpreter: &Path) -> Option<String> {
    let name = interpreter.file_name()?.to_str()?;
    let bin = interpreter.parent()?;
    let prefix = bin.parent()?;
    let known = own.contains(name);
    if bin.file_name()? != "bin" || !known || prefix == Path::new("/") || prefix == Path::new("/usr") {
        return None;
    }
    let same = prefix.canonicalize().is_ok_and(|real| real == tree.root);
    (!same).then(|| prefix.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_is_taken_apart() {
        let found = of("bin/x", b"#!/opt/env/bin/python3.12 -s\nimport sys\n").unwrap();
        assert_eq!(
            (found.interpreter.as_str(), found.length),
            ("/opt/env/bin/python3.12", 29)
        );
        assert_eq!(of("bin/x", b"#!\n").unwrap().interpreter, "");
        assert!(of("bin/x", b"\x7fELF").is_none());
        assert!(may_have("bin/python") && !may_have("lib/bin.py") && !may_have("share/bin/x"));
    }
}

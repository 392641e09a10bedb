//! Bytecode that Python wrote itself, which is no drift. It is told by its place and its head: it lies in `__pycache__`
//! beside a recorded source of that name, and its head says that Python looks at the source before it trusts it.

use std::{fs::Metadata, io::Read};

use super::{
    files::Recorded,
    hash,
    tree::{Tree, changed, split},
};

/// Packages keep the times of their files; those that an installer writes are younger than the records, give or take.
const WHILE_INSTALLING: i64 = 3600;

/// Returns the source that a path in `__pycache__` is made from.
pub(super) fn source_of(path: &str) -> Option<String> {
    let (folder, name) = split(path);
    let (above, last) = split(folder);
    if last != "__pycache__" {
        return None;
    }
    // NAME.cpython-312.pyc, NAME.cpython-312.opt-1.pyc
    let stem = name.strip_suffix(".pyc")?;
    let (stem, tag) = match stem.rsplit_once('.') {
        Some((before, optimised)) if optimised.starts_with("opt-") => before.rsplit_once('.')?,
        _ => stem.rsplit_once('.')?,
    };
    let known = tag.starts_with("cpython-") || tag.starts_with("pypy");
    (known && !stem.is_empty()).then(|| super::tree::joined(above, &format!("{stem}.py")))
}

/// The head of bytecode.
struct Head {
    flags: u32,
    time: u32,
    size: u32,
}

fn head(tree: &Tree, path: &str) -> Option<Head> {
    let mut bytes = [0; 16];
    hash::open(&tree.full(path)).ok()?.read_exact(&mut bytes).ok()?;
    let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    // Every magic number of Python ends with a line break.
    (bytes[2..4] == *b"\r\n").then_some(())?;
    Some(Head {
        flags: word(4)?,
        time: word(8)?,
        size: word(12)?,
    })
}

/// Returns whether a file that no record names is bytecode of Python's own: with a head that trusts no digest unseen.
pub(super) fn own(tree: &Tree, path: &str, known: impl Fn(&str) -> bool) -> bool {
    let Some(source) = source_of(path).filter(|source| known(source) && tree.is_file(source)) else {
        return false;
    };
    // 1: made from a digest that nobody checks again; Python makes it only when told so.
    !source.is_empty() && head(tree, path).is_some_and(|head| head.flags != 1)
}

/// Returns whether bytecode of a package was made anew by Python: it has to be of its source as it is now, and the
/// source of a time that the package cannot have known, because the installer wrote it.
pub(super) fn remade(
    tree: &Tree,
    recorded: &Recorded<'_>,
    path: &str,
    seen: &Metadata,
    since: (i64, i64),
) -> bool {
    let Some(source) = source_of(path).filter(|source| recorded.has(source) && tree.is_file(source)) else {
        return false;
    };
    let Ok(own) = tree.full(&source).symlink_metadata() else {
        return false;
    };
    let written = changed(&own);
    let late = written.0 >= since.0.saturating_sub(WHILE_INSTALLING);
    let low = |number: u64| u32::try_from(number & 0xffff_ffff).unwrap_or_default();
    let fits = |head: &Head| {
        let time = u64::try_from(written.0).unwrap_or_default();
        head.flags == 0 && head.time == low(time) && head.size == low(own.len())
    };
    late && changed(seen) >= written && head(tree, path).is_some_and(|head| fits(&head))
}

#[cfg(test)]
mod tests {
    use super::source_of;

    #[test]
    fn the_source_is_told_by_the_name() {
        let source = |path: &str| source_of(path).unwrap_or_default();
        assert_eq!(source("lib/a/__pycache__/b.cpython-312.pyc"), "lib/a/b.py");
        assert_eq!(source("lib/a/__pycache__/b.cpython-312.opt-2.pyc"), "lib/a/b.py");
        assert_eq!(source("__pycache__/b.c.pypy310.pyc"), "b.c.py");
        for none in [
            "lib/a/b.cpython-312.pyc",
            "lib/__pycache__/b.pyc",
            "lib/__pycache__/b.evil.pyc",
        ] {
            assert_eq!(source(none), "", "{none}");
        }
    }
}

//! The table of mounts, as the kernel prints it: which file system a folder is on. Reads no file itself.

use std::path::Path;

/// A mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    /// The kind of the file system.
    pub(super) kind: String,
    /// The options of the mount that matter to environments.
    pub(super) options: Vec<String>,
}

/// The options that matter: what cannot be written, started or raised.
const OPTIONS: [&str; 3] = ["ro", "noexec", "nosuid"];

/// Returns the mount that a folder is on, out of `/proc/self/mountinfo`; a later mount of one place hides an earlier one.
pub(super) fn mount_of(table: &str, folder: &Path) -> Option<Mount> {
    let mut best: Option<(usize, Mount)> = None;
    for line in table.lines() {
        let Some((before, after)) = line.split_once(" - ") else {
            continue;
        };
        let words: Vec<&str> = before.split(' ').collect();
        let (Some(point), Some(options)) = (words.get(4), words.get(5)) else {
            continue;
        };
        let point = unescaped(point);
        if !folder.starts_with(&point) || best.as_ref().is_some_and(|(length, _)| *length > point.len()) {
            continue;
        }
        let options = options.split(',').filter(|option| OPTIONS.contains(option));
        let mount = Mount {
            kind: after.split(' ').next().unwrap_or_default().to_owned(),
            options: options.map(str::to_owned).collect(),
        };
        best = Some((point.len(), mount));
    }
    best.map(|(_, mount)| mount)
}

/// Blanks and the like stand as three octal digits after a backslash.
fn unescaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        shown.push_str(before);
        let code = after
            .get(..3)
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match code {
            Some(code) => {
                shown.push(char::from(code));
                rest = &after[3..];
            }
            None => {
                shown.push('\\');
                rest = after;
            }
        }
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n\
                         30 22 0:40 / /home rw,nosuid - nfs4 server:/home rw\n\
                         31 22 0:41 / /u/shared\\040soft ro,noexec,relatime master:2 - lustre mds:/x ro\n";

    #[test]
    fn the_longest_mount_point_wins() {
        let kind = |folder: &str| mount_of(TABLE, Path::new(folder)).unwrap().kind;
        assert_eq!(kind("/home/jane/env"), "nfs4");
        assert_eq!(kind("/homes"), "ext4");
        let soft = mount_of(TABLE, Path::new("/u/shared soft/env")).unwrap();
        assert_eq!(soft.kind, "lustre");
        assert_eq!(soft.options, ["ro", "noexec"]);
    }
}

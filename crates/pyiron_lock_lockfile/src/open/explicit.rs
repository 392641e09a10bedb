//! Explicit lists, CEP 23: one URL a line, with a hash after `#`, under the line `@EXPLICIT`.

use std::collections::BTreeMap;

use pyiron_lock_core::{Platform, SourceRef, Span};
use rattler_conda_types::Subdir;
use url::Url;

use super::{archive, platform_name};
use crate::{
    any::{AnyLock, Format, LockEntry, Unread},
    error::LockError,
};

/// Lines that are no archives above which a text is not taken for a list.
const MAX_UNREAD: usize = 10_000;
const MARK: &str = "@EXPLICIT";
const PLATFORM: &str = "platform:";

/// Returns whether the first line that is not a comment is the mark, or follows nothing but URLs.
pub(super) fn is_explicit(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .find(|line| !line.contains("://"))
        == Some(MARK)
}

/// Reads a list.
pub(super) fn open(source: &SourceRef) -> Result<AnyLock, LockError> {
    let mut said = None;
    let mut entries: Vec<LockEntry> = Vec::new();
    let mut unread = Vec::new();
    let mut start = 0;
    for whole in source.text().split_inclusive('\n') {
        let line = whole.trim();
        let lead = whole.len() - whole.trim_start().len();
        let at = |from: usize, to: usize| Span::new(start + lead + from, start + lead + to);
        if let Some(comment) = line.strip_prefix('#') {
            let name = comment.trim().strip_prefix(PLATFORM).map(str::trim);
            said = said.or(name.and_then(|name| name.parse::<Subdir>().ok()));
        } else if !line.is_empty() && line != MARK {
            let (location, hash) = line.split_once('#').unwrap_or((line, ""));
            let span = at(0, location.len());
            match entry(location) {
                Ok(record) => {
                    let mut entry = LockEntry {
                        record,
                        span,
                        knows_depends: false,
                        hash_fault: None,
                    };
                    let (kind, hex) = hash
                        .split_once(':')
                        .map_or((None, hash), |(kind, hex)| (Some(kind), hex));
                    let package = &mut entry.record.package_record;
                    if !hash.is_empty() && !archive::set_hash(package, kind, hex.trim()) {
                        entry.hash_fault = Some(at(location.len() + 1, line.len()));
                    }
                    entries.push(entry);
                }
                Err(_) if unread.len() == MAX_UNREAD => {
                    let fault = format!("more than {MAX_UNREAD} of its lines are no archives");
                    return Err(LockError::Records(fault));
                }
                Err(what) => unread.push(Unread {
                    name: None,
                    what,
                    span,
                }),
            }
        }
        start += whole.len();
    }
    let subdir = said.unwrap_or_else(|| likely_subdir(&entries));
    Ok(AnyLock {
        source: source.clone(),
        format: Format::Explicit,
        environment: "default".to_owned(),
        tier: None,
        platform: Platform::new(platform_name(subdir.as_str(), subdir), subdir, []),
        knows_promises: false,
        channels: Vec::new(),
        entries,
        stamp: None,
        digest_holds: None,
        pip: Vec::new(),
        unread,
    })
}

fn entry(location: &str) -> Result<rattler_conda_types::RepoDataRecord, String> {
    let url: Url = location.parse().map_err(|_| "a line that is no URL".to_owned())?;
    archive::record(url, &archive::Said::default())
        .map_err(|why| format!("an archive that cannot be read: {why}"))
}

/// Returns the subdir that most records are of, `noarch` where there is no other.
fn likely_subdir(entries: &[LockEntry]) -> Subdir {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in entries {
        *counts.entry(&entry.record.package_record.subdir).or_default() += 1;
    }
    counts.remove("noarch");
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    most.and_then(|(subdir, _)| subdir.parse().ok())
        .unwrap_or(Subdir::NoArch)
}

#[cfg(test)]
mod tests {
    use pyiron_lock_core::SourceFile;

    use super::*;

    fn opened(text: &str) -> AnyLock {
        assert!(is_explicit(text), "{text}");
        open(&SourceFile::new("x.txt", text)).unwrap()
    }

    #[test]
    fn hashes_of_both_kinds_are_read_and_others_are_faults() {
        let md5 = "0".repeat(32);
        let sha = "1".repeat(64);
        let lock = opened(&format!(
            "# platform: linux-64\r\n@EXPLICIT\r\nhttps://a.invalid/c/linux-64/x-1-0.conda#{md5}\r\n\
             https://a.invalid/c/noarch/y-1!2.0-pyh_3.tar.bz2#sha256:{sha}\r\n\
             https://a.invalid/c/noarch/z-1-0.conda#{sha}\r\nhttps://a.invalid/c/noarch/w-1-0.conda#12g\r\n\
             https://a.invalid/c/noarch/v-1-0.conda\r\n"
        ));
        let seen: Vec<_> = lock
            .entries
            .iter()
            .map(|entry| {
                let package = &entry.record.package_record;
                (
                    lock.source.slice(entry.span),
                    package.md5.is_some(),
                    package.sha256.is_some(),
                    entry.hash_fault.map(|span| lock.source.slice(span)),
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("https://a.invalid/c/linux-64/x-1-0.conda", true, false, None),
                (
                    "https://a.invalid/c/noarch/y-1!2.0-pyh_3.tar.bz2",
                    false,
                    true,
                    None
                ),
                ("https://a.invalid/c/noarch/z-1-0.conda", false, true, None),
                (
                    "https://a.invalid/c/noarch/w-1-0.conda",
                    false,
                    false,
                    Some("12g")
                ),
                ("https://a.invalid/c/noarch/v-1-0.conda", false, false, None),
            ]
        );
        let package = &lock.entries[1].record.package_record;
        assert_eq!(
            (package.version.to_string().as_str(), package.build_number),
            ("1!2.0", 3)
        );
        assert!(package.noarch.is_python());
        assert_eq!(
            lock.entries[0].record.channel.as_deref(),
            Some("https://a.invalid/c/")
        );
        assert_eq!(lock.platform.subdir, Subdir::Linux64);
    }

    #[test]
    fn the_platform_is_taken_from_urls_and_other_lines_are_kept_apart() {
        let lock = opened(
            "@EXPLICIT\nhttps://a.invalid/c/noarch/y-1-0.conda\nhttps://a.invalid/c/osx-arm64/x-1-0.conda\n\
             /home/me/z-1-0.conda\nhttps://a.invalid/c/osx-arm64/readme.txt\n",
        );
        assert_eq!(lock.platform.subdir, Subdir::OsxArm64);
        let unread: Vec<_> = lock
            .unread
            .iter()
            .map(|unread| lock.source.slice(unread.span))
            .collect();
        assert_eq!(
            unread,
            ["/home/me/z-1-0.conda", "https://a.invalid/c/osx-arm64/readme.txt"]
        );
        assert_eq!(opened("@EXPLICIT\n").platform.subdir, Subdir::NoArch);
    }

    #[test]
    fn a_text_of_other_lines_is_refused_before_it_fills_the_memory() {
        let text = format!("@EXPLICIT\n{}", "T\n".repeat(MAX_UNREAD + 1));
        assert!(matches!(
            open(&SourceFile::new("x.txt", text)),
            Err(LockError::Records(_))
        ));
    }
}

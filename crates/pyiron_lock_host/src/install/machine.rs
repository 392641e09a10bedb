//! What a file system has room for and how it is mounted, and what the machine is that installs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What a file system has left for the user who asks, and how it is mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    /// Bytes that are free.
    pub(super) bytes: u64,
    /// Files that can be made; none where the file system does not count them.
    pub(super) files: Option<u64>,
    /// Whether programs in it can be started.
    pub(super) runs: bool,
    /// Whether it can be written at all.
    pub(super) writable: bool,
    /// Whether it is in memory, so that it is gone with the machine.
    pub(super) memory: bool,
}

/// Returns what the file system of a folder has left.
#[cfg(unix)]
pub(super) fn room(folder: &Path) -> Option<Room> {
    use rustix::fs::{StatVfsMountFlags, statvfs};
    let found = statvfs(folder).ok()?;
    Some(Room {
        bytes: found.f_bavail.saturating_mul(found.f_frsize),
        files: (found.f_files > 0).then_some(found.f_favail),
        runs: !found.f_flag.contains(StatVfsMountFlags::NOEXEC),
        writable: !found.f_flag.contains(StatVfsMountFlags::RDONLY),
        memory: in_memory(folder),
    })
}

#[cfg(not(unix))]
pub(super) fn room(_: &Path) -> Option<Room> {
    None
}

#[cfg(target_os = "linux")]
fn in_memory(folder: &Path) -> bool {
    use rustix::fs::FsWord;
    const TMPFS: FsWord = 0x0102_1994;
    const RAMFS: FsWord = 0x8584_58f6;
    rustix::fs::statfs(folder).is_ok_and(|found| matches!(found.f_type, TMPFS | RAMFS))
}

#[cfg(all(unix, not(target_os = "linux")))]
fn in_memory(_: &Path) -> bool {
    false
}

/// Returns the nearest folder on the way to a path that is there.
pub(super) fn nearest(path: &Path) -> PathBuf {
    path.ancestors()
        .find(|part| part.is_dir())
        .map_or_else(|| PathBuf::from("/"), Path::to_owned)
}

/// Returns the version of glibc of this system, as the system says it; another libc has none.
pub(super) fn glibc() -> Option<String> {
    let said = |program: &str, argument: &str| {
        let output = Command::new(program).arg(argument).output().ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let conf = said("getconf", "GNU_LIBC_VERSION");
    let text = conf.or_else(|| {
        said("ldd", "--version").filter(|text| text.contains("GLIBC") || text.contains("GNU libc"))
    })?;
    let version = text.lines().next()?.split_whitespace().last()?;
    numbers(version).map(|_| version.to_owned())
}

/// Returns the version of the kernel.
pub(super) fn kernel() -> Option<String> {
    let text = fs::read_to_string("/proc/sys/kernel/osrelease").ok()?;
    let version = text
        .trim()
        .split(|letter: char| !(letter.is_ascii_digit() || letter == '.'))
        .next()?;
    numbers(version).map(|_| version.to_owned())
}

/// Returns the flags of x86-64 processors that a level asks for and that this one lacks; nothing for what is no level or
/// cannot be told.
pub(super) fn lacks(level: &str) -> Option<Vec<&'static str>> {
    const LEVELS: [(&str, &[&str]); 3] = [
        (
            "x86_64_v2",
            &["cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3"],
        ),
        (
            "x86_64_v3",
            &[
                "abm", "avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "xsave",
            ],
        ),
        (
            "x86_64_v4",
            &["avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl"],
        ),
    ];
    let last = LEVELS.iter().position(|(name, _)| *name == level)?;
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("flags"))?;
    let has: Vec<&str> = line.split_once(':')?.1.split_whitespace().collect();
    let wanted = LEVELS[..=last].iter().flat_map(|(_, flags)| *flags);
    Some(wanted.filter(|flag| !has.contains(*flag)).copied().collect())
}

/// Returns whether one version, in numbers and dots, is at least another.
pub(super) fn at_least(have: &str, need: &str) -> bool {
    match (numbers(have), numbers(need)) {
        (Some(have), Some(need)) => have >= need,
        _ => true,
    }
}

fn numbers(version: &str) -> Option<Vec<u64>> {
    let parts: Option<Vec<u64>> = version.split('.').map(|part| part.parse().ok()).collect();
    // `2.28` and `2.28.0` are the same.
    parts.map(|mut parts| {
        while parts.last() == Some(&0) {
            parts.pop();
        }
        parts
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(at_least("2.34", "2.28"));
        assert!(at_least("2.28", "2.28.0"));
        assert!(!at_least("2.9", "2.28"));
        assert!(at_least("6.1.0", "4.18"));
    }
}

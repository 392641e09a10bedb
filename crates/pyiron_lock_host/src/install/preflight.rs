//! What speaks against installing, found before anything is changed: the promise of the lock against this machine, and
//! the root against what an environment needs.

use std::{fs, path::Path};

use pyiron_lock_core::{Finding, Platform};
use rattler_conda_types::Subdir;

use super::{
    codes::{
        INSTALL_GROUP, INSTALL_IN_MEMORY, INSTALL_LITTLE_ROOM, INSTALL_NO_PROGRAMS, INSTALL_NO_ROOM,
        INSTALL_NOT_WRITABLE, INSTALL_PREFIX_LONG, INSTALL_PREFIX_TOO_LONG, INSTALL_PROMISE_UNMET,
        INSTALL_PROMISE_UNSEEN, INSTALL_ROOT_CLOSED, INSTALL_WRONG_MACHINE,
    },
    machine::{Room, at_least, glibc, kernel, lacks, nearest, room},
    modes::{Group, Readers, group_named},
};
use crate::{Wanted, root::TierRoot};

/// Files of one package and bytes of one file, on average: 289,524 files in 1,015 packages (NCI, 2023).
const FILES_PER_PACKAGE: u64 = 285;
const BYTES_PER_FILE: u64 = 36_000;

/// The longest prefix that fits into the placeholder of programs, and into the first line of a script.
const LONGEST: usize = 255;
const LONGEST_FIRST_LINE: usize = 109;

/// Looks at this machine and at the root; an error among the findings says that an install would fail.
pub fn preflight(wanted: &Wanted, root: &TierRoot, readers: Readers, group: Option<&str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    machine(&wanted.platform, &mut findings);
    if let Ok(prefix) = root.prefix(&wanted.release) {
        length(&prefix, &mut findings);
    }
    let place = nearest(root.base());
    if let Some(room) = room(&place) {
        mount(&place, room, &mut findings);
        if room.writable {
            space(&place, room, wanted, &mut findings);
        }
    }
    if let Some(name) = group {
        of_group(name, &mut findings);
    }
    if readers == Readers::All {
        open_to_all(root.base(), &mut findings);
    }
    findings
}

fn machine(platform: &Platform, findings: &mut Vec<Finding>) {
    let here = Subdir::current();
    if here != Some(platform.subdir) {
        let here = here.map_or("unknown", |here| here.as_str());
        findings.push(Finding::new(
            INSTALL_WRONG_MACHINE,
            format!("the lock is for {}, and this machine is {here}", platform.subdir),
        ));
        return;
    }
    let mut promise = |name: &str, have: Option<String>, what: &str| {
        let Some(package) = platform.virtual_package(name) else {
            return;
        };
        let need = package.version();
        match have {
            Some(have) if at_least(&have, need) => {}
            Some(have) => findings.push(Finding::new(
                INSTALL_PROMISE_UNMET,
                format!("{what} is {have} here, and the lock was promised {need}"),
            )),
            None => findings.push(Finding::new(
                INSTALL_PROMISE_UNSEEN,
                format!("the version of {what} cannot be read here; the lock was promised {need}"),
            )),
        }
    };
    promise("__glibc", glibc(), "glibc");
    promise("__linux", kernel(), "the kernel");
    if let Some(package) = platform.virtual_package("__archspec") {
        let level = package.build();
        match lacks(level) {
            Some(flags) if flags.is_empty() => {}
            Some(flags) => findings.push(Finding::new(
                INSTALL_PROMISE_UNMET,
                format!(
                    "the processor lacks {} of {level}, which the lock was promised",
                    flags.join(", ")
                ),
            )),
            None => findings.push(Finding::new(
                INSTALL_PROMISE_UNSEEN,
                format!("whether the processor is {level} cannot be told here"),
            )),
        }
    }
    if let Some(package) = platform.virtual_package("__cuda")
        && !Path::new("/proc/driver/nvidia/version").exists()
    {
        findings.push(Finding::new(
            INSTALL_PROMISE_UNSEEN,
            format!(
                "there is no driver for CUDA here; the lock was promised {}",
                package.version()
            ),
        ));
    }
}

fn length(prefix: &Path, findings: &mut Vec<Finding>) {
    let length = prefix.as_os_str().len();
    let text = format!("the prefix has {length} letters: {}", prefix.display());
    if length > LONGEST {
        findings.push(Finding::new(INSTALL_PREFIX_TOO_LONG, text));
    } else if length > LONGEST_FIRST_LINE {
        findings.push(Finding::new(INSTALL_PREFIX_LONG, text));
    }
}

fn mount(place: &Path, room: Room, findings: &mut Vec<Finding>) {
    let shown = place.display();
    if !room.writable {
        let text = format!("{shown} is mounted read-only");
        findings.push(Finding::new(INSTALL_NOT_WRITABLE, text));
        return;
    }
    if let Err(error) = try_to_write(place) {
        findings.push(if crate::root::is_full(&error) {
            Finding::new(
                INSTALL_NO_ROOM,
                format!("nothing can be made in {shown}: {error}"),
            )
        } else {
            Finding::new(
                INSTALL_NOT_WRITABLE,
                format!("nothing can be made in {shown}: {error}"),
            )
        });
    }
    if !room.runs {
        let text = format!("{shown} is mounted with noexec");
        findings.push(Finding::new(INSTALL_NO_PROGRAMS, text));
    }
    if room.memory {
        findings.push(Finding::new(INSTALL_IN_MEMORY, format!("{shown} is in memory")));
    }
}

/// Makes a folder and takes it away again: what modes and quotas mean, only the system knows.
fn try_to_write(place: &Path) -> std::io::Result<()> {
    let trial = place.join(format!(".pyiron-lock-trial.{}", std::process::id()));
    fs::create_dir(&trial)?;
    fs::remove_dir(&trial)
}

fn space(place: &Path, room: Room, wanted: &Wanted, findings: &mut Vec<Finding>) {
    let shown = place.display();
    let sizes = wanted
        .records
        .iter()
        .filter_map(|record| record.package_record.size);
    let archives: u64 = sizes.fold(0, u64::saturating_add);
    let files = (wanted.records.len() as u64).saturating_mul(FILES_PER_PACKAGE);
    let estimated = files.saturating_mul(BYTES_PER_FILE).max(archives);
    let free = room.bytes;
    if free < archives.saturating_mul(2) {
        findings.push(Finding::new(
            INSTALL_NO_ROOM,
            format!("{free} bytes are free at {shown}, and the archives alone have {archives}, packed and once more unpacked"),
        ));
    } else if free < estimated {
        findings.push(Finding::new(
            INSTALL_LITTLE_ROOM,
            format!("{free} bytes are free at {shown}, and an estimated {estimated} are needed"),
        ));
    }
    if let Some(left) = room.files.filter(|left| *left < files) {
        let code = if left < wanted.records.len() as u64 {
            INSTALL_NO_ROOM
        } else {
            INSTALL_LITTLE_ROOM
        };
        findings.push(Finding::new(
            code,
            format!("{shown} has room for {left} files, and an estimated {files} are needed"),
        ));
    }
}

fn of_group(name: &str, findings: &mut Vec<Finding>) {
    let shown = name.escape_debug();
    match group_named(name) {
        None => findings.push(Finding::new(
            INSTALL_GROUP,
            format!("there is no group `{shown}`"),
        )),
        Some(group) if !may_give(&group) => {
            findings.push(Finding::new(
                INSTALL_GROUP,
                format!("you are not in the group `{shown}`"),
            ));
        }
        Some(_) => {}
    }
}

/// Returns whether files can be given to a group: by one of its members, or by root.
fn may_give(group: &Group) -> bool {
    let Ok(status) = fs::read_to_string("/proc/self/status") else {
        return true;
    };
    let ids = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        line.unwrap_or_default()
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect::<Vec<u32>>()
    };
    ids("Uid:").get(1) == Some(&0) || ids("Gid:").contains(&group.id) || ids("Groups:").contains(&group.id)
}

#[cfg(unix)]
fn open_to_all(base: &Path, findings: &mut Vec<Finding>) {
    use std::os::unix::fs::PermissionsExt;
    // The folder of the tier is ours and gets its modes from us.
    for folder in base.ancestors().skip(1).filter(|folder| folder.is_dir()) {
        let Ok(found) = fs::metadata(folder) else { continue };
        if found.permissions().mode() & 0o001 == 0 {
            findings.push(Finding::new(
                INSTALL_ROOT_CLOSED,
                format!(
                    "{} lets not everybody in, and everybody is to read what is installed below it",
                    folder.display()
                ),
            ));
            return;
        }
    }
}

#[cfg(not(unix))]
fn open_to_all(_: &Path, _: &mut Vec<Finding>) {}

//! What speaks against installing, found before anything is changed: the promise of the lock against this machine, and
//! the root against what an environment needs.

use std::{fs, path::Path};

use pyiron_lock_core::{Finding, Platform};

use super::{
    codes::{
        INSTALL_GROUP, INSTALL_IN_MEMORY, INSTALL_LITTLE_ROOM, INSTALL_NO_PROGRAMS, INSTALL_NO_ROOM,
        INSTALL_NOT_WRITABLE, INSTALL_PREFIX_LONG, INSTALL_PREFIX_TOO_LONG, INSTALL_PROMISE_UNMET,
        INSTALL_PROMISE_UNSEEN, INSTALL_ROOT_CLOSED, INSTALL_WRONG_MACHINE,
    },
    modes::{Group, Readers, group_named},
};
use crate::{
    Wanted,
    machine::{Ask, Machine, MachineError, Place, Promise, State, judge, measure},
    root::TierRoot,
};

/// The longest prefix that fits into the placeholder of programs, and into the first line of a script.
const LONGEST: usize = 255;
const LONGEST_FIRST_LINE: usize = 109;

/// Looks at this machine and at the root; an error among the findings says that an install would fail.
pub fn preflight(
    wanted: &Wanted,
    root: &TierRoot,
    readers: Readers,
    group: Option<&str>,
) -> Result<Vec<Finding>, MachineError> {
    let machine = measure(&Ask {
        at: Some(root.base().to_owned()),
        ..Ask::default()
    })?;
    let mut findings = Vec::new();
    promises(&machine, &wanted.platform, &mut findings);
    if let Ok(prefix) = root.prefix(&wanted.release) {
        length(&prefix, &mut findings);
    }
    if let Ok(place) = &machine.place
        && mount(place, &mut findings)
    {
        space(place, wanted, &mut findings);
    }
    if let Some(name) = group {
        of_group(name, &mut findings);
    }
    if readers == Readers::All {
        open_to_all(root.base(), &mut findings);
    }
    Ok(findings)
}

/// Holds this machine against what the lock told the solver.
fn promises(machine: &Machine, platform: &Platform, findings: &mut Vec<Finding>) {
    let subdir = judge(machine, &Promise::Subdirs(vec![platform.subdir]));
    if subdir.state != State::Holds {
        findings.push(Finding::new(
            INSTALL_WRONG_MACHINE,
            format!(
                "the lock is for {}, and this machine: {}",
                platform.subdir, subdir.seen
            ),
        ));
        return;
    }
    for promised in platform.virtual_packages() {
        let check = judge(machine, &Promise::Kept(promised.clone()));
        let seen = check.seen;
        let (code, here) = match check.state {
            State::Holds => continue,
            // A login node need not have the GPU of the nodes.
            State::Fails if promised.name() == "__cuda" => {
                (INSTALL_PROMISE_UNSEEN, format!("this machine has {seen}"))
            }
            State::Fails => (INSTALL_PROMISE_UNMET, format!("this machine has {seen}")),
            State::Unmeasured => (
                INSTALL_PROMISE_UNSEEN,
                format!("what this machine has cannot be told: {seen}"),
            ),
        };
        let text = format!("the lock was promised {promised}, and {here}");
        findings.push(Finding::new(code, text));
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

/// Looks at how the place is mounted; returns whether anything can be written there.
fn mount(place: &Place, findings: &mut Vec<Finding>) -> bool {
    let shown = place.path.display();
    let has = |option: &str| place.options.iter().any(|has| has == option);
    if has("ro") {
        let text = format!("{shown} is mounted read-only");
        findings.push(Finding::new(INSTALL_NOT_WRITABLE, text));
        return false;
    }
    if let Err(error) = try_to_write(&place.path) {
        let code = if crate::root::is_full(&error) {
            INSTALL_NO_ROOM
        } else {
            INSTALL_NOT_WRITABLE
        };
        let text = format!("nothing can be made in {shown}: {error}");
        findings.push(Finding::new(code, text));
    }
    if has("noexec") {
        let text = format!("{shown} is mounted with noexec");
        findings.push(Finding::new(INSTALL_NO_PROGRAMS, text));
    }
    if matches!(place.file_system.as_deref(), Ok("tmpfs" | "ramfs")) {
        findings.push(Finding::new(INSTALL_IN_MEMORY, format!("{shown} is in memory")));
    }
    true
}

/// Makes a folder and takes it away again: what modes and quotas mean, only the system knows.
fn try_to_write(place: &Path) -> std::io::Result<()> {
    let trial = place.join(format!(".pyiron-lock-trial.{}", std::process::id()));
    fs::create_dir(&trial)?;
    fs::remove_dir(&trial)
}

fn space(place: &Place, wanted: &Wanted, findings: &mut Vec<Finding>) {
    let shown = place.path.display();
    let sizes = wanted
        .records
        .iter()
        .filter_map(|record| record.package_record.size);
    let archives: u64 = sizes.fold(0, u64::saturating_add);
    let (files, estimated) = (wanted.estimated_files, wanted.estimated_bytes);
    match place.free_bytes {
        Ok(free) if free < archives.saturating_mul(2) => findings.push(Finding::new(
            INSTALL_NO_ROOM,
            format!("{free} bytes are free at {shown}, and the archives alone have {archives}, packed and once more unpacked"),
        )),
        Ok(free) if free < estimated => findings.push(Finding::new(
            INSTALL_LITTLE_ROOM,
            format!("{free} bytes are free at {shown}, and an estimated {estimated} are needed"),
        )),
        _ => {}
    }
    if let Ok(left) = place.free_files
        && left < files
    {
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

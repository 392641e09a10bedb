//! Measures this machine: reads what the kernel and the environment say, and asks the network only for hosts that were
//! named. Changes nothing, starts no command but what tells of a GPU, and judges nothing.

use std::{
    collections::BTreeSet,
    env, fs,
    net::{TcpStream, ToSocketAddrs},
    path::{Path, PathBuf},
    time::Duration,
};

use rattler_conda_types::{GenericVirtualPackage, Subdir};
use rattler_virtual_packages::{Archspec, VirtualPackage, VirtualPackageOverrides, VirtualPackages};

use super::{Machine, Place, Reading, commands, mounts, proc};

/// How long a host may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The variables that tell that this is a job.
const JOBS: [&str; 5] = ["SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "FLUX_JOB_ID", "JOB_ID"];

/// What to measure besides what every machine has.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// The folder for environments; it need not be there.
    pub at: Option<PathBuf>,
    /// Groups that users should be in.
    pub groups: Vec<String>,
    /// Hosts to reach, as `HOST` or `HOST:PORT`.
    pub reach: Vec<String>,
}

/// Why a machine cannot be measured.
#[derive(Debug, thiserror::Error)]
pub enum MachineError {
    /// A variable that overrides a measurement cannot be read.
    #[error("what a CONDA_OVERRIDE variable says cannot be read: {0}")]
    Override(String),
}

/// Measures this machine.
pub fn measure(ask: &Ask) -> Result<Machine, MachineError> {
    let detected = VirtualPackages::detect(&VirtualPackageOverrides::from_env(), None)
        .map_err(|error| MachineError::Override(error.to_string()))?;
    let packages: Vec<VirtualPackage> = detected.into_virtual_packages().collect();
    let cpus = cpus(&packages);
    let mut virtual_packages: Vec<GenericVirtualPackage> = packages.into_iter().map(Into::into).collect();
    virtual_packages.sort_by(|a, b| a.name.cmp(&b.name));
    let status = read("/proc/self/status");
    let home = env::var_os("HOME")
        .map(PathBuf::from)
        .ok_or_else(|| "HOME is not set".to_owned());
    Ok(Machine {
        subdir: Subdir::current().ok_or_else(|| "conda has no name for this platform".to_owned()),
        virtual_packages,
        overridden: overridden(),
        cpus,
        os: read("/etc/os-release")
            .and_then(|text| proc::os_name(&text).ok_or_else(|| "it has no name".to_owned())),
        memory: memory(),
        umask: status
            .clone()
            .and_then(|text| proc::umask(&text).ok_or_else(|| "the kernel does not tell".to_owned())),
        userns: userns(),
        commands: path_commands(),
        modules: modules(),
        groups: ask
            .groups
            .iter()
            .map(|name| (name.clone(), group(name, &status)))
            .collect(),
        user: user(),
        home_writable: home.clone().and_then(|home| writable(&home)),
        home,
        job: set(&JOBS),
        proxy: set(&[
            "https_proxy",
            "HTTPS_PROXY",
            "http_proxy",
            "all_proxy",
            "ALL_PROXY",
        ]),
        place: match &ask.at {
            None => Err("no place was named, `--at DIR` does".to_owned()),
            Some(folder) => place(folder),
        },
        reached: ask.reach.iter().map(|host| (host.clone(), reach(host))).collect(),
    })
}

fn set(names: &[&'static str]) -> Option<&'static str> {
    let there = |name: &&&str| env::var_os(name).is_some_and(|value| !value.is_empty());
    names.iter().find(there).copied()
}

fn overridden() -> BTreeSet<String> {
    let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    names.filter(|name| name.starts_with("CONDA_OVERRIDE_")).collect()
}

fn cpus(packages: &[VirtualPackage]) -> Reading<Vec<String>> {
    let cpu = packages.iter().find_map(|package| match package {
        VirtualPackage::Archspec(Archspec::Microarchitecture(cpu)) => Some(cpu),
        _ => None,
    });
    let cpu = cpu.ok_or_else(|| "archspec does not know this CPU".to_owned())?;
    let older = cpu.ancestors().iter().map(|older| older.name().to_owned());
    Ok([cpu.name().to_owned()].into_iter().chain(older).collect())
}

/// Reads a small text file of the system.
fn read(path: &str) -> Reading<String> {
    fs::read_to_string(path).map_err(|error| format!("{path} cannot be read: {error}"))
}

/// The memory of the machine, or of the control group if that has less.
fn memory() -> Reading<u64> {
    let whole = read("/proc/meminfo")?;
    let mut memory = proc::memory(&whole).ok_or_else(|| "the kernel does not tell".to_owned())?;
    let groups = read("/proc/self/cgroup").unwrap_or_default();
    let own = proc::cgroup(&groups).unwrap_or_default().trim_start_matches('/');
    for folder in Path::new("/sys/fs/cgroup").join(own).ancestors() {
        if !folder.starts_with("/sys/fs/cgroup") {
            break;
        }
        let limit = fs::read_to_string(folder.join("memory.max")).ok();
        if let Some(limit) = limit.and_then(|text| text.trim().parse().ok()) {
            memory = memory.min(limit);
        }
    }
    Ok(memory)
}

fn userns() -> Reading<bool> {
    let most = read("/proc/sys/user/max_user_namespaces")?;
    let allowed = most.trim().parse::<u64>().map_err(|error| error.to_string())? > 0;
    let debian = fs::read_to_string("/proc/sys/kernel/unprivileged_userns_clone");
    Ok(allowed && debian.map_or(true, |text| text.trim() != "0"))
}

/// Looks for the commands that are known along PATH.
fn path_commands() -> Reading<BTreeSet<&'static str>> {
    let path = env::var_os("PATH").ok_or_else(|| "PATH is not set".to_owned())?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let there = |name: &&str| folders.iter().any(|folder| runs(&folder.join(name)));
    Ok(commands::all().filter(there).collect())
}

fn modules() -> Reading<&'static str> {
    if set(&["LMOD_CMD", "LMOD_DIR"]).is_some() {
        Ok("lmod")
    } else if set(&["MODULESHOME", "MODULES_CMD"]).is_some() {
        Ok("tcl")
    } else {
        Err("no variable of a module system is set in this shell".to_owned())
    }
}

fn group(name: &str, status: &Reading<String>) -> Reading<bool> {
    let known = read("/etc/group")?;
    let id = proc::group_id(&known, name).ok_or_else(|| format!("/etc/group does not know {name}"))?;
    Ok(proc::groups(status.as_ref().map_err(Clone::clone)?).contains(&id))
}

fn place(folder: &Path) -> Reading<Place> {
    let whole = std::path::absolute(folder).map_err(|error| error.to_string())?;
    let there = whole.ancestors().find(|folder| folder.is_dir());
    let there = there.ok_or_else(|| "no folder above it is there".to_owned())?;
    let there = there.canonicalize().map_err(|error| error.to_string())?;
    let mount = read("/proc/self/mountinfo").and_then(|table| {
        mounts::mount_of(&table, &there).ok_or_else(|| "the table of mounts does not name it".to_owned())
    });
    let (free_bytes, free_files) = free(&there);
    Ok(Place {
        length: u64::try_from(whole.to_string_lossy().chars().count()).unwrap_or(u64::MAX),
        options: mount
            .as_ref()
            .map(|mount| mount.options.clone())
            .unwrap_or_default(),
        file_system: mount.map(|mount| mount.kind),
        free_bytes,
        free_files,
        writable: writable(&there),
        path: there,
    })
}

/// Connects to a host and says nothing to it.
fn reach(host: &str) -> Result<(), String> {
    let with_port = match host.rsplit_once(':') {
        Some((_, port)) if port.parse::<u16>().is_ok() => host.to_owned(),
        _ => format!("{host}:443"),
    };
    let addresses = with_port.to_socket_addrs().map_err(|error| error.to_string())?;
    let mut why = "it has no address".to_owned();
    for address in addresses.take(4) {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(_) => return Ok(()),
            Err(error) => why = error.to_string(),
        }
    }
    Err(why)
}

#[cfg(unix)]
fn runs(path: &Path) -> bool {
    use rustix::fs::{Access, access};
    path.is_file() && access(path, Access::EXEC_OK).is_ok()
}

#[cfg(not(unix))]
fn runs(path: &Path) -> bool {
    path.with_extension("exe").is_file()
}

#[cfg(unix)]
fn writable(folder: &Path) -> Reading<bool> {
    use rustix::fs::{Access, access};
    match access(folder, Access::WRITE_OK) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::ACCESS | rustix::io::Errno::ROFS | rustix::io::Errno::PERM) => Ok(false),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(not(unix))]
fn writable(_folder: &Path) -> Reading<bool> {
    Err("not measured on this system".to_owned())
}

/// Returns how many bytes this user may still write where a folder is, and how many files may be made.
#[cfg(unix)]
pub(crate) fn free(folder: &Path) -> (Reading<u64>, Reading<u64>) {
    match rustix::fs::statvfs(folder) {
        Err(error) => (Err(error.to_string()), Err(error.to_string())),
        Ok(seen) => {
            let files = match seen.f_files {
                0 => Err("the file system does not count files".to_owned()),
                _ => Ok(seen.f_favail),
            };
            (Ok(seen.f_bavail.saturating_mul(seen.f_frsize)), files)
        }
    }
}

#[cfg(not(unix))]
pub(crate) fn free(_folder: &Path) -> (Reading<u64>, Reading<u64>) {
    let not = || Err("not measured on this system".to_owned());
    (not(), not())
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no numbers for users")]
fn user() -> Reading<u32> {
    Ok(rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn user() -> Reading<u32> {
    Err("this system has no numbers for users".to_owned())
}

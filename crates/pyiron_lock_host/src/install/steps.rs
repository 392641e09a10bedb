//! The steps of an install, one after the other. At every moment `current` leads to a whole release, and a release is a
//! generation only once all of it is there; whatever ends a run, the next one clears up and goes on.

use std::{fs, path::Path};

use pyiron_lock_core::Finding;
use rayon::prelude::*;

use super::{
    Step, Watch,
    beside::{self, Beside},
    codes::{INSTALL_NOT_COMPILED, INSTALL_SCRIPTS_LEFT_OUT, INSTALL_SHARED_PATH},
    error::InstallError,
    link::{self, LinkedPrefix, Package},
    marks,
    modes::{Group, Readers, protect, protect_one, set_mode},
    smoke::Smoke,
    store::{Archives, Store, Unpacked},
};
use crate::{
    Wanted,
    root::{
        Generation, Held, Provenance, RootError, TierRoot, begin, discard, finish, generations, is_finished,
        next_number, no_longer_begun, remove_all, sweep, switch_to,
    },
};

/// How many threads work unless said otherwise, where there are as many processors: what login nodes grant one user.
const THREADS: usize = 4;

/// What is to be installed, and how.
pub struct Request<'r> {
    /// What the environment is to hold.
    pub wanted: &'r Wanted,
    /// Where it goes.
    pub root: &'r TierRoot,
    /// Who reads it.
    pub readers: Readers,
    /// Whose group it is; that of the user unless given.
    pub group: Option<Group>,
    /// Whether the scripts of packages are run.
    pub link_scripts: bool,
    /// The tests of the tier, unless they are left out.
    pub smoke: Option<Smoke>,
    /// What is made for the release and lies in it.
    pub beside: &'r [Beside],
    /// How many threads work; some, unless said.
    pub threads: Option<usize>,
    /// The version of the program.
    pub program: String,
    /// Who installs.
    pub user: String,
    /// The machine.
    pub host: String,
    /// Tells the time, in seconds since 1970.
    pub now: &'r (dyn Fn() -> i64 + Sync),
}

/// What was done.
#[derive(Debug)]
pub struct Installed {
    /// The generation that `current` points to now.
    pub generation: Generation,
    /// Whether it was there already, so that at most the link was switched.
    pub was_there: bool,
    /// What `current` pointed to before.
    pub before: Option<String>,
    /// How many packages were fetched; the others were at hand from earlier generations or runs.
    pub fetched: usize,
    /// What should be known of it.
    pub findings: Vec<Finding>,
}

/// Installs a release and makes it the current one.
pub fn install(
    request: &Request<'_>,
    held: &Held,
    archives: &dyn Archives,
    watch: &dyn Watch,
) -> Result<Installed, InstallError> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = request.threads.unwrap_or(cores.min(THREADS));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| InstallError::package("a package", "unpacked", &error))?;
    pool.install(|| install_here(request, held, archives, watch))
}

/// Installs with the threads at hand.
fn install_here(
    request: &Request<'_>,
    held: &Held,
    archives: &dyn Archives,
    watch: &dyn Watch,
) -> Result<Installed, InstallError> {
    let root = request.root;
    let prefix = root.prefix(&request.wanted.release)?;
    let before = crate::root::current(root);
    open_folders(request, held)?;
    sweep(root, held)?;
    if let Some(provenance) = is_finished(&prefix)? {
        if provenance.digest != request.wanted.digest {
            return Err(InstallError::Another(prefix));
        }
        let generation = Generation { provenance, prefix };
        switch_to(root, held, &generation)?;
        return Ok(Installed {
            generation,
            was_there: true,
            before,
            fetched: 0,
            findings: Vec::new(),
        });
    }
    let store = Store {
        root,
        token: held.token(),
        archives,
    };
    let unpacked = packages(request.wanted, &store, watch)?;
    let fetched = unpacked.iter().filter(|package| !package.reused).count();
    begin(root, held, &prefix)?;
    let made = make(request, held, &prefix, &unpacked, watch);
    if made.is_err() {
        // What is not finished is of no use to anybody, and takes the room that may be missing.
        drop(discard(root, held, &prefix));
    }
    let (provenance, findings) = made?;
    let generation = Generation { provenance, prefix };
    switch_to(root, held, &generation)?;
    Ok(Installed {
        generation,
        was_there: false,
        before,
        fetched,
        findings,
    })
}

/// Gives the folders of the tier the modes that readers need, and those above it that were made for it; a root that was
/// there is not ours.
fn open_folders(request: &Request<'_>, held: &Held) -> Result<(), RootError> {
    let (root, readers, group) = (request.root, request.readers, request.group.as_ref());
    for folder in held.made() {
        set_mode(folder, readers.folder(), group)?;
    }
    set_mode(root.base(), readers.folder(), group)?;
    set_mode(&root.own(), 0o700, None)?;
    set_mode(&root.leases(), readers.leases(), group)
}

/// Fetches and unpacks every package, several at once.
fn packages(wanted: &Wanted, store: &Store<'_>, watch: &dyn Watch) -> Result<Vec<Unpacked>, InstallError> {
    watch.begins(Step::Packages(wanted.records.len()));
    let got = wanted.records.par_iter().map(|record| {
        if watch.cancelled() {
            return Err(InstallError::Stopped);
        }
        let unpacked = store.get(record)?;
        watch.done(record.package_record.name.as_normalized(), unpacked.reused);
        Ok(unpacked)
    });
    got.collect()
}

/// Makes a prefix that was begun a finished one.
fn make(
    request: &Request<'_>,
    held: &Held,
    prefix: &Path,
    unpacked: &[Unpacked],
    watch: &dyn Watch,
) -> Result<(Provenance, Vec<Finding>), InstallError> {
    let wanted = request.wanted;
    let subdir = wanted.platform.subdir;
    let pairs = wanted.records.iter().zip(unpacked);
    let packages: Vec<Package<'_>> = pairs
        .map(|(record, unpacked)| (record, unpacked.folder.clone()))
        .collect();
    watch.begins(Step::Linking(packages.len()));
    let linked = link::link(prefix, &packages, subdir, watch)?;
    let mut findings = shared_paths(&linked);
    findings.extend(scripts(request, prefix, &linked, watch)?);
    let apart = request.root.fresh("apart", held.token());
    fs::create_dir(&apart).map_err(RootError::io(&apart, "made"))?;
    let tested = finish_off(request, prefix, &linked, &apart, watch, &mut findings);
    drop(remove_all(&apart));
    tested?;
    link::is_the_lock(prefix, &packages)?;
    watch.begins(Step::Finishing);
    let keys: String = unpacked
        .iter()
        .map(|package| format!("{}\n", package.key))
        .collect();
    let list = prefix.join("conda-meta/pyiron-lock.packages");
    fs::write(&list, keys).map_err(RootError::io(&list, "written"))?;
    protect(prefix, request.readers, request.group.as_ref())?;
    held.check()?;
    protect_one(prefix, request.readers, request.group.as_ref())?;
    let provenance = Provenance {
        format: 1,
        generation: next_number(&generations(request.root)?),
        tier: wanted.tier.clone(),
        platform: wanted.platform.name.to_string(),
        release: wanted.release.clone(),
        digest: wanted.digest.clone(),
        prefix: prefix.to_owned(),
        records: wanted.records.len(),
        finished: (request.now)(),
        user: request.user.clone(),
        host: request.host.clone(),
        program: request.program.clone(),
        link_scripts: request.link_scripts,
        smoke_tests: request.smoke.as_ref().map(Smoke::len),
    };
    finish(request.root, held, prefix, &provenance, request.readers.file())?;
    drop(no_longer_begun(prefix));
    Ok((provenance, findings))
}

/// Compiles, marks and tests a prefix that is linked.
fn finish_off(
    request: &Request<'_>,
    prefix: &Path,
    linked: &LinkedPrefix,
    apart: &Path,
    watch: &dyn Watch,
    findings: &mut Vec<Finding>,
) -> Result<(), InstallError> {
    if let Some(python) = &linked.python {
        watch.begins(Step::Compiling);
        if !marks::compile(prefix, python, apart, watch)? {
            findings.push(Finding::new(
                INSTALL_NOT_COMPILED,
                "some modules cannot be compiled, as is common for tests and templates",
            ));
        }
    }
    marks::freeze(prefix, linked.python.as_ref())?;
    beside::write(prefix, request.beside)?;
    if let Some(smoke) = request.smoke.as_ref().filter(|smoke| !smoke.is_empty()) {
        watch.begins(Step::Testing(smoke.len()));
        smoke.run(prefix, apart, watch)?;
    }
    Ok(())
}

fn shared_paths(linked: &LinkedPrefix) -> Vec<Finding> {
    if linked.clobbered.is_empty() {
        return Vec::new();
    }
    let (path, package, others) = &linked.clobbered[0];
    let mut text = format!("{package} and {} bring the same file: {path}", others.join(", "));
    if linked.clobbered.len() > 1 {
        text.push_str(&format!(
            ", and {} more are brought twice",
            linked.clobbered.len() - 1
        ));
    }
    vec![Finding::new(INSTALL_SHARED_PATH, text)]
}

fn scripts(
    request: &Request<'_>,
    prefix: &Path,
    linked: &LinkedPrefix,
    watch: &dyn Watch,
) -> Result<Option<Finding>, InstallError> {
    if linked.scripts.is_empty() {
        return Ok(None);
    }
    if request.link_scripts {
        watch.begins(Step::Scripts);
        link::run_scripts(prefix, linked, request.wanted.platform.subdir)?;
        return Ok(None);
    }
    let text = format!("the scripts of {} were not run", linked.scripts.join(", "));
    Ok(Some(Finding::new(INSTALL_SCRIPTS_LEFT_OUT, text)))
}

//! What is to be installed: of a tier of the project with its tests, or of a file. Whether the lock still is what the
//! specs ask for is the question of `verify`.

use std::path::Path;

use pyiron_lock_core::Finding;
use pyiron_lock_export::Subject;
use pyiron_lock_host::{
    Wanted,
    install::{Beside, Smoke},
};
use rattler_conda_types::Subdir;

use crate::{
    archives::bases,
    args::{ChannelArgs, Global, InstallArgs},
    channels::Channels,
    conformance::project_root,
    failure::Failure,
    locks::named::{self, Named, tier_of},
    project,
    wanted::wanted,
};

/// What is to be installed, and what is known of it.
pub(super) struct Gathered {
    pub(super) wanted: Wanted,
    /// The tests of the tier; none for a lock without a project.
    pub(super) smoke: Smoke,
    pub(super) channels: Channels,
    /// Whether the packages are those of the sample channel.
    pub(super) is_sample: bool,
    /// What is made for the release and lies in it, and what there is not.
    pub(super) beside: Vec<Beside>,
    pub(super) without: Vec<Finding>,
    /// What pip was asked for, and is not locked.
    pub(super) pip: Vec<String>,
}

/// Gathers what the word names, a file that is there or else a tier, or returns what is wrong with the project.
///
/// Without a platform it is the first of the tier for this kind of machine, and not the one that promises most: compute
/// nodes may have less than the machine that installs.
pub(super) fn gather(args: &InstallArgs, global: &Global) -> Result<Result<Gathered, Vec<Finding>>, Failure> {
    let path = Path::new(&args.what);
    let is_file = path.is_file() || args.what.contains('/');
    let words = Named {
        tier: (!is_file).then_some(args.what.as_str()),
        lock: is_file.then_some(path),
        environment: args.environment.as_deref(),
        platform: args.platform.as_deref(),
        lock_dir: args.lock_dir.as_deref(),
        serves: None,
        every: false,
        subdir: Subdir::current(),
    };
    let mut own = match named::gather_one(&words, global)? {
        Ok(chosen) => chosen.own,
        Err(findings) => return Ok(Err(findings)),
    };
    let project = match project_root(global.project.as_deref()) {
        Some(root) => project::load(root)?.project,
        None => None,
    };
    // A lock of the project that was named by its file is tested like one that was named by its tier.
    if let (None, Some(project), Some(name)) = (&own.tier, &project, &own.lock.tier) {
        own.tier = project.manifest.tier(name.as_str()).map(tier_of);
    }
    let subject = Subject::new(&own.lock, own.tier)?;
    let wanted = wanted(&subject);
    let given = ChannelArgs {
        sources: args.sources.clone(),
        ..ChannelArgs::default()
    };
    let (beside, without) = super::beside::of(&subject, &super::absolute(&args.root)?);
    let smoke = &subject.tier.smoke;
    Ok(Ok(Gathered {
        smoke: Smoke {
            imports: smoke.imports.clone(),
            commands: smoke.commands.clone(),
        },
        channels: Channels::of_addresses(&given, project.as_ref(), &bases(&wanted))?,
        beside,
        without,
        is_sample: subject.is_sample(),
        pip: subject.lock.pip.clone(),
        wanted,
    }))
}

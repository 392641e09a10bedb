//! `jupyterhub`: the configuration of a hub that starts servers of a lock, as jobs of a batch system or as containers. It
//! holds no secrets and invents no accounts; `kubernetes` has the profiles for a hub on Kubernetes.

mod batch;
mod docker;
mod sizes;
#[cfg(test)]
mod tests;

use pyiron_lock_core::Finding;
use serde::Serialize;

use super::prefix::PREFIX;
use crate::{
    ExportError,
    codes::{EXPORT_HUB_APART, EXPORT_PACKAGE_MISSING},
    files::Export,
    format::{Format, Group, Needs, Proof},
    formats::containers::context::{IMAGE_DIGEST, REGISTRY},
    input::{Input, Place},
    parameters::{Kind, Parameter},
    template::template,
};

const fn parameter(key: &'static str, what: &'static str, kind: Kind) -> Parameter {
    Parameter {
        key,
        what,
        kind,
        default: None,
    }
}

pub(super) static FORMAT: Format = Format {
    name: "jupyterhub",
    group: Group::Jupyter,
    title: "configuration of a hub whose servers are jobs or containers",
    needs: Needs::LinuxAndTarget,
    parameters: &[
        parameter("hub-host", "the name by which servers reach the hub", Kind::Name),
        parameter("allow-all", "whether all who have an account may log in", YES_NO),
        parameter(
            "group",
            "the group of the host whose members may log in, where servers are jobs",
            Kind::Name,
        ),
        PREFIX,
        parameter("queue", "the queue or partition of the jobs", Kind::Name),
        parameter(
            "account",
            "the account or project that jobs are charged to",
            Kind::Name,
        ),
        parameter(
            sizes::KEY,
            "what jobs may ask for: NAME=CORES/GB/HOURS, with commas between; the first is the default",
            Kind::Text,
        ),
        parameter(
            "parallel-environment",
            "the parallel environment of Grid Engine for jobs of several cores on one host",
            Kind::Name,
        ),
        parameter(
            "idle",
            "after how many seconds without use a server ends, never unless given",
            Kind::Number,
        ),
        Parameter {
            key: "wait",
            what: "how many seconds a server may take to start, the time in a queue counted in",
            kind: Kind::Number,
            default: Some("600"),
        },
        REGISTRY,
        IMAGE_DIGEST,
        Parameter {
            key: "network",
            what: "the network of the containers",
            kind: Kind::Name,
            default: Some("jupyterhub-network"),
        },
    ],
    proofs: &[
        Proof::Tested("jupyterhub"),
        Proof::Tested("batchspawner"),
        Proof::Tested("dockerspawner"),
    ],
    export,
};

const YES_NO: Kind = Kind::Word(&["yes", "no"]);

/// What starts servers.
#[derive(Debug, Clone, Copy)]
enum Kindred {
    Batch(sizes::System),
    Docker,
}

#[derive(Serialize)]
struct Head<'a> {
    stamp: Vec<String>,
    needs: &'a str,
    version: &'a str,
    major: &'a str,
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let Some(place) = input.place else {
        return Ok(Export::default());
    };
    let kind = kind(place)?;
    let mut export = Export::default();
    let version = input.own.packages.hub_version();
    export.findings = refusals(input, place, kind, version.as_deref());
    let Some(version) = version.filter(|_| export.findings.is_empty()) else {
        return Ok(export);
    };
    let major = major(&version);
    let head = Head {
        stamp: input.stamp(),
        needs: match kind {
            Kindred::Batch(_) => "batchspawner",
            Kindred::Docker => "dockerspawner, oauthenticator and psycopg2",
        },
        version: &version,
        major,
    };
    let head = template!("jupyter/hub_head.py.j2").fill(head)?;
    let (body, wanted) = match kind {
        Kindred::Batch(system) => batch::body(input, place, system)?,
        Kindred::Docker => docker::body(input, place, major)?,
    };
    export.findings = input.parameters.without(&FORMAT, |key| wanted.contains(&key));
    export
        .files
        .add("jupyterhub_config.py", format!("{head}{body}"))?;
    Ok(export)
}

/// Returns what starts servers at a place.
fn kind(place: &Place) -> Result<Kindred, ExportError> {
    let unfit = |what: String, help: Option<&str>| {
        Err(ExportError::Unfit {
            format: FORMAT.name,
            what,
            help: help.map(ToOwned::to_owned),
        })
    };
    let id = &place.id;
    let system = place.scheduler.as_deref();
    match (place.spawner.as_deref(), system.and_then(sizes::System::of)) {
        (Some("dockerspawner"), _) => Ok(Kindred::Docker),
        (None | Some("batchspawner"), Some(system)) => Ok(Kindred::Batch(system)),
        (Some("kubespawner"), _) => unfit(
            format!("is not for `{id}`, which starts servers on Kubernetes"),
            Some("`kubernetes` makes the profiles for it"),
        ),
        (Some("binderhub"), _) => unfit(
            format!("is not for `{id}`, which is a binder"),
            Some("`binder` makes the folder for it"),
        ),
        (None | Some("batchspawner"), None) => match system {
            Some("flux") => unfit(
                format!("is not for `{id}`: batchspawner has no class for Flux"),
                None,
            ),
            _ => unfit(
                format!("cannot tell what starts servers at `{id}`"),
                Some("state `spawner` or `scheduler` in the target"),
            ),
        },
        (Some(other), _) => unfit(
            format!("does not know `{other}`, which starts servers at `{id}`"),
            None,
        ),
    }
}

fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

/// Returns why no hub could start servers of the lock there.
fn refusals(input: &Input<'_>, place: &Place, kind: Kindred, version: Option<&str>) -> Vec<Finding> {
    let name = &input.own.tier.name;
    let mut refused = Vec::new();
    let mut lacks = |package: &str, why: &str| {
        let text = format!("`{name}` lacks `{package}`, {why}");
        refused.push(Finding::new(EXPORT_PACKAGE_MISSING, text).help("add it to the tier"));
    };
    let has = |package: &str| input.own.packages.get(package).is_some();
    if version.is_none() {
        lacks("jupyterhub-singleuser", "which the hub starts");
    }
    if !has("jupyterlab") {
        lacks("jupyterlab", "which users open");
    }
    if matches!(kind, Kindred::Batch(_)) && !has("batchspawner") {
        lacks("batchspawner", "which tells the hub on which port a job listens");
    }
    if let (Some(version), Some(hub)) = (version, place.hub_version.as_deref())
        && major(version) != major(hub)
    {
        let text = format!(
            "`{name}` has JupyterHub {version}, and the hub of `{}` is {hub}",
            place.id
        );
        refused.push(Finding::new(EXPORT_HUB_APART, text));
    }
    refused
}

//! `binder`: the folder from which binder makes an image, as strict as it can be solved (`solvable`) or to the archive
//! (`exact`), and the link that opens it. It refuses what the place could not build.

mod links;
#[cfg(test)]
mod tests;

use pyiron_lock_core::Finding;
use serde::Serialize;

use self::links::badge;
use crate::{
    ExportError,
    codes::EXPORT_BINDER_REFUSED,
    files::Export,
    format::{Format, Group, Needs, Proof},
    formats::locks::{environment::environment, explicit},
    input::Input,
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
    name: "binder",
    group: Group::Jupyter,
    title: "folder that binder makes an image from, and the link that opens it",
    needs: Needs::Linux,
    parameters: &[
        Parameter {
            key: "strictness",
            what: "solvable: versions of what was asked for; exact: every archive, in a Dockerfile",
            kind: Kind::Word(&["solvable", "exact"]),
            default: Some("solvable"),
        },
        parameter(
            "base-image",
            "the image with micromamba that `exact` starts from",
            Kind::Image,
        ),
        parameter("base-tag", "the tag of that image, not `latest`", Kind::Name),
        parameter("apt", "names of Debian packages, with blanks between", Kind::Text),
        parameter(
            "hub",
            "the address of the binder, that of mybinder.org for that target",
            Kind::Url,
        ),
        Parameter {
            key: "provider",
            what: "where the repository is: gh for GitHub, gl for GitLab",
            kind: Kind::Word(&["gh", "gl"]),
            default: Some("gh"),
        },
        parameter(
            "repo",
            "the repository with this folder, as OWNER/NAME",
            Kind::Text,
        ),
        parameter("ref", "its tag or commit", Kind::Text),
        parameter(
            "content-repo",
            "the address of a repository of notebooks, pulled when it opens",
            Kind::Url,
        ),
        parameter("content-ref", "the branch or tag of the notebooks", Kind::Text),
    ],
    proofs: &[Proof::Tested("jupyter-repo2docker"), Proof::Tested("shellcheck")],
    export,
};

/// The minor versions of Python 3 that repo2docker 2026 has a base for and still supports.
const MINORS: std::ops::RangeInclusive<u64> = 8..=14;

#[derive(Serialize)]
struct Values<'a> {
    stamp: Vec<String>,
    tier: &'a str,
    imports: &'a [String],
    commands: &'a [String],
    set: bool,
    image: &'a str,
    tag: &'a str,
    apt: &'a [&'a str],
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let set = |key| input.parameters.get(key);
    let exact = set("strictness") == Some("exact");
    let apt: Vec<&str> = set("apt").unwrap_or_default().split_whitespace().collect();
    if let Some(name) = apt.iter().find(|name| !is_debian_name(name)) {
        return Err(ExportError::Parameter {
            key: "apt",
            value: name.escape_debug().to_string(),
            why: "it is no name of a Debian package".to_owned(),
        });
    }
    let mut export = Export {
        findings: refusals(input, exact),
        ..Export::default()
    };
    if !export.findings.is_empty() {
        return Ok(export);
    }
    let link = badge(input)?;
    let (image, tag) = (set("base-image"), set("base-tag"));
    let mut wanted = Vec::new();
    if link.is_none() {
        wanted.extend(["repo", "ref"]);
        if !links::is_known_hub(input) {
            wanted.push("hub");
        }
    }
    if exact {
        wanted.extend(["base-image", "base-tag"]);
    }
    export.findings = input.parameters.without(&FORMAT, |key| wanted.contains(&key));
    let smoke = &input.own.tier.smoke;
    let values = Values {
        stamp: input.stamp(),
        tier: &input.own.tier.name,
        imports: &smoke.imports,
        commands: &smoke.commands,
        set: image.is_some() && tag.is_some(),
        image: image.unwrap_or("image.invalid/to-be-filled-in"),
        tag: tag.unwrap_or("to-be-filled-in"),
        apt: &apt,
    };
    let files = &mut export.files;
    files.add("binder/explicit.txt", explicit::list(input))?;
    if exact {
        files.add(
            "binder/Dockerfile",
            template!("jupyter/Dockerfile.j2").fill(&values)?,
        )?;
        files.add_executable("binder/start", template!("jupyter/start.j2").fill(&values)?)?;
    } else {
        files.add("binder/environment.yml", environment(input, "direct")?)?;
        files.add_executable(
            "binder/postBuild",
            template!("jupyter/post_build.j2").fill(&values)?,
        )?;
        if !apt.is_empty() {
            let head: String = values.stamp.iter().map(|line| format!("# {line}\n")).collect();
            files.add("binder/apt.txt", format!("{head}{}\n", apt.join("\n")))?;
        }
    }
    if let Some(link) = link {
        let head: String = values
            .stamp
            .iter()
            .map(|line| format!("<!-- {line} -->\n"))
            .collect();
        files.add("badge.md", format!("{head}{link}\n"))?;
    }
    Ok(export)
}

/// Returns why the place could not make an image of the lock.
fn refusals(input: &Input<'_>, exact: bool) -> Vec<Finding> {
    let own = input.own;
    let name = &own.tier.name;
    let mut refused = Vec::new();
    let mut refuse = |text: String, help: Option<&str>| {
        let finding = Finding::new(EXPORT_BINDER_REFUSED, text);
        refused.push(match help {
            Some(help) => finding.help(help.to_owned()),
            None => finding,
        });
    };
    let python = own.packages.minor_version("python");
    let minor = python
        .as_deref()
        .and_then(|version| version.strip_prefix("3.")?.parse::<u64>().ok());
    if !exact && !minor.is_some_and(|minor| MINORS.contains(&minor)) {
        let has = python.map_or_else(|| "no Python".to_owned(), |version| format!("Python {version}"));
        refuse(
            format!("`{name}` has {has}, and repo2docker knows Python 3.8 to 3.14"),
            None,
        );
    }
    if !exact && own.lock.stamp.is_none() {
        refuse(
            format!(
                "the lock of `{name}` does not say what was asked for, so that no list of it can be solved"
            ),
            Some("use `--set strictness=exact`"),
        );
    }
    let missing = |package: &&str| exact && own.packages.get(package).is_none();
    for package in ["jupyterhub-singleuser", "jupyterlab", "notebook"]
        .into_iter()
        .filter(missing)
    {
        refuse(
            format!("`{name}` lacks `{package}`, which binder expects of a Dockerfile"),
            Some("add it to the tier, or use `--set strictness=solvable`, where repo2docker brings it"),
        );
    }
    if input.parameters.get("content-repo").is_some() && own.packages.get("nbgitpuller").is_none() {
        refuse(
            format!("`{name}` lacks `nbgitpuller`, which pulls the content"),
            Some("add it to the tier, or leave out `content-repo`"),
        );
    }
    if input.parameters.get("base-tag") == Some("latest") {
        refuse("the tag `latest` moves, and binder refuses it".to_owned(), None);
    }
    if let Some(moving) = input
        .parameters
        .get("ref")
        .filter(|it| ["HEAD", "main", "master"].contains(it))
    {
        refuse(
            format!("the ref `{moving}` moves: the link would open another environment tomorrow"),
            Some("give a tag or a commit with `--set ref=...`"),
        );
    }
    let bytes = own.packages.estimated_bytes();
    if let Some((place, limit)) = input.place.and_then(|place| Some((place, place.build_storage?)))
        && bytes > limit
    {
        let text = format!(
            "`{name}` is too large for `{}`: an estimated {} MB installed, where a build has {} MB",
            place.id,
            bytes / 1_000_000,
            limit / 1_000_000
        );
        refuse(
            text,
            Some("leave out large packages, or use an image that is made elsewhere"),
        );
    }
    refused
}

fn is_debian_name(name: &str) -> bool {
    name.len() > 1
        && name.starts_with(|letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit())
        && name
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "+-.".contains(letter))
}

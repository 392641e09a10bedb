//! `github-actions`: a workflow that checks the locks on every change and makes a release on a tag. It may read the
//! repository and nothing else; actions are named by commit, which only a person can look up.

use serde::Serialize;

use super::commands::{Commands, INSTALL, REVISION, SOURCE, commit};
use crate::{
    ExportError,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::Input,
    parameters::{Kind, Parameter},
    template::{Template, template},
};

pub(super) static FORMAT: Format = Format {
    name: "github-actions",
    group: Group::Pipelines,
    title: "workflow for GitHub that checks the locks on every change and makes a release on a tag",
    needs: Needs::Lock,
    parameters: &[
        CHECKOUT,
        CHECKOUT_COMMIT,
        UPLOAD,
        UPLOAD_COMMIT,
        RUNNER,
        SOURCE,
        REVISION,
        INSTALL,
    ],
    proofs: &[
        Proof::Tested("check-jsonschema"),
        Proof::Tested("zizmor"),
        Proof::Tested("shellcheck"),
    ],
    export,
};

const CHECKOUT: Parameter = Parameter {
    key: "checkout-tag",
    what: "the tag of actions/checkout, for as long as no commit is given",
    kind: Kind::Name,
    default: Some("v4"),
};
const CHECKOUT_COMMIT: Parameter = Parameter {
    key: "checkout-commit",
    what: "the commit of actions/checkout, 40 digits",
    kind: Kind::Name,
    default: None,
};
const UPLOAD: Parameter = Parameter {
    key: "upload-tag",
    what: "the tag of actions/upload-artifact, for as long as no commit is given",
    kind: Kind::Name,
    default: Some("v4"),
};
const UPLOAD_COMMIT: Parameter = Parameter {
    key: "upload-commit",
    what: "the commit of actions/upload-artifact, 40 digits",
    kind: Kind::Name,
    default: None,
};
const RUNNER: Parameter = Parameter {
    key: "runner",
    what: "the label of the machines that run it",
    kind: Kind::Name,
    default: Some("ubuntu-24.04"),
};

const WORKFLOW: Template = template!("pipelines/github-actions.yml.j2");

/// An action at a commit, else at a tag.
#[derive(Serialize)]
struct Action<'a> {
    at: &'a str,
    tag: &'a str,
    pinned: bool,
}

#[derive(Serialize)]
struct Values<'a> {
    stamp: Vec<String>,
    tier: &'a str,
    runner: &'a str,
    checkout: Action<'a>,
    upload: Action<'a>,
    commands: &'a Commands,
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let get = |parameter: Parameter| input.parameters.get(parameter.key);
    let action = |tag: Parameter, at: Parameter| {
        let tag = get(tag).unwrap_or_default();
        let at = commit(FORMAT.name, at.key, get(at))?;
        Ok::<_, ExportError>(Action {
            at: at.unwrap_or(tag),
            tag,
            pinned: at.is_some(),
        })
    };
    let commands = Commands::new(FORMAT.name, input)?;
    let text = WORKFLOW.fill(Values {
        stamp: input.stamp(),
        tier: &input.own.tier.name,
        runner: get(RUNNER).unwrap_or_default(),
        checkout: action(CHECKOUT, CHECKOUT_COMMIT)?,
        upload: action(UPLOAD, UPLOAD_COMMIT)?,
        commands: &commands,
    })?;
    let mut export = Export::default();
    export
        .files
        .add(&format!(".github/workflows/{}.yml", commands.archive), text)?;
    export.findings = input.parameters.without(&FORMAT, |key| {
        key != INSTALL.key && (key != REVISION.key || !commands.pinned)
    });
    Ok(export)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Tier,
        testing::{lock, made},
    };

    fn text(tier: &str, set: &[(&str, &str)]) -> String {
        let tier = Tier {
            name: tier.to_owned(),
            ..Tier::default()
        };
        let export = made(
            &FORMAT,
            &lock(&["noarch/ase-3.28.0-pyh_0.conda"]),
            tier,
            None,
            set,
        )
        .unwrap();
        let (_, file) = export.files.iter().next().unwrap();
        file.text.clone()
    }

    #[test]
    fn commits_stand_in_the_place_of_tags_and_nothing_else_does() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let open = text("x", &[]);
        assert!(open.contains("uses: actions/checkout@v4\n") && open.contains("# NOT PINNED"));
        let pins = [
            ("checkout-commit", commit),
            ("upload-commit", commit),
            ("revision", commit),
        ];
        let pinned = text("x", &pins);
        assert!(
            pinned.contains(&format!("uses: actions/checkout@{commit}  # v4\n")),
            "{pinned}"
        );
        assert!(
            pinned.contains(&format!("--rev {commit} pyiron-lock")),
            "{pinned}"
        );
        assert!(!pinned.contains("NOT PINNED"), "{pinned}");
        let tier = Tier::default();
        let lock = lock(&["noarch/ase-3.28.0-pyh_0.conda"]);
        assert!(made(&FORMAT, &lock, tier, None, &[("checkout-commit", "main")]).is_err());
    }

    #[test]
    fn no_expression_of_the_service_comes_from_a_name() {
        let text = text(
            "a ${{ secrets.X }} '$(id)'\nb: c\u{2028}é",
            &[("install", "./get ${{ env.A }}")],
        );
        // A comment is no value; each text that was quoted holds the three letters twice.
        let values: String = text.lines().filter(|line| !line.starts_with('#')).collect();
        let quoted = values.matches("${{ '${{' }}").count();
        assert_eq!(values.matches("${{").count(), quoted * 2 + OWN, "{text}");
        assert!(!text.lines().any(|line| line.starts_with("b: c")), "{text}");
    }

    /// Expressions of the template itself.
    const OWN: usize = 1;
}

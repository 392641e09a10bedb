//! `enroot`: commands that get the image of a tier as one file and run it, by hand and in a job of SLURM with pyxis. The
//! image is one that was built and pushed; nothing is built here.

use serde::Serialize;

use super::context::part;
use crate::{
    ExportError,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::Input,
    parameters::{Kind, Parameter},
    template::{Template, template},
};

pub(super) static FORMAT: Format = Format {
    name: "enroot",
    group: Group::Containers,
    title: "commands for enroot, and a job of SLURM with pyxis, that run the image of a tier",
    needs: Needs::Linux,
    parameters: &[REGISTRY],
    proofs: &[
        Proof::Tested("shellcheck"),
        Proof::Documented("NVIDIA/enroot doc/cmd, NVIDIA/pyxis README"),
    ],
    export,
};

const REGISTRY: Parameter = Parameter {
    key: "registry",
    what: "where the images of the tiers were pushed to, without the name of the tier",
    kind: Kind::Image,
    default: None,
};

const SCRIPT: Template = template!("containers/enroot.sh.j2");
const JOB: Template = template!("containers/pyxis.sbatch.j2");

#[derive(Serialize)]
struct Values<'a> {
    stamp: Vec<String>,
    /// Empty where nobody said where the image is.
    source: String,
    name: String,
    job: &'a str,
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let tier = part(&input.own.tier.name);
    let release = &input.own.release.id;
    let registry = input.parameters.get(REGISTRY.key);
    let values = Values {
        stamp: input.stamp(),
        source: registry
            .map(|registry| source(&format!("{registry}/{tier}"), release))
            .unwrap_or_default(),
        name: format!("{tier}-{release}"),
        job: &tier,
    };
    let mut export = Export::default();
    export.files.add_executable("enroot.sh", SCRIPT.fill(&values)?)?;
    export.files.add_executable("job.sbatch", JOB.fill(&values)?)?;
    export.findings = input.parameters.empty(&FORMAT);
    Ok(export)
}

/// Returns where enroot gets an image: the registry stands before `#`, since a name may have slashes of its own.
fn source(image: &str, tag: &str) -> String {
    match image.split_once('/') {
        Some((host, rest)) if host == "localhost" || host.contains(['.', ':']) => {
            format!("docker://{host}#{rest}:{tag}")
        }
        _ => format!("docker://{image}:{tag}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Tier,
        testing::{lock, made},
    };

    #[test]
    fn a_registry_is_told_from_a_name() {
        assert_eq!(source("quay.io/group/md", "1"), "docker://quay.io#group/md:1");
        assert_eq!(source("localhost:5000/md", "1"), "docker://localhost:5000#md:1");
        assert_eq!(source("group/md", "1"), "docker://group/md:1");
    }

    #[test]
    fn where_the_image_is_stays_open_until_it_is_said() {
        let lock = lock(&["noarch/ase-3.28.0-pyh_0.conda"]);
        let export = made(&FORMAT, &lock, Tier::default(), None, &[]).unwrap();
        assert!(
            export
                .files
                .get("enroot.sh")
                .unwrap()
                .text
                .contains("\nsource=''\n")
        );
        assert_eq!(export.findings.len(), 1);
    }

    #[test]
    fn a_name_is_no_command() {
        let tier = Tier {
            name: "a\n#SBATCH --wrap=id $(id) `id` é".to_owned(),
            ..Tier::default()
        };
        let lock = lock(&["noarch/ase-3.28.0-pyh_0.conda"]);
        let export = made(&FORMAT, &lock, tier, None, &[("registry", "quay.io/x")]).unwrap();
        let text = |path: &str| export.files.get(path).unwrap().text.clone();
        assert!(text("enroot.sh").contains("\nsource='docker://quay.io#x/a-sbatch-wrap-id-id-id:"));
        let job = text("job.sbatch");
        let options: Vec<&str> = job.lines().filter(|line| line.starts_with("#SBATCH")).collect();
        assert_eq!(options, ["#SBATCH --job-name=a-sbatch-wrap-id-id-id"]);
    }
}

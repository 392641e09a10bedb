//! `kubernetes`: values of Zero to JupyterHub with one profile a tier, a variant for Kata Containers, and a pod that
//! shows that an image works. Hub, ingress and cluster are not its matter.

use pyiron_lock_core::{Finding, Severity};
use serde::Serialize;

use super::{
    context::{IMAGE_DIGEST, REGISTRY, image, part},
    dockerfile::uid,
};
use crate::{
    ExportError, Subject,
    codes::EXPORT_PACKAGE_MISSING,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::Input,
    parameters::{Kind, Parameter},
    template::{Template, template},
};

pub(super) static FORMAT: Format = Format {
    name: "kubernetes",
    group: Group::Containers,
    title: "profiles for JupyterHub on Kubernetes, also with Kata Containers, and a pod that tries an image",
    needs: Needs::Linux,
    parameters: &[REGISTRY, IMAGE_DIGEST, RUNTIME_CLASS],
    proofs: &[
        Proof::Tested("kubernetes-validate"),
        Proof::Documented("Zero to JupyterHub, values; KubeSpawner, profile_list; Kata, Limitations"),
    ],
    export,
};

const RUNTIME_CLASS: Parameter = Parameter {
    key: "runtime-class",
    what: "the runtime class of the cluster that starts Kata Containers",
    kind: Kind::Name,
    default: Some("kata"),
};

const VALUES: Template = template!("containers/values.yaml.j2");
const KATA: Template = template!("containers/values-kata.yaml.j2");
const POD: Template = template!("containers/pod.yaml.j2");

#[derive(Serialize)]
struct Profile {
    title: String,
    slug: String,
    description: String,
    own: bool,
    image: String,
}

#[derive(Serialize)]
struct Values<'a> {
    stamp: Vec<String>,
    uid: u64,
    home: &'a str,
    class: &'a str,
    profiles: Vec<Profile>,
}

fn profile(input: &Input<'_>, subject: &Subject<'_>) -> Profile {
    let release = &subject.release.id;
    let own = std::ptr::eq(subject, input.own);
    let repository = image(input, &subject.tier.name);
    let digest = input.parameters.get(IMAGE_DIGEST.key).filter(|_| own);
    let what = subject.tier.description.as_deref();
    Profile {
        title: format!("{} {release}", subject.tier.name),
        slug: slug(&subject.tier.name),
        description: what.unwrap_or("a locked environment").to_owned(),
        own,
        image: match digest {
            Some(digest) => format!("{repository}@{digest}"),
            None => format!("{repository}:{release}"),
        },
    }
}

/// Returns a name as a label of DNS, which names of pods are made of.
fn slug(name: &str) -> String {
    let slug = part(name).replace(['.', '_'], "-");
    slug.chars()
        .take(40)
        .collect::<String>()
        .trim_end_matches('-')
        .to_owned()
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let home = input.place.and_then(|place| place.home.as_deref());
    let subjects = input.ancestors.iter().chain([input.own]);
    let values = Values {
        stamp: input.stamp(),
        uid: uid(input),
        home: home.unwrap_or("/home/jovyan"),
        class: input.parameters.get(RUNTIME_CLASS.key).unwrap_or_default(),
        profiles: subjects.map(|subject| profile(input, subject)).collect(),
    };
    let mut export = Export::default();
    export.files.add("values.yaml", VALUES.fill(&values)?)?;
    export.files.add("values-kata.yaml", KATA.fill(&values)?)?;
    export.files.add("pod.yaml", POD.fill(&values)?)?;
    export.findings = input.parameters.empty(&FORMAT);
    export.findings.extend(without_server(input));
    Ok(export)
}

/// Returns a warning for each package that a profile starts and its lock lacks; an image of Jupyter below may have it.
fn without_server(input: &Input<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for subject in input.ancestors.iter().chain([input.own]) {
        let packages = &subject.packages;
        let needed = [
            ("jupyterhub-singleuser", packages.hub_version().is_some()),
            ("jupyterlab", packages.get("jupyterlab").is_some()),
        ];
        for (package, _) in needed.into_iter().filter(|(_, there)| !there) {
            let name = &subject.tier.name;
            let text = format!("`{name}` lacks `{package}`, which its profile starts");
            let mut finding = Finding::new(EXPORT_PACKAGE_MISSING, text).help("add it to the tier");
            finding.severity = Severity::Warning;
            findings.push(finding);
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{super::samples, *};
    use crate::{input::Tier, parameters::Parameters};

    #[test]
    fn each_tier_is_one_profile_and_hostile_words_stay_words() {
        let (below, above) = (samples::chain_parent(), samples::chain_child());
        let ancestors = [Subject::new(&below, None).unwrap()];
        let tier = Tier {
            name: "mpie_cmti".to_owned(),
            description: Some("x\"\nhub: {db: 1} # é".to_owned()),
            ..Tier::default()
        };
        let own = Subject::new(&above, Some(tier)).unwrap();
        let parameters = Parameters::read(&FORMAT, []).unwrap();
        let input = Input {
            own: &own,
            ancestors: &ancestors,
            place: None,
            parameters: &parameters,
        };
        let export = FORMAT.make(&input).unwrap();
        let text = &export.files.get("values.yaml").unwrap().text;
        assert_eq!(text.matches("display_name:").count(), 2);
        assert_eq!(text.matches("default: true").count(), 1);
        assert!(text.contains("slug: \"mpie-cmti\"\n"));
        assert!(!text.lines().any(|line| line.starts_with("hub:")));
        // The lower lock has no server, the upper has one and no JupyterLab.
        let lacking = export
            .findings
            .iter()
            .filter(|it| it.code == EXPORT_PACKAGE_MISSING);
        assert_eq!(lacking.filter(|it| !it.is_error()).count(), 3);
        let kata = &export.files.get("values-kata.yaml").unwrap().text;
        assert!(!kata.contains("subPath:") && kata.contains("runtimeClassName: \"kata\"\n"));
    }
}

//! What people write about places and policies, read with spans: targets, policies, waivers. Judges nothing.

pub mod codes;
mod embedded;
mod evidence;
mod fields;
mod policy;
mod shape;
mod tables;
mod target;
mod targets;
mod waiver;

pub use embedded::{POLICIES, TARGETS};
pub use evidence::Evidence;
pub use fields::FIELDS;
pub use policy::{Policy, PolicyEntry};
pub use shape::{Fact, FactValue, FieldInfo, Shape, Spec};
pub use tables::{TABLES, Table};
pub use target::{Kind, Known, Target};
pub use targets::Targets;
pub use waiver::{KEYS as WAIVER_KEYS, Waiver, Waivers};

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(found: &[pyiron_lock_core::Finding]) -> Vec<String> {
        let line = |finding: &pyiron_lock_core::Finding| {
            let place = finding
                .origins
                .first()
                .map(|origin| origin.source.name().to_owned());
            format!("{}: {}", place.unwrap_or_default(), finding.message)
        };
        found.iter().map(line).collect()
    }

    #[test]
    fn what_comes_with_the_program_reads_without_a_finding() {
        let (policy, found) = Policy::read(&[]);
        assert_eq!(lines(&found), [""; 0]);
        let (targets, found) = Targets::read(&[]);
        assert_eq!(lines(&found), [""; 0]);
        assert_eq!(lines(&targets.check(&policy)), [""; 0]);
        assert_eq!(targets.all().len(), TARGETS.len());
    }

    #[test]
    fn a_project_adds_and_replaces_by_id() {
        let file = |path: &str, os: &str| {
            let text =
                format!("title: mine\nfacts:\n- source: me\n  says: {{subdirs: [linux-64], os: {os}}}\n");
            (path.to_owned(), text)
        };
        let own = [
            file("conformance/targets/hpc/cmti.yml", "rhel-9"),
            file("conformance/targets/hpc/mine.yml", "rhel9"),
        ];
        let (targets, found) = Targets::read(&own);
        assert_eq!(lines(&found), [""; 0]);
        assert_eq!(targets.get("cmti").unwrap().text("os"), Known::Said("rhel-9"));
        assert_eq!(targets.all().len(), TARGETS.len() + 1);
        let found = targets.check(&Policy::read(&[]).0);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].help.as_deref(), Some("did you mean `rhel-9`?"));
    }

    #[test]
    fn slips_are_named_with_what_is_meant() {
        let text = "title: x\nfacts:\n- source: y\n  says:\n    subdirs: [linux-64]\n    glib: \"2.28\"\n    \
                    kernel: 4.18\n    scheduler: slrum\n    quota-bytes: 5 gigabytes\n";
        let (targets, found) = Targets::only(&[("targets/hpc/a.yml".to_owned(), text.to_owned())]);
        assert!(targets.all().is_empty());
        let said: Vec<_> = found
            .iter()
            .map(|finding| {
                format!(
                    "{}: {} ({})",
                    finding.code,
                    finding.message,
                    finding.help.as_deref().unwrap_or("")
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                "data-unknown-key: a target has an unknown key `glib` (did you mean `glibc`?)",
                "yaml-wrong-kind: `kernel` is a number, not text (write `\"4.18\"`, in quotes)",
                "data-wrong-value: `scheduler` cannot be `slrum` (did you mean `slurm`?)",
                "data-wrong-value: `quota-bytes` is `5 gigabytes`, not a size such as `2 GB` ()",
            ]
        );
    }
}

//! Checks of the scripts that queues name, which are templates.

use std::collections::{BTreeMap, BTreeSet};

use pyiron_lock_core::{
    Finding, SourceRef, Span, suggest,
    yaml::tree::{Field, helped},
};

use super::{
    case::Case,
    codes,
    files::{absent, beside},
    queues::{field, wrong},
    template::{self, Template},
    units,
};

/// What pysqa hands to every script.
const VARIABLES: [&str; 7] = [
    "job_name",
    "working_directory",
    "cores",
    "memory_max",
    "run_time_max",
    "command",
    "dependency_list",
];

/// Scripts that were read, so that one that serves many queues is read and judged once.
#[derive(Default)]
pub(super) struct Scripts {
    read: BTreeMap<String, Template>,
}

impl Scripts {
    /// Checks the script that a queue names.
    pub(super) fn check(
        &mut self,
        case: &mut Case<'_>,
        source: &SourceRef,
        kind: &str,
        queue: &Field<'_>,
        keys: &[Field<'_>],
    ) {
        let Some(field) = field(keys, "script") else {
            let message = format!(
                "queue `{}` has no `script`, so pysqa takes its own template",
                queue.key
            );
            let finding = Finding::new(codes::QUEUE_SCRIPT_BUILT_IN, message);
            return case.push(finding.at(source, queue.key_span, "this queue"));
        };
        let Some(name) = field.value.as_str().filter(|name| !name.is_empty()) else {
            return wrong(case, source, field, queue.key, "the name of a file");
        };
        let Some(file) = beside(case, source, name) else {
            return absent(
                case,
                source,
                name,
                field.value.span,
                &format!("queue `{}`", queue.key),
            );
        };
        let shown = file.source.name();
        let template = self.read.entry(shown.to_owned()).or_insert_with(|| {
            let template = template::read(file.source.text());
            itself(case, &file.source, kind, &template);
            template
        });
        if template.opaque {
            return;
        }
        let declared: BTreeSet<&str> = keys.iter().map(|key| key.key).chain(VARIABLES).collect();
        // What is told once is not told for the next queue again.
        let unknown = template
            .names
            .extract_if(.., |name| !declared.contains(name.name.as_str()));
        for name in unknown {
            let message = format!("`{shown}` uses `{}`, which pysqa hands to no script", name.name);
            let finding = Finding::new(codes::QUEUE_VARIABLE_UNKNOWN, message)
                .at(&file.source, name.span, "stays empty")
                .at(source, queue.key_span, "for this queue");
            let near = suggest::nearest(&name.name, VARIABLES);
            case.push(helped(
                finding,
                near.map(|near| format!("did you mean `{near}`?")),
            ));
        }
    }
}

/// Checks a script, whatever its queue.
fn itself(case: &mut Case<'_>, source: &SourceRef, kind: &str, template: &Template) {
    let shown = source.name();
    for (span, fault) in &template.faults {
        let line = source.position(span.start).line;
        let message = format!("`{shown}` is no template of Jinja2 at line {line}: {fault}");
        case.push(Finding::new(codes::QUEUE_SCRIPT_BROKEN, message).at(source, *span, "Jinja2 stops here"));
    }
    for wrong in units::wrong_units(kind, source, template) {
        let message = format!(
            "`{}` of {kind} reads {}, and this is {}",
            wrong.option, wrong.reads, wrong.off
        );
        let finding = Finding::new(codes::QUEUE_TIME_UNIT, message).at(source, wrong.span, "from seconds");
        case.push(finding.help(format!("write `{}`", wrong.instead)));
    }
    if matches!(kind, "SLURM" | "GENT") {
        obsolete(case, source);
    }
}

fn obsolete(case: &mut Case<'_>, source: &SourceRef) {
    let mut start = 0;
    for line in source.text().split_inclusive('\n') {
        let option = line.find("--workdir").filter(|_| line.starts_with("#SBATCH"));
        if let Some(at) = option {
            let message = format!(
                "`{}` uses `--workdir`, which Slurm no longer knows",
                source.name()
            );
            let span = Span::new(start + at, start + at + "--workdir".len());
            let finding = Finding::new(codes::QUEUE_OPTION_OBSOLETE, message).at(source, span, "not known");
            case.push(finding.help("write `--chdir`"));
        }
        start += line.len();
    }
}

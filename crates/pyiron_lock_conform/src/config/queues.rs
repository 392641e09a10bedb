//! Checks of a queue directory of pysqa: `queue.yaml`, or `clusters.yaml` with one such file a cluster.

use std::collections::BTreeSet;

use pyiron_lock_core::{
    Finding, SourceRef, Span, codes as any, suggest,
    yaml::{
        Node, Value, YamlError,
        spanned::looks_like_number,
        tree::{Field, Reader, helped},
    },
};

use super::{
    ConfigFile,
    case::{Case, one_line},
    codes,
    files::{absent, base, beside},
    remote, scripts,
};

/// The kinds of queue that pysqa knows, with the schedulers of targets on which their commands exist.
const TYPES: [(&str, &[&str]); 8] = [
    ("SLURM", &["slurm"]),
    ("GENT", &["slurm"]),
    ("SGE", &["sge"]),
    ("LSF", &["lsf"]),
    ("TORQUE", &["pbs"]),
    ("MOAB", &["pbs"]),
    // Flux runs inside jobs of others as well.
    ("FLUX", &["flux", "slurm", "lsf", "pbs", "sge"]),
    ("REMOTE", &["slurm", "sge", "lsf", "pbs", "flux", "none"]),
];

const TOP: [&str; 3] = ["queue_type", "queue_primary", "queues"];
const QUEUE: [&str; 6] = [
    "script",
    "cores_min",
    "cores_max",
    "run_time_max",
    "memory_max",
    "cluster",
];

/// Checks a directory, or one of its files alone.
pub(super) fn check(case: &mut Case<'_>, first: &ConfigFile) {
    let named = |name: &str| {
        case.input
            .files
            .iter()
            .find(|file| base(file.source.name()) == name)
    };
    let (queue, clusters) = (named("queue.yaml"), named("clusters.yaml"));
    if let (Some(queue), Some(clusters)) = (queue, clusters) {
        let message = "`queue.yaml` lies beside `clusters.yaml`, which is therefore never read";
        let finding = Finding::new(codes::QUEUE_YAML_WINS, message);
        let finding = finding.at(&queue.source, Span::new(0, 0), "read");
        case.push(finding.at(&clusters.source, Span::new(0, 0), "not read"));
    }
    let main = queue.or(clusters).unwrap_or(first);
    match base(main.source.name()) {
        "clusters.yaml" => clusters_file(case, main),
        _ => queue_file(case, main),
    }
}

/// Says that a text is not YAML.
fn not_yaml(source: &SourceRef, error: &YamlError) -> Finding {
    let line = source.position(error.span.start).line;
    let message = format!(
        "`{}` is not YAML at line {line}: {}",
        source.name(),
        error.message
    );
    let span = Span::new(error.span.start, source.line_span(error.span.start).end);
    Finding::new(any::YAML_SYNTAX, message).at(source, span, "reading stopped here")
}

/// Reads the map of a file and hands its fields on.
fn with_fields<'s>(
    case: &mut Case<'_>,
    source: &'s SourceRef,
    take: impl FnOnce(&mut Case<'_>, &mut Reader<'s>, &Node, &[Field<'_>]),
) {
    let mut reader = Reader::new(source).explaining(not_yaml);
    if let Some(document) = reader.document() {
        let nothing = Node {
            value: Value::Mapping(Vec::new()),
            span: Span::new(0, 0),
        };
        let root = document.root.unwrap_or(nothing);
        case.hide_in_tree(source, &root, false);
        if let Some(fields) = reader.fields(&root, "the file") {
            take(case, &mut reader, &root, &fields);
        }
    }
    for finding in reader.findings {
        case.push(finding);
    }
}

/// Returns a field by its key, unless it holds nothing.
pub(super) fn field<'f, 'n>(fields: &'f [Field<'n>], key: &str) -> Option<&'f Field<'n>> {
    fields
        .iter()
        .find(|field| field.key == key && !field.value.is_null())
}

fn clusters_file(case: &mut Case<'_>, file: &ConfigFile) {
    let source = &file.source;
    with_fields(case, source, |case, reader, root, fields| {
        let Some(clusters) = field(fields, "cluster") else {
            return missing(case, source, root, "cluster", "`clusters.yaml`");
        };
        let parts = reader.fields(clusters.value, "`cluster`").unwrap_or_default();
        primary(case, source, root, fields, "cluster_primary", &parts);
        let mut seen = BTreeSet::new();
        for part in parts {
            let Some(name) = reader.text(part.value, "the file of a cluster") else {
                continue;
            };
            if base(&name.value) == "queue.yaml" {
                let message = format!("cluster `{}` is kept in `queue.yaml`", part.key);
                let finding = Finding::new(codes::QUEUE_CLUSTER_FILE_NAME, message);
                case.push(
                    finding
                        .at(source, name.span, "named here")
                        .help("give the file another name"),
                );
            }
            match beside(case, source, &name.value) {
                Some(file) if seen.insert(name.value.clone()) => queue_file(case, file),
                Some(_) => {}
                None => absent(
                    case,
                    source,
                    &name.value,
                    name.span,
                    &format!("cluster `{}`", part.key),
                ),
            }
        }
    });
}

fn missing(case: &mut Case<'_>, source: &SourceRef, node: &Node, key: &str, who: &str) {
    let line = source.line_span(node.span.start);
    let message = format!("{who} has no `{key}`");
    case.push(Finding::new(codes::QUEUE_KEY_MISSING, message).at(source, line, "in this map"));
}

fn primary(
    case: &mut Case<'_>,
    source: &SourceRef,
    root: &Node,
    fields: &[Field<'_>],
    key: &str,
    known: &[Field<'_>],
) {
    let Some(primary) = field(fields, key) else {
        let line = source.line_span(root.span.start);
        let message = format!(
            "`{}` has no `{key}`, so that every job has to name its own",
            source.name()
        );
        let finding = Finding::new(codes::QUEUE_PRIMARY_MISSING, message);
        return case.push(finding.at(source, line, "in this map"));
    };
    let name = primary.value.as_str().unwrap_or("");
    if !known.iter().any(|field| field.key == name) {
        let message = format!("`{key}` is `{name}`, which is not among those below");
        let finding = Finding::new(codes::QUEUE_PRIMARY_UNKNOWN, message);
        let near = suggest::nearest(name, known.iter().map(|field| field.key));
        let finding = finding.at(source, one_line(source, primary.value.span), "not known");
        case.push(helped(
            finding,
            near.map(|near| format!("did you mean `{near}`?")),
        ));
    }
}

fn queue_file(case: &mut Case<'_>, file: &ConfigFile) {
    let source = &file.source;
    with_fields(case, source, |case, reader, root, fields| {
        let kind = queue_type(case, source, root, fields);
        let is_remote = kind == Some("REMOTE");
        let known: Vec<&str> = TOP.iter().copied().chain(remote::KEYS).collect();
        near_misses(case, source, fields, &known);
        if is_remote {
            remote::check(case, source, root, fields);
        }
        let Some(queues) = field(fields, "queues") else {
            return missing(case, source, root, "queues", &format!("`{}`", source.name()));
        };
        let queues = reader.fields(queues.value, "`queues`").unwrap_or_default();
        primary(case, source, root, fields, "queue_primary", &queues);
        let mut scripts = scripts::Scripts::default();
        for queue in &queues {
            if queue.value.is_null() && is_remote {
                continue;
            }
            let Some(keys) = reader.fields(queue.value, &format!("queue `{}`", queue.key)) else {
                continue;
            };
            near_misses(case, source, &keys, &QUEUE);
            limits(case, source, queue, &keys);
            if let Some(kind) = kind.filter(|_| !is_remote) {
                scripts.check(case, source, kind, queue, &keys);
            }
        }
        let first = fields.first().map_or(Span::new(0, 0), |field| field.key_span);
        case.need(
            codes::QUEUE_PACKAGE_MISSING,
            source,
            first,
            "pysqa",
            "a queue directory",
        );
    });
}

fn queue_type(
    case: &mut Case<'_>,
    source: &SourceRef,
    root: &Node,
    fields: &[Field<'_>],
) -> Option<&'static str> {
    let Some(field) = field(fields, "queue_type") else {
        missing(case, source, root, "queue_type", &format!("`{}`", source.name()));
        return None;
    };
    let (name, span) = (
        field.value.as_str().unwrap_or(""),
        one_line(source, field.value.span),
    );
    let Some((kind, schedulers)) = TYPES.iter().find(|(kind, _)| *kind == name) else {
        let message = format!("`queue_type` is `{name}`, which pysqa does not know");
        let names = TYPES.map(|(kind, _)| kind);
        let near = suggest::nearest(name, names).map(|near| format!("did you mean `{near}`?"));
        let finding = Finding::new(codes::QUEUE_TYPE_UNKNOWN, message).at(source, span, "not known");
        case.push(helped(
            finding.note(format!("known are {}", names.join(", "))),
            near,
        ));
        return None;
    };
    for target in case.targets {
        let Some(here) = target
            .text("scheduler")
            .said()
            .filter(|here| !schedulers.contains(here))
        else {
            continue;
        };
        let message = format!(
            "`queue_type` is `{kind}`, and target `{}` has the scheduler `{here}`",
            target.id
        );
        let finding = Finding::new(codes::QUEUE_SCHEDULER_DIFFERS, message);
        let finding = finding.at(source, span, "commands that are not there");
        case.push_at_target(finding, target, "scheduler", "the scheduler there");
    }
    Some(*kind)
}

/// Reports keys that are one slip of the hand away from a known one; pysqa accepts every other key in silence.
fn near_misses(case: &mut Case<'_>, source: &SourceRef, fields: &[Field<'_>], known: &[&str]) {
    // A key that is there already is not what another was meant to be.
    let is_free = |known: &&str| !fields.iter().any(|field| field.key == *known);
    let free: Vec<&str> = known.iter().copied().filter(is_free).collect();
    for field in fields.iter().filter(|field| !known.contains(&field.key)) {
        let Some(near) = suggest::nearest(field.key, free.iter().copied()) else {
            continue;
        };
        let message = format!(
            "`{}` is no key of pysqa and stays without effect there",
            field.key
        );
        let finding = Finding::new(codes::QUEUE_KEY_NEAR_MISS, message);
        let finding = finding.at(source, field.key_span, "not known");
        case.push(finding.help(format!("did you mean `{near}`?")));
    }
}

fn limits(case: &mut Case<'_>, source: &SourceRef, queue: &Field<'_>, keys: &[Field<'_>]) {
    let mut numbers = Vec::new();
    for key in ["cores_min", "cores_max", "run_time_max"] {
        let Some(field) = field(keys, key) else { continue };
        let number = field
            .value
            .as_str()
            .and_then(|text| text.trim().parse::<u64>().ok());
        match number.filter(|number| *number > 0) {
            Some(number) => numbers.push((key, number, field.value.span)),
            None => wrong(case, source, field, queue.key, "a whole number above zero"),
        }
    }
    if let Some(field) = field(keys, "memory_max") {
        let is_number =
            matches!(&field.value.value, Value::Scalar { text, plain: true } if looks_like_number(text));
        let sized = |text: &str| {
            let digits = text
                .strip_suffix(|c: char| "bBkKmMgGtT".contains(c))
                .unwrap_or(text);
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !is_number && !field.value.as_str().is_some_and(sized) {
            wrong(
                case,
                source,
                field,
                queue.key,
                "a size such as `4G`, with one letter and no blank",
            );
        }
    }
    let get = |key: &str| numbers.iter().find(|number| number.0 == key);
    let (Some(min), Some(max)) = (get("cores_min"), get("cores_max")) else {
        return;
    };
    if min.1 > max.1 {
        let message = format!(
            "queue `{}` allows at least {} and at most {} cores",
            queue.key, min.1, max.1
        );
        let finding = Finding::new(codes::QUEUE_VALUE_WRONG, message);
        case.push(finding.at(source, min.2, "at least").at(source, max.2, "at most"));
    }
}

/// Reports a value of a queue that cannot be.
pub(super) fn wrong(case: &mut Case<'_>, source: &SourceRef, field: &Field<'_>, queue: &str, wanted: &str) {
    let message = format!("`{}` of queue `{queue}` is not {wanted}", field.key);
    let span = one_line(source, field.value.span);
    case.push(Finding::new(codes::QUEUE_VALUE_WRONG, message).at(source, span, "given here"));
}

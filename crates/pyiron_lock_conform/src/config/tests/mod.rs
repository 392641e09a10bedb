//! Every code of this part with a text that earns it and one like it that does not.

mod kernels;
mod pyiron;
mod queues;

use std::collections::BTreeSet;

use pyiron_lock_core::{Code, Origin, SourceFile};

use super::{case::MAX_FINDINGS, *};
use crate::{data::Targets, testing};

/// A code with what earns it and what does not.
struct Pair {
    code: Code,
    fails: Input,
    passes: Input,
}

/// A configuration in few words.
struct Input {
    kind: ConfigKind,
    files: Vec<(&'static str, String)>,
    mode: Option<u32>,
    missing: &'static [&'static str],
    target: Option<&'static str>,
    packages: Option<&'static [&'static str]>,
}

fn input(kind: ConfigKind, name: &'static str, text: impl Into<String>) -> Input {
    Input {
        kind,
        files: vec![(name, text.into())],
        mode: None,
        missing: &[],
        target: None,
        packages: None,
    }
}

impl Input {
    fn with(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.files.push((name, text.into()));
        self
    }

    fn mode(self, mode: u32) -> Self {
        let mode = Some(mode);
        Self { mode, ..self }
    }

    fn missing(self, missing: &'static [&'static str]) -> Self {
        Self { missing, ..self }
    }

    /// Sets facts of a target, in YAML.
    fn at(self, facts: &'static str) -> Self {
        let target = Some(facts);
        Self { target, ..self }
    }

    fn locked(self, packages: &'static [&'static str]) -> Self {
        let packages = Some(packages);
        Self { packages, ..self }
    }

    fn check(&self) -> Vec<Judged> {
        let file = |(name, text): &(&str, String)| ConfigFile {
            source: SourceFile::new(*name, text.clone()),
            mode: self.mode,
        };
        let input = ConfigInput {
            kind: self.kind,
            files: self.files.iter().map(file).collect(),
            exists: self
                .missing
                .iter()
                .map(|path| ((*path).to_owned(), false))
                .collect(),
        };
        let targets = self.target.map(|facts| {
            let text = format!("title: x\nfacts:\n- source: y\n  says: {{subdirs: [linux-64], {facts}}}\n");
            let (targets, found) = Targets::only(&[("targets/hpc/here.yml".to_owned(), text)]);
            assert!(found.is_empty(), "{found:?}");
            targets
        });
        let target = targets.as_ref().and_then(|targets| targets.get("here"));
        let packages = self.packages.unwrap_or_default();
        let records: Vec<(&str, &[&str])> = packages.iter().map(|title| (*title, &[] as &[&str])).collect();
        let lock = self.packages.map(|_| testing::lock(&records));
        check_config(&input, lock.as_ref(), target)
    }

    /// Returns `line: code` for each finding.
    fn seen(&self) -> Vec<String> {
        let line = |judged: &Judged| {
            let origin = &judged.finding.origins[0];
            format!(
                "{}: {}",
                origin.source.position(origin.span.start).line,
                judged.finding.code
            )
        };
        self.check().iter().map(line).collect()
    }
}

#[test]
fn every_code_has_a_text_that_earns_it_and_one_that_does_not() {
    let mut tried = BTreeSet::new();
    let pairs = pyiron::pairs()
        .into_iter()
        .chain(queues::pairs())
        .chain(kernels::pairs());
    for Pair { code, fails, passes } in pairs {
        tried.insert(code.as_str());
        let found = fails.check();
        let hit = found.iter().find(|judged| judged.finding.code == code);
        assert!(hit.is_some(), "{code} is not found in {:?}", fails.files);
        let origins = &hit.unwrap().finding.origins;
        assert!(!origins.is_empty(), "{code} points at no line");
        for origin in origins {
            assert!(
                origin.span.end <= origin.source.text().len(),
                "{code} points past the end"
            );
        }
        let found = passes.check();
        let hit = found.iter().find(|judged| judged.finding.code == code);
        assert!(hit.is_none(), "{code} is found in {:?}: {hit:?}", passes.files);
    }
    let all: BTreeSet<&str> = codes::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(tried, all);
}

#[test]
fn no_secret_is_shown() {
    use ConfigKind::{Environment, Kernel, Pyiron, Queues};
    const SECRET: &str = "*hunter2";
    for (kind, name, text) in [
        (
            Pyiron,
            ".pyiron",
            "[DEFAULT]\nTYPE = Postgres\nPASSWD = SECRET\n  SECRET\n",
        ),
        (
            Pyiron,
            ".pyiron",
            "[DEFAULT]\nPASSWD SECRET\nPASSWD=SECRET\npasswd=SECRET\n",
        ),
        (
            Pyiron,
            ".pyiron",
            "[a]\nVIEWERPASSWD = SECRET\nPYIRONSQLUSERKEY = SECRET\n",
        ),
        (
            Pyiron,
            ".pyiron",
            "[a]\nTYPE=x\nCONNECTION = pg://u:SECRET@h/d\n[b]\nCONNECTION=1\n",
        ),
        (Queues, "queue.yaml", "queue_type: REMOTE\nssh_password: SECRET\n"),
        (
            Queues,
            "queue.yaml",
            "{queue_type: RMT, ssh_password: \"SECRET\", queues: 1}\n",
        ),
        (
            Queues,
            "queue.yaml",
            "queue_type: REMOTE\nssh_key_passphrase: 'SECRET'\n",
        ),
        (
            Environment,
            "a.env",
            "PYIRONSQLUSERKEY=SECRET\nJUPYTERHUB_API_TOKEN=SECRET\n",
        ),
        (
            Environment,
            "a.env",
            "PYIRONSQLTYPE=x\nPYIRONSQLCONNECTIONSTRING=pg://u:SECRET@h\n",
        ),
        (
            Kernel,
            "kernel.json",
            "{\"env\": {\"A_TOKEN\": \"SECRET\", \"PYIRONUSER\": \"a\"}}",
        ),
        (Kernel, "kernel.json", "{\"env\": {\"A_TOKEN\": SECRET\n}}"),
    ] {
        let text = text.replace("SECRET", SECRET);
        let found = input(kind, name, text.clone()).mode(0o644).check();
        assert!(!found.is_empty(), "{text}");
        for Judged { finding, .. } in found {
            let help = finding.help.clone().unwrap_or_default();
            let said = [finding.message.clone(), finding.notes.join(" "), help].join(" ");
            assert!(!said.contains("hunter2"), "{finding:?}");
            let shown = |origin: &Origin| {
                let line = origin.source.line_span(origin.span.start);
                [line, origin.span]
                    .into_iter()
                    .any(|span| origin.source.slice(span).contains("hunter2"))
            };
            assert!(
                finding.hides_source || !finding.origins.iter().any(shown),
                "{finding:?}"
            );
        }
    }
}

#[test]
fn hostile_sizes_are_told_in_few_words() {
    let settings: String = (0..9_000)
        .map(|number| format!("[{number}]\nUSER=a\nPASSWD=a\nX=:$\n"))
        .collect();
    let paths = format!("[a]\nPROJECT_PATHS={}\n", "$:".repeat(100_000));
    let queues: String = (0..5_000)
        .map(|number| format!("  q{number}: {{script: a.sh}}\n"))
        .collect();
    let queues = format!("queue_type: SLURM\nqueue_primary: q1\nqueues:\n{queues}");
    let script: String = (0..9_000)
        .map(|number| format!("{{{{n{number}}}}}{{{{run_time_max}}}}"))
        .collect();
    for hostile in [
        input(ConfigKind::Pyiron, ".pyiron", settings),
        input(ConfigKind::Pyiron, ".pyiron", paths),
        input(ConfigKind::Queues, "queue.yaml", queues).with("a.sh", script),
    ] {
        let found = hostile.check();
        assert_eq!(found.len(), MAX_FINDINGS);
        let last = &found[MAX_FINDINGS - 1].finding.notes;
        assert!(
            last.iter()
                .any(|note| note.ends_with("more findings of this configuration are left out"))
        );
    }
}

#[test]
fn names_tell_kinds() {
    for (name, is_folder, kind) in [
        ("/home/a/.pyiron", false, Some(ConfigKind::Pyiron)),
        ("resources/queues/", true, Some(ConfigKind::Queues)),
        ("a/clusters.yaml", false, Some(ConfigKind::Queues)),
        ("k/kernel.json", false, Some(ConfigKind::Kernel)),
        ("job.env", false, Some(ConfigKind::Environment)),
        ("environment.yml", false, None),
    ] {
        assert_eq!(kind_of(name, is_folder), kind, "{name}");
    }
}

#[test]
fn texts_of_any_shape_are_survived() {
    use ConfigKind::{Environment, Kernel, Pyiron, Queues};
    const PIECES: [&str; 17] = [
        "{", "{{ ", "{% if", "[", "\"", "ä", "\n", "=", ": ", ";", " ;/a", "queues", "$", "\\u", "\u{0}",
        "- ", "&a *a",
    ];
    for kind in [Pyiron, Queues, Kernel, Environment] {
        let mut state = 7_u64;
        for _ in 0..2_000 {
            let mut text = String::new();
            for _ in 0..12 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                text.push_str(PIECES[usize::try_from(state >> 33).unwrap() % PIECES.len()]);
            }
            let queue = "queue_type: SLURM\nqueue_primary: a\nqueues: {a: {script: a.sh}}\n";
            let inner = match kind {
                Queues => input(kind, "queue.yaml", queue).with("a.sh", text.clone()),
                _ => input(kind, "x/a", format!("[a]\nPROJECT_PATHS={text}\n")),
            };
            input(kind, "x/a", text).check();
            inner.check();
        }
    }
}

//! What holds for every text: no secret is shown, and hostile ones end soon. Each code is tried by the cases in
//! `conformance/cases/config`.

use pyiron_lock_core::SourceFile;

use super::{case::MAX_FINDINGS, *};

fn check(kind: ConfigKind, files: &[(&str, &str)]) -> Vec<Judged> {
    let file = |(name, text): &(&str, &str)| ConfigFile {
        source: SourceFile::new(*name, *text),
        mode: Some(0o644),
    };
    let input = ConfigInput {
        kind,
        files: files.iter().map(file).collect(),
        unread: BTreeMap::new(),
    };
    check_config(&input, &[], &[])
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
        // Beside the line that a finding is about, and misspelt.
        (Pyiron, ".pyiron", "[a]\nNO = 1\nPASWD = SECRET\n"),
        (
            Pyiron,
            ".pyiron",
            "[a]\nTYPE = pg://u:SECRET@h/d\nPASSWD SECRET = 1\n",
        ),
        (
            Queues,
            "queue.yaml",
            "queue_type: X\n# ssh_password: SECRET\nssh_pasword: SECRET\n",
        ),
        (
            Queues,
            "queue.yaml",
            "queue_type: X\nssh_password: >\n  SECRET\n  SECRET\n",
        ),
        (
            Queues,
            "queue.yaml",
            "queue_type: X\nssh_password: 'a\n  SECRET'\n: [\n",
        ),
        (
            Kernel,
            "kernel.json",
            "{\"argv\": [\"x\", \"--token\", \"SECRET\", \"--t.token=SECRET\"]}",
        ),
        (Environment, "a.env", "PYIRONSQLTYPE=x\nA_TOKEN=\"a\nSECRET\"\n"),
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
        let found = check(kind, &[(name, &text)]);
        assert!(!found.is_empty(), "{text}");
        for Judged { finding, .. } in found {
            let whole: Vec<&str> = finding
                .origins
                .iter()
                .map(|origin| origin.source.text())
                .collect();
            let labels: Vec<&str> = finding
                .origins
                .iter()
                .map(|origin| origin.label.as_str())
                .collect();
            let help = finding.help.clone().unwrap_or_default();
            let said = [
                finding.message.clone(),
                finding.notes.join(" "),
                help,
                labels.join(" "),
                whole.join(" "),
            ];
            assert!(!said.join(" ").contains("hunter2"), "{said:?}");
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
    let queue: [(&str, &str); 2] = [("queue.yaml", &queues), ("a.sh", &script)];
    for found in [
        check(ConfigKind::Pyiron, &[(".pyiron", &settings)]),
        check(ConfigKind::Pyiron, &[(".pyiron", &paths)]),
        check(ConfigKind::Queues, &queue),
    ] {
        assert_eq!(found.len(), MAX_FINDINGS);
        let last = &found[MAX_FINDINGS - 1].finding.notes;
        assert!(
            last.iter()
                .any(|note| note.ends_with("more findings of this configuration are left out"))
        );
    }
}

#[test]
fn long_lines_of_secrets_come_to_an_end() {
    for text in [
        "pass".repeat(60_000),
        "ssh_ask_for_password,".repeat(12_000),
        "://@".repeat(60_000),
    ] {
        for kind in [ConfigKind::Pyiron, ConfigKind::Environment, ConfigKind::Kernel] {
            check(kind, &[("x/a", &text)]);
        }
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
            let setting = format!("[a]\nPROJECT_PATHS={text}\nPASSWD={text}\n");
            check(kind, &[("x/a", &text)]);
            check(kind, &[("x/a", &setting)]);
            check(Queues, &[("queue.yaml", queue), ("a.sh", &text)]);
            ConfigKind::of(&SourceFile::new("x", text));
        }
    }
}

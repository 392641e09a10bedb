//! Prefixes that were made to lead a reader out, hold it up, or fill its memory.

use std::{
    fs,
    os::unix::fs::symlink,
    process::Command,
    time::{Duration, Instant},
};

use serde_json::json;

use super::made::{Made, sha256};

/// The most that any of these may take, on a machine that is busy.
const SOON: Duration = Duration::from_secs(20);

fn add(made: &Made, path: &str) {
    made.edit("libx", |record| {
        let entry =
            json!({"_path": path, "path_type": "hardlink", "sha256": sha256(b"root"), "size_in_bytes": 4});
        record["paths_data"]["paths"].as_array_mut().unwrap().push(entry);
    });
}

#[test]
fn paths_that_lead_out_are_told_and_not_followed() {
    let paths = [
        "../outside",
        "../../etc/passwd",
        "/etc/passwd",
        "lib/../../outside",
        "gate/outside",
        "a\u{0}b",
        "",
    ];
    for path in paths {
        let made = Made::new();
        // What a reader that goes there would find to be right.
        fs::write(made.outside().join("outside"), "root").unwrap();
        symlink("..", made.path("gate")).unwrap();
        add(&made, path);
        let all = made.finds(5);
        assert!(
            all.iter().any(|(code, _)| code == "prefix-path-escapes"),
            "{path:?}: {all:#?}"
        );
    }
}

#[test]
fn links_inside_are_followed() {
    let made = Made::new();
    fs::create_dir(made.path("real")).unwrap();
    fs::write(made.path("real/file"), "root").unwrap();
    symlink("real", made.path("lib64")).unwrap();
    add(&made, "lib64/file");
    let codes: Vec<String> = made.finds(0).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["prefix-file-unrecorded"]);
}

#[test]
fn loops_pipes_and_devices_hold_nobody_up() {
    let made = Made::new();
    symlink(".", made.path("lib/loop")).unwrap();
    symlink("b", made.path("a")).unwrap();
    symlink("a", made.path("b")).unwrap();
    let mkfifo = |below: &str| {
        assert!(
            Command::new("mkfifo")
                .arg(made.path(below))
                .status()
                .unwrap()
                .success()
        );
    };
    mkfifo("conda-meta/pipe-1-0.json");
    mkfifo("bin/pipe");
    mkfifo("lib/python3.12/site-packages/pipe.pth");
    symlink("/dev/zero", made.path("conda-meta/zero-1-0.json")).unwrap();
    fs::remove_file(made.path("conda-meta/history")).unwrap();
    symlink("/dev/zero", made.path("conda-meta/history")).unwrap();
    add(&made, "lib/loop/loop/loop/libx.so.1.2");
    add(&made, "a/b");
    let start = Instant::now();
    let all = made.finds(5);
    assert!(start.elapsed() < SOON);
    let of = |code: &str| -> Vec<Vec<String>> {
        let own = all.iter().filter(|(own, _)| own == code);
        own.map(|(_, lines)| lines.clone()).collect()
    };
    let records = of("prefix-record-unreadable");
    assert_eq!(records.len(), 2, "{all:#?}");
    assert!(records.iter().all(|lines| lines[1] == "it is no regular file"));
    let altered: Vec<String> = of("prefix-file-altered").concat();
    assert!(
        altered.contains(&"a/b: links lead in a circle".to_owned()),
        "{altered:?}"
    );
}

#[test]
fn files_of_a_terabyte_are_not_read() {
    let made = Made::new();
    let sparse = |below: &str| {
        let file = fs::File::create(made.path(below)).unwrap();
        // Some file systems do not hold a file of that size.
        file.set_len(1 << 40).or_else(|_| file.set_len(1 << 33)).unwrap();
    };
    sparse("share/x/data");
    sparse("conda-meta/huge-1-0.json");
    sparse("lib/python3.12/site-packages/huge.pth");
    made.edit("libx", |record| {
        record["paths_data"]["paths"][1]["size_in_bytes"] = (1_u64 << 40).into();
    });
    let start = Instant::now();
    let ran = made.verify(&[]);
    assert!(start.elapsed() < SOON);
    assert!(matches!(ran.code, Some(5 | 6)), "{ran:?}");
}

#[test]
fn records_of_all_kinds_of_nonsense_are_told() {
    let nonsense: [&[u8]; 7] = [
        b"",
        b"null",
        b"[[[[[[[[",
        b"{\"name\": 1}",
        b"\xff\xfe",
        b"{\"name\": \"a\", \"version\": \"1\", \"paths_data\": {\"paths\": [{\"_path\": \"x\", \"sha256\": \"short\"}]}}",
        &[b'['; 100_000],
    ];
    for bytes in nonsense {
        let made = Made::new();
        made.write("conda-meta/nonsense-1-0.json", bytes);
        let all = made.finds(5);
        assert!(
            all.iter().any(|(code, _)| code == "prefix-record-unreadable"),
            "{all:#?}"
        );
    }
}

#[test]
fn a_folder_of_records_elsewhere_is_no_environment() {
    let made = Made::new();
    fs::rename(made.path("conda-meta"), made.outside().join("meta")).unwrap();
    symlink("../meta", made.path("conda-meta")).unwrap();
    made.verify(&[]).exits(2);
}

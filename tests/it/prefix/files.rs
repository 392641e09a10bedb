//! Files of a prefix against their records.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process::Command,
    time::{Duration, SystemTime},
};

use super::made::{Made, SITE};

/// The finding of that code, as its lines.
#[track_caller]
fn lines(made: &Made, exit: i32, code: &str) -> Vec<String> {
    let all = made.finds(exit);
    let own = all.iter().find(|(own, _)| own == code);
    own.unwrap_or_else(|| panic!("no {code} in {all:#?}")).1.clone()
}

fn set_time(path: &Path, time: SystemTime) {
    fs::File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_modified(time)
        .unwrap();
}

/// Something done to a file.
type Deed<'d> = &'d dyn Fn(&Path);

#[test]
fn whatever_happens_to_a_file_is_told() {
    let data = "share/x/data";
    let deeds: &[(&str, Deed<'_>)] = &[
        ("share/x/data", &|path| fs::write(path, [8; 5000]).unwrap()),
        ("share/x/data", &|path| fs::write(path, [7; 4999]).unwrap()),
        ("share/x/data: a folder lies there", &|path| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
        }),
        ("share/x/data: a link lies there", &|path| {
            fs::rename(path, path.with_file_name("moved")).unwrap();
            symlink("moved", path).unwrap();
        }),
        ("share/x/data: a pipe, a socket or a device lies there", &|path| {
            fs::remove_file(path).unwrap();
            assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
        }),
    ];
    for (told, deed) in deeds {
        let made = Made::new();
        deed(&made.path(data));
        assert_eq!(lines(&made, 5, "prefix-file-altered")[1], *told);
    }
    let made = Made::new();
    fs::remove_file(made.path(data)).unwrap();
    assert_eq!(
        lines(&made, 5, "prefix-file-missing"),
        ["1 file of `libx` is missing", data]
    );
}

#[test]
fn links_lead_where_the_package_led_them() {
    let relink = |target: &str| {
        let made = Made::new();
        made.write("lib/other.so", b"other");
        fs::remove_file(made.path("lib/libx.so")).unwrap();
        symlink(target, made.path("lib/libx.so")).unwrap();
        lines(&made, 5, "prefix-file-altered")[1].clone()
    };
    assert!(relink("/etc/passwd").starts_with("lib/libx.so: it leads out, to /"));
    assert!(relink("absent").starts_with("lib/libx.so: it leads nowhere"));
    assert!(relink("libx.so").starts_with("lib/libx.so: it leads nowhere"));
    assert_eq!(
        relink("../share/x/data"),
        "lib/libx.so: it leads to share/x/data, which is another file"
    );
}

#[test]
fn a_thousand_flipped_bits_are_a_thousand_findings() {
    let mut made = Made::new();
    let files: Vec<(String, Vec<u8>)> = (0..250_u32)
        .map(|number| {
            let size = 1 + number * 37 % 3000;
            let bytes = (0..size)
                .map(|at| u8::try_from((at * 31 + number) % 256).unwrap())
                .collect();
            (format!("share/many/{number:03}"), bytes)
        })
        .collect();
    let borrowed: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
        .collect();
    made.install("many", "1.0", &borrowed);
    made.write_lock();
    made.verify(&[]).exits(0);
    let mut random = 0x2545_f491_u32;
    for round in 0..4 {
        for (path, bytes) in &files {
            random ^= random << 13;
            random ^= random >> 17;
            random ^= random << 5;
            let mut flipped = bytes.clone();
            let at = usize::try_from(random).unwrap() % flipped.len();
            flipped[at] ^= 1 << (random >> 29);
            fs::write(made.path(path), flipped).unwrap();
        }
        let told = made.verify(&["--json"]).exits(5).json();
        let altered = told["files"].as_array().unwrap();
        assert_eq!(altered.len(), files.len(), "round {round}");
        assert!(altered.iter().all(|file| file["state"] == "altered"));
    }
}

#[test]
fn quick_reads_what_is_younger_than_its_record() {
    let made = Made::new();
    let data = made.path("share/x/data");
    let old = SystemTime::now() - Duration::from_secs(100_000);
    for below in ["share/x/data", "lib/libx.so.1.2", "bin/mod", "bin/python3.12"] {
        set_time(&made.path(below), old);
    }
    made.verify(&["--quick"]).exits(0);
    fs::write(&data, [8; 5000]).unwrap();
    set_time(&data, SystemTime::now() + Duration::from_secs(60));
    made.verify(&["--quick"]).exits(5);
    // Whoever sets the time back escapes the quick look, and not the full one.
    set_time(&data, old);
    made.verify(&["--quick"]).exits(0);
    made.verify(&[]).exits(5);
    fs::write(&data, [7; 4999]).unwrap();
    set_time(&data, old);
    made.verify(&["--quick"]).exits(5);
}

#[test]
fn code_that_nobody_recorded_is_an_error_and_the_rest_a_note() {
    let made = Made::new();
    made.write("share/cache/fonts", b"cache");
    assert_eq!(
        lines(&made, 0, "prefix-file-unrecorded"),
        ["1 file that nobody recorded", "share/cache/fonts"]
    );
    for code in [
        "bin/tool",
        "lib/libblas.so.3",
        "lib/python3.12/sitecustomize.py",
        "etc/conda/activate.d/x.sh",
    ] {
        let made = Made::new();
        made.write(code, b"code");
        assert_eq!(lines(&made, 5, "prefix-code-unrecorded")[1], code);
    }
}

#[test]
fn bytecode_of_python_is_no_drift_and_bytecode_that_looks_like_it_is() {
    let head = |flags: u8| [b"\xcb\x0d\r\n".as_slice(), &[flags, 0, 0, 0], &[0; 8], b"code"].concat();
    let own = format!("{SITE}/mod/__pycache__/__init__.cpython-312.pyc");
    let made = Made::new();
    made.write(&own, &head(0));
    let told = made.verify(&["--json"]).exits(0).json();
    assert_eq!(told["prefix"]["bytecode"], 1);
    for (path, bytes) in [
        (own.clone(), head(1)),
        (own.clone(), b"short".to_vec()),
        (format!("{SITE}/mod/__pycache__/absent.cpython-312.pyc"), head(0)),
        (format!("{SITE}/mod/other.pyc"), head(0)),
    ] {
        let made = Made::new();
        made.write(&path, &bytes);
        assert_eq!(lines(&made, 5, "prefix-code-unrecorded")[1], path);
    }
}

#[test]
fn bytecode_that_was_recorded_may_be_made_anew_only_of_a_source_that_was_written_late() {
    let source = format!("{SITE}/late/__init__.py");
    let pyc = format!("{SITE}/late/__pycache__/__init__.cpython-312.pyc");
    let mut made = Made::new();
    made.install(
        "late",
        "1.0",
        &[(&source, b"late = 1\n"), (&pyc, b"\xcb\x0d\r\nfrom the package")],
    );
    made.write_lock();
    let remake = |made: &Made| {
        let written = made.path(&source).metadata().unwrap().modified().unwrap();
        let seconds = written.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let time = u32::try_from(seconds).unwrap().to_le_bytes();
        let anew = [
            b"\xcb\x0d\r\n".as_slice(),
            &[0; 4],
            &time,
            &9_u32.to_le_bytes(),
            b"anew",
        ]
        .concat();
        fs::write(made.path(&pyc), anew).unwrap();
    };
    remake(&made);
    made.verify(&[]).exits(0);
    fs::write(made.path(&pyc), b"\xcb\x0d\r\nfrom elsewhere!!").unwrap();
    assert_eq!(lines(&made, 5, "prefix-file-altered")[1], pyc);
    // The package knew a source of that time, so that its bytecode fitted.
    set_time(
        &made.path(&source),
        SystemTime::now() - Duration::from_secs(1_000_000),
    );
    remake(&made);
    assert_eq!(lines(&made, 5, "prefix-file-altered")[1], pyc);
}

#[test]
fn modes_that_others_can_use_are_told() {
    let mode = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let made = Made::new();
    mode(&made.prefix(), 0o755);
    mode(&made.path("share/x"), 0o777);
    assert_eq!(lines(&made, 1, "prefix-world-writable")[1], "share/x");
    mode(&made.path("share/x"), 0o755);
    mode(&made.path("share/x/data"), 0o664);
    assert_eq!(lines(&made, 0, "prefix-group-writable")[1], "share/x/data");
    mode(&made.path("share/x/data"), 0o600);
    assert_eq!(lines(&made, 0, "prefix-group-unreadable")[1], "share/x/data");
    // A folder that is for its owner alone promises nobody anything.
    mode(&made.prefix(), 0o700);
    assert_eq!(made.finds(0), []);
    mode(&made.path("bin/mod"), 0o4755);
    assert_eq!(lines(&made, 0, "prefix-setuid")[1], "bin/mod");
}

#[test]
fn a_prefix_that_was_moved_is_told_by_its_scripts() {
    let made = Made::new();
    let moved = made.outside().join("moved");
    fs::rename(made.prefix(), &moved).unwrap();
    symlink("moved", made.prefix()).unwrap();
    // The place it was made for still leads to it.
    made.verify(&[]).exits(0);
    fs::remove_file(made.prefix()).unwrap();
    fs::rename(&moved, made.outside().join("env2")).unwrap();
    let ran = crate::support::run(
        crate::support::program()
            .current_dir(made.outside())
            .args(["verify", "--prefix", "env2", "--json"]),
    );
    let told = super::made::found(&ran.exits(5).json());
    let codes: Vec<&str> = told.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(codes, ["prefix-moved", "prefix-script-broken"]);
    assert_eq!(
        told[0].1[1],
        format!("1 script start {}", made.prefix().display())
    );
}

#[test]
fn history_of_another_program_is_told() {
    let made = Made::new();
    fs::write(
        made.path("conda-meta/history"),
        "==> 2026-01-01 10:00:00 <==\n# cmd: conda create -p env\n",
    )
    .unwrap();
    assert_eq!(lines(&made, 0, "prefix-marked")[1], "by `conda create -p env`");
    fs::write(
        made.path("conda-meta/history"),
        "==> 2026-01-01 10:00:00 <==\n# cmd: conda create -p env\n==> 2026-02-01 10:00:00 <==\n# cmd: mamba install x\n",
    )
    .unwrap();
    assert_eq!(
        lines(&made, 0, "prefix-history")[1],
        "the last was `mamba install x`"
    );
    fs::write(made.path("conda-meta/pixi_env_prefix"), "/elsewhere/env").unwrap();
    assert_eq!(
        lines(&made, 5, "prefix-moved")[1],
        "its installer noted /elsewhere/env"
    );
}

#[test]
fn records_of_other_installers_are_understood() {
    let mut made = Made::new();
    let written = format!("prefix = {}\n", made.prefix().display());
    made.install("other", "1.0", &[("etc/other.cfg", written.as_bytes())]);
    made.install("pure", "1.0", &[]);
    made.write_lock();
    // conda notes the size and the digest in the package, and the digest in the prefix beside them.
    made.edit("other", |record| {
        let entry = &mut record["paths_data"]["paths"][0];
        entry["sha256_in_prefix"] = entry["sha256"].clone();
        entry["sha256"] = super::made::sha256(b"prefix = placeholder\n").into();
        entry["size_in_bytes"] = 300.into();
        entry["prefix_placeholder"] = "placeholder".into();
        entry["file_mode"] = "text".into();
    });
    // Files of Python packages may be noted as they are in the package.
    let module = format!("{SITE}/pure.py");
    made.write(&module, b"pure = 1\n");
    made.edit("pure", |record| {
        record["noarch"] = "python".into();
        let entry = serde_json::json!({"_path": "site-packages/pure.py", "sha256": super::made::sha256(b"pure = 1\n")});
        record["paths_data"]["paths"].as_array_mut().unwrap().push(entry);
    });
    assert_eq!(made.finds(0), []);
    fs::write(made.path("etc/other.cfg"), "prefix = elsewhere\n").unwrap();
    fs::write(made.path(&module), "pure = 2\n").unwrap();
    let told = made.verify(&["--json"]).exits(5).json();
    let paths: Vec<&str> = told["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["etc/other.cfg", module.as_str()]);

    // Records of old name files and nothing else.
    let made = Made::new();
    made.edit("libx", |record| {
        record["paths_data"] = serde_json::json!({"paths_version": 1, "paths": []});
        record["files"] = serde_json::json!(["lib/libx.so.1.2", "lib/libx.so", "share/x/data"]);
    });
    assert_eq!(made.finds(0), []);
    fs::remove_file(made.path("share/x/data")).unwrap();
    assert_eq!(lines(&made, 5, "prefix-file-missing")[1], "share/x/data");
}

//! Which lock an export is made from, and what is said of it.

use std::fs;

use crate::support::{Ran, copy_tree, program, repository, run};

fn explicit(arguments: &[&str]) -> Ran {
    run(program()
        .current_dir(repository())
        .args(["export", "explicit"])
        .args(arguments))
}

#[test]
fn a_single_file_goes_to_stdout_and_talk_does_not() {
    let ran = explicit(&["--tier", "minimal"]).exits(0);
    assert!(
        ran.stdout
            .starts_with("# made by pyiron-lock from minimal on linux-64, release "),
        "{ran:?}"
    );
    assert!(ran.stdout.lines().any(|line| line == "@EXPLICIT"));
    assert!(
        ran.stderr
            .contains("exported `minimal` on linux-64 as explicit\n")
            && ran.stderr.contains("export-sample-channel"),
        "{ran:?}"
    );
    let quiet = explicit(&["--tier", "minimal", "--quiet"]).exits(0);
    assert_eq!((quiet.stdout, quiet.stderr.as_str()), (ran.stdout, ""));
}

#[test]
fn the_platform_is_the_one_that_serves_the_target() {
    for (arguments, platform) in [
        (vec!["--tier", "cmti"], "linux-64"),
        (vec!["--tier", "minimal", "--platform", "osx-arm64"], "osx-arm64"),
        (vec!["--tier", "minimal", "--target", "slurm-rhel-8"], "linux-64"),
    ] {
        let ran = explicit(&arguments).exits(0);
        let said = format!(" on {platform} as explicit\n");
        assert!(ran.stderr.contains(&said), "{arguments:?}: {}", ran.stderr);
    }
    let folder = tempfile::tempdir().unwrap();
    for part in ["specs", "lockfiles"] {
        copy_tree(&repository().join(part), &folder.path().join(part));
    }
    let targets = folder.path().join("conformance/targets/hpc");
    fs::create_dir_all(&targets).unwrap();
    for (id, subdir, level, said) in [
        (
            "newer",
            "linux-64",
            ", archspec-min: x86_64_v3",
            "exported `minimal` on linux-64-v3 as explicit",
        ),
        (
            "older",
            "linux-64",
            ", archspec-min: x86_64_v2",
            "exported `minimal` on linux-64 as explicit",
        ),
        (
            "arm",
            "linux-aarch64",
            "",
            "exported `minimal` on linux-aarch64 as explicit",
        ),
        ("power", "linux-ppc64le", "", "no lock of `minimal` serves power"),
    ] {
        let facts = format!("subdirs: [{subdir}], os: rhel-8, cuda: none{level}");
        let text = format!("title: nodes\nfacts: [{{ source: by hand, says: {{ {facts} }} }}]\n");
        fs::write(targets.join(format!("{id}.yml")), text).unwrap();
        let ran = run(program()
            .current_dir(folder.path())
            .args(["export", "explicit", "--tier", "minimal", "--target", id]));
        assert!(ran.stderr.contains(said), "{id}: {}", ran.stderr);
        fs::remove_file(targets.join(format!("{id}.yml"))).unwrap();
    }
}

#[test]
fn what_cannot_be_chosen_is_said_with_the_way_out() {
    for (arguments, said) in [
        (vec![], "name a tier of the project with `--tier TIER`"),
        (vec!["--tier", "minimla"], "did you mean `minimal`?"),
        (
            vec!["--tier", "md", "--platform", "osx-arm64"],
            "it is on linux-64, linux-aarch64",
        ),
        (
            vec!["--tier", "md", "--target", "slurm-rhel-0"],
            "did you mean `slurm-rhel-",
        ),
        (vec!["--tier", "md", "--set", "queue"], "write `--set KEY=VALUE`"),
        (
            vec!["--tier", "md", "--set", "queue=x"],
            "`explicit` has no parameter `queue`",
        ),
        (vec!["--tier", "md", "--json"], "name a folder with `-o DIR`"),
        (vec!["--lock", "README.md"], "README.md"),
        (vec!["--lock", "nowhere.lock"], "nowhere.lock does not exist"),
    ] {
        let ran = explicit(&arguments).exits(2);
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
    let ran = run(program()
        .current_dir(repository())
        .args(["export", "xexplicit", "--tier", "md"]))
    .exits(2);
    assert!(ran.stderr.contains("did you mean `explicit`?"), "{ran:?}");
    let nowhere = tempfile::tempdir().unwrap();
    let ran = run(program()
        .current_dir(nowhere.path())
        .args(["export", "explicit", "--tier", "md"]))
    .exits(2);
    assert!(ran.stderr.contains("`--lock FILE`"), "{ran:?}");
}

#[test]
fn a_lock_needs_no_project() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(
        repository().join("lockfiles/md/linux-64.lock"),
        folder.path().join("a.lock"),
    )
    .unwrap();
    let of_tier = explicit(&["--tier", "md", "--platform", "linux-64"]).exits(0);
    let of_file = run(program()
        .current_dir(folder.path())
        .args(["export", "explicit", "--lock", "a.lock"]))
    .exits(0);
    assert_eq!(of_file.stdout, of_tier.stdout);
}

#[test]
fn an_image_is_built_on_the_image_below_only_where_its_lock_is_contained() {
    let folder = tempfile::tempdir().unwrap();
    let locks = folder.path().join("locks");
    copy_tree(&repository().join("lockfiles"), &locks);
    fs::copy(
        locks.join("minimal/linux-64.lock"),
        locks.join("base/linux-64.lock"),
    )
    .unwrap();
    let out = folder.path().join("out");
    let export = |format: &str, set: &[&str]| {
        run(program()
            .current_dir(repository())
            .args([
                "export",
                format,
                "--tier",
                "md",
                "--platform",
                "linux-64",
                "--lock-dir",
            ])
            .arg(&locks)
            .arg("-o")
            .arg(&out)
            .args(set))
    };
    let ran = export("dockerfile", &[]).exits(1);
    assert!(
        ran.stderr.contains("export-chain-apart") && !out.exists(),
        "{ran:?}"
    );
    // The way out that the finding names, and a format that builds on nothing.
    export("dockerfile", &["--set", "from=base"]).exits(0);
    export("explicit", &[]).exits(0);
}

#[test]
fn a_lock_that_is_missing_or_damaged_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let locks = folder.path().join("locks");
    copy_tree(&repository().join("lockfiles"), &locks);
    let from = locks.to_string_lossy().into_owned();
    let md = ["--tier", "md", "--platform", "linux-64", "--lock-dir", &from];
    explicit(&md).exits(0);

    let base = locks.join("base/linux-64.lock");
    let whole = fs::read_to_string(&base).unwrap();
    fs::write(&base, whole.replacen("sha256: ", "sha256: 0000", 1)).unwrap();
    assert_eq!(explicit(&md).code, Some(2));
    let other = whole.replacen("size: ", "size: 1", 1);
    assert_ne!(other, whole);
    fs::write(&base, other).unwrap();
    let ran = explicit(&md).exits(2);
    assert!(ran.stderr.contains("its digest does not hold"), "{ran:?}");

    fs::remove_file(&base).unwrap();
    let ran = explicit(&md).exits(2);
    assert!(ran.stderr.contains("tier `base` has no lock"), "{ran:?}");
    assert!(ran.stderr.contains("`pyiron-lock resolve`"), "{ran:?}");
}

#[test]
fn a_record_without_a_hash_or_with_a_secret_is_refused() {
    let hash = "a".repeat(64);
    let file = |url: &str| format!("@EXPLICIT\n{url}\n");
    let good = format!("https://host.invalid/c/linux-64/a-1-0.conda#sha256:{hash}");
    for (text, code, said) in [
        (file(&good), 0, ""),
        (
            file("https://host.invalid/c/linux-64/a-1-0.conda#d41d8cd98f00b204e9800998ecf8427e"),
            2,
            "has no sha256",
        ),
        (file(&good.replace("host.", "me:pa55@host.")), 2, "secret"),
        (file(&good.replace("/c/", "/t/pa55/c/")), 2, "secret"),
        (file(&good.replace(".conda#", ".conda?token=pa55#")), 2, ""),
        ("@EXPLICIT\n".to_owned(), 2, "no packages"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("list.txt"), &text).unwrap();
        let ran = run(program()
            .current_dir(folder.path())
            .args(["export", "explicit", "--lock", "list.txt", "-o", "out"]))
        .exits(code);
        assert!(ran.stderr.contains(said), "{text}: {}", ran.stderr);
        assert!(!ran.stderr.contains("pa55"), "{text}: {}", ran.stderr);
        assert_eq!(folder.path().join("out").exists(), code == 0, "{text}");
    }
}

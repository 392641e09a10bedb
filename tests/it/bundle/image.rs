//! Images of an installed environment, which here is made by hand: one record and one file.

use std::{fs, process::Command};

use serde_json::{Value, json};

use super::{channel, names, project};
use crate::support::{Project, run};

/// A project with an environment in `prefix` that says to hold what `small` locks.
fn installed() -> Project {
    let project = project();
    for record in channel().records() {
        let package = &record.package_record;
        if package.name.as_normalized() != "libblas" {
            continue;
        }
        let mut installed = serde_json::to_value(package).unwrap();
        let more = json!({
            "fn": "libblas-3.9.0-0.conda",
            "url": record.url,
            "channel": record.channel,
            "files": ["share/2"],
            "requested_spec": "",
        });
        let Value::Object(more) = more else { unreachable!() };
        installed.as_object_mut().unwrap().extend(more);
        project.write("prefix/conda-meta/libblas-3.9.0-0.json", &installed.to_string());
    }
    project.write("prefix/share/2", "content");
    project
}

const IMAGE: &[&str] = &["bundle", "small", "--squashfs", "prefix", "-o", "out/small.sqsh"];

#[cfg(unix)]
#[test]
fn the_same_environment_gives_the_same_image() {
    let there = Command::new("mksquashfs").arg("-version").output();
    if there.is_err() {
        eprintln!("the_same_environment_gives_the_same_image did not run: mksquashfs is not here");
        return;
    }
    let project = installed();
    fs::create_dir(project.path("out")).unwrap();
    let made = project.run(&[IMAGE, &["--json"]].concat()).exits(0);
    assert_eq!(made.json()["entries"], 4);
    assert!(made.stderr.contains("mount it at "), "{made:?}");
    let first = fs::read(project.path("out/small.sqsh")).unwrap();
    // A time in the environment and another umask change nothing; an image is written over.
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "umask 077; \"$0\" \"$@\""])
        .arg(project.command(&[]).get_program())
        .args(IMAGE)
        .current_dir(project.path(""))
        .env("SOURCE_DATE_EPOCH", "1")
        .env("TZ", "Asia/Tokyo");
    run(&mut shell).exits(0);
    assert_eq!(fs::read(project.path("out/small.sqsh")).unwrap(), first);
    assert_eq!(names(&project.path("out")), ["small.sqsh"]);
    project.write("out/small.sqsh", "thesis");
    let ran = project.run(IMAGE).exits(2);
    assert!(
        ran.stderr.contains("is there and is no squashfs image"),
        "{ran:?}"
    );
}

#[test]
fn without_its_program_no_image_is_made_and_nothing_left() {
    let project = installed();
    fs::create_dir(project.path("out")).unwrap();
    let mut command = project.command(IMAGE);
    command.env("PATH", project.path("prefix"));
    let ran = run(&mut command).exits(6);
    assert!(ran.stderr.contains("mksquashfs fails: it is not here"), "{ran:?}");
    assert!(ran.stderr.contains("squashfs-tools"), "{ran:?}");
    assert_eq!(names(&project.path("out")), [""; 0]);
}

#[cfg(unix)]
#[test]
fn an_environment_of_another_lock_or_with_rights_of_owners_is_refused() {
    use std::os::unix::fs::PermissionsExt;

    let project = installed();
    fs::create_dir(project.path("out")).unwrap();
    let refused = |words: &[&str], told: &str| {
        let ran = project.run(words).exits(2);
        assert!(ran.stderr.contains(told), "{told}: {ran:?}");
        assert_eq!(names(&project.path("out")), [""; 0]);
    };
    let other = ["bundle", "minimal", "--squashfs", "prefix", "-o", "out/x"];
    refused(&other, "is not installed");
    let nothing = ["bundle", "small", "--squashfs", "channel", "-o", "out/x"];
    refused(&nothing, "nothing is installed there");
    let file = project.path("prefix/share/2");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o4755)).unwrap();
    refused(IMAGE, "share/2 cannot become an image");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    run(Command::new("mkfifo").arg(project.path("prefix/pipe"))).exits(0);
    refused(IMAGE, "prefix/pipe cannot become an image");
    fs::remove_file(project.path("prefix/pipe")).unwrap();
    let meta = project.read("prefix/conda-meta/libblas-3.9.0-0.json");
    project.write(
        "prefix/conda-meta/libblas-3.9.0-0.json",
        &meta.replace("\"build\":\"0\"", "\"build\":\"1\""),
    );
    refused(IMAGE, "libblas is installed as another build");
}

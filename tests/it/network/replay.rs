//! An index that moves: old locks stay, `update` follows it, pins hold it, snapshots bring it back.

use std::fs;

use pyiron_lock_testkit::{Channel, Package};

use super::{Kind, LOCK, Site, channel};
use crate::support::tree;

const OTHER: &str = "channels: [forge, nodefaults]\ndependencies:\n  - other\n";

/// A site with a second tier that shares nothing with the first.
fn site() -> Site {
    let site = Site::with(Kind::Shards, &two(channel()));
    site.write("specs/other/environment.yml", OTHER);
    site.manifest(
        "  minimal: { spec: minimal/environment.yml, platforms: [linux-64] }\n  other: { spec: \
         other/environment.yml, platforms: [linux-64] }\n",
    );
    site
}

fn two(channel: Channel) -> Channel {
    channel.package(Package::new("other 1.0 0").timestamp(super::JUNE))
}

/// The channel some days later.
fn later() -> Channel {
    two(channel()).package(Package::new("libblas 3.11.0 0").timestamp(super::JUNE + 86_400_000))
}

fn locks(site: &Site) -> Vec<(String, String)> {
    tree(&site.path("lockfiles"))
}

#[test]
fn an_index_that_moved_leaves_old_locks_alone() {
    let site = site();
    site.run(&["resolve"]).exits(0);
    let before = locks(&site);
    site.publish(Kind::Shards, &later());
    site.run(&["resolve"]).exits(0);
    site.run(&["resolve", "--check"]).exits(0);
    assert_eq!(locks(&site), before);
}

#[test]
fn a_new_solve_says_that_the_index_moved_and_moves_no_more_than_it_must() {
    let site = site();
    site.run(&["resolve"]).exits(0);
    site.publish(Kind::Shards, &later());
    site.write(
        "specs/minimal/environment.yml",
        "channels: [forge, nodefaults]\ndependencies:\n  - numpy\n  - six\n  - python <3.13\n",
    );
    let ran = site.run(&["resolve"]).exits(0);
    assert!(
        ran.stderr
            .contains("note: the index moved since this lock was made: minimal linux-64"),
        "{ran:?}"
    );
    assert!(site.lock().contains("libblas-3.9.0-0"));
}

#[test]
fn update_follows_the_index_and_touches_no_lock_that_does_not_reach_what_moved() {
    let site = site();
    site.run(&["update"]).exits(0);
    let pins = site.read("specs/channels.lock");
    assert!(
        pins.contains("url: https://forge.invalid/\n  cut-offs:\n    linux-64: 2026-06-01T00:00:00Z\n"),
        "{pins}"
    );
    let before = locks(&site);
    site.run(&["update"]).exits(0);
    assert_eq!(locks(&site), before, "nothing moved");
    assert_eq!(site.read("specs/channels.lock"), pins);

    site.publish(Kind::Shards, &later());
    let ran = site.run(&["update"]).exits(0);
    assert!(ran.stdout.contains("(1 moved, 0 added, 0 removed)"), "{ran:?}");
    assert!(ran.stdout.contains("other    linux-64  current"), "{ran:?}");
    assert!(site.lock().contains("libblas-3.11.0-0"));
    let after = locks(&site);
    let other = |locks: &[(String, String)]| {
        let found = locks.iter().find(|(name, _)| name.starts_with("other/"));
        found.unwrap().1.clone()
    };
    assert_eq!(other(&after), other(&before), "other reaches none of what moved");
    assert!(
        site.read("specs/channels.lock")
            .contains("linux-64: 2026-06-02T00:00:00Z")
    );
}

#[test]
fn what_is_newer_than_the_pins_does_not_count_until_an_update() {
    let site = site();
    site.run(&["update"]).exits(0);
    let before = locks(&site);
    site.publish(
        Kind::Shards,
        &later().package(Package::new("newest 1.0 0").timestamp(super::JUNE + 86_400_000)),
    );
    fs::remove_dir_all(site.path("lockfiles")).unwrap();
    site.run(&["resolve"]).exits(0);
    assert_eq!(locks(&site), before, "made again from what there was");

    site.write(
        "specs/other/environment.yml",
        "channels: [forge, nodefaults]\ndependencies:\n  - newest\n",
    );
    let ran = site.run(&["resolve"]).exits(3);
    assert!(ran.stdout.contains("error[all-newer]"), "{ran:?}");
    assert!(
        ran.stderr
            .contains("`pyiron-lock update` takes the index as it is now"),
        "{ran:?}"
    );
    site.run(&["update"]).exits(0);
    assert!(site.lock().contains("libblas-3.11.0-0"));
}

#[test]
fn an_update_of_one_platform_leaves_the_pins_of_others() {
    let site = site();
    site.run(&["update"]).exits(0);
    let pins = site.read("specs/channels.lock");
    let more = pins.replace("    linux-64", "    linux-32: 2020-01-01\n    linux-64");
    site.write("specs/channels.lock", &more);
    site.publish(Kind::Shards, &later());
    site.run(&["update", "-p", "linux-64"]).exits(0);
    let now = site.read("specs/channels.lock");
    assert!(now.contains("linux-32: 2020-01-01"), "{now}");
    assert!(now.contains("linux-64: 2026-06-02T00:00:00Z"), "{now}");
}

#[test]
fn an_update_of_one_tier_moves_no_pin_back() {
    let site = site();
    site.publish(Kind::Shards, &later());
    site.run(&["update"]).exits(0);
    let pins = site.read("specs/channels.lock");
    assert!(pins.contains("linux-64: 2026-06-02T00:00:00Z"), "{pins}");
    // This tier reaches only what was built a day earlier.
    site.run(&["update", "-t", "other"]).exits(0);
    assert_eq!(site.read("specs/channels.lock"), pins);
}

#[test]
fn an_update_that_makes_no_lock_moves_no_pin() {
    let site = site();
    site.run(&["update"]).exits(0);
    let pins = site.read("specs/channels.lock");
    site.publish(Kind::Shards, &later());
    let nowhere = "channels: [forge, nodefaults]\ndependencies:\n  - numpy =99\n";
    site.write("specs/minimal/environment.yml", nowhere);
    site.run(&["update", "-t", "minimal"]).exits(3);
    assert_eq!(site.read("specs/channels.lock"), pins);
}

#[test]
fn pins_that_cannot_be_read_are_told() {
    let site = site();
    site.write("specs/channels.lock", "format: 1\nundated: kept\nchannels: [\n");
    let ran = site.run(&["resolve"]).exits(2);
    assert!(
        ran.stderr.contains("specs/channels.lock: it cannot be read"),
        "{ran:?}"
    );
    site.write("specs/channels.lock", "format: 9\n");
    let ran = site.run(&["resolve"]).exits(2);
    assert!(ran.stderr.contains("has format 9"), "{ran:?}");
}

#[test]
fn frozen_makes_the_same_locks_again_or_refuses() {
    let site = site();
    site.run(&["resolve"]).exits(0);
    let before = locks(&site);
    let frozen = |site: &Site, cache: &str| {
        drop(fs::remove_dir_all(site.path("again")));
        site.run(&["resolve", "--frozen", "--lock-dir", "again", "--cache-dir", cache])
    };

    // The index did not move, and there is no snapshot at hand.
    frozen(&site, "empty").exits(0);
    assert_eq!(tree(&site.path("again")), before);

    // It moved, but a snapshot is at hand; nobody is asked.
    site.publish(Kind::Shards, &later());
    site.server.clear_log();
    frozen(&site, "cache").exits(0);
    assert_eq!(tree(&site.path("again")), before);
    assert!(site.server.log().is_empty());

    // It moved, and there is none.
    let ran = frozen(&site, "void").exits(6);
    assert!(
        ran.stderr
            .contains("error: the index moved since these locks were made: minimal linux-64"),
        "{ran:?}"
    );
    assert!(!ran.stderr.contains("other linux-64"), "{ran:?}");
    assert!(ran.stderr.contains("snapshot import FILE"), "{ran:?}");
    assert!(!site.path("again/minimal/linux-64.lock").exists());
}

#[test]
fn frozen_follows_an_edit_as_far_as_the_snapshot_goes() {
    let site = site();
    site.run(&["resolve"]).exits(0);
    site.publish(Kind::Shards, &later());
    let edit = |line: &str| {
        let text = format!("channels: [forge, nodefaults]\ndependencies:\n  - numpy\n  - six\n  - {line}\n");
        site.write("specs/minimal/environment.yml", &text);
    };
    edit("python <3.13");
    site.run(&["resolve", "--frozen"]).exits(0);
    assert!(site.lock().contains("python-3.12.1-0"));
    assert!(site.lock().contains("libblas-3.9.0-0"));
    edit("unreachable");
    let ran = site.run(&["resolve", "--frozen"]).exits(6);
    assert!(
        ran.stderr
            .contains("the snapshot of the index has no records of unreachable"),
        "{ran:?}"
    );
}

#[test]
fn frozen_without_an_earlier_lock_is_refused() {
    let site = site();
    let ran = site.run(&["resolve", "--frozen"]).exits(6);
    assert!(ran.stderr.contains("no earlier lock says which index"), "{ran:?}");
    assert!(site.server.log().is_empty());
}

#[test]
fn a_snapshot_can_be_carried_to_a_place_without_the_channel() {
    let site = site();
    site.run(&["resolve"]).exits(0);
    let before = locks(&site);
    let ran = site.run(&["snapshot", "export", "-o", "carried.zst"]).exits(0);
    assert!(
        ran.stdout.contains("wrote 2 states of the index to carried.zst"),
        "{ran:?}"
    );
    let bytes = fs::read(site.path("carried.zst")).unwrap();
    site.run(&["snapshot", "export", "-o", "again.zst"]).exits(0);
    assert_eq!(fs::read(site.path("again.zst")).unwrap(), bytes);

    site.server.stop();
    let away = ["--cache-dir", "away"];
    let ran = site
        .run(&["snapshot", "import", "carried.zst", away[0], away[1]])
        .exits(0);
    assert!(ran.stdout.contains("took over 2 states"), "{ran:?}");
    site.resolve_frozen_away();
    assert_eq!(tree(&site.path("again")), before);

    let ran = site
        .run(&["snapshot", "export", "-o", "x.zst", "--cache-dir", "void"])
        .exits(6);
    assert!(
        ran.stderr
            .contains("there is no snapshot of what these locks were made from"),
        "{ran:?}"
    );
    assert!(!site.path("x.zst").exists());
}

impl Site {
    fn resolve_frozen_away(&self) {
        self.run(&[
            "resolve",
            "--frozen",
            "--lock-dir",
            "again",
            "--cache-dir",
            "away",
        ])
        .exits(0);
    }
}

#[test]
fn a_snapshot_that_was_changed_is_refused_whole() {
    let site = site();
    site.run(&["resolve"]).exits(0);
    site.run(&["snapshot", "export", "-o", "carried.zst"]).exits(0);
    let text = zstd::decode_all(fs::File::open(site.path("carried.zst")).unwrap()).unwrap();
    let text = String::from_utf8(text).unwrap();
    let import = |text: &str, told: &str| {
        let packed = zstd::encode_all(text.as_bytes(), 3).unwrap();
        fs::write(site.path("changed.zst"), packed).unwrap();
        let ran = site
            .run(&["snapshot", "import", "changed.zst", "--cache-dir", "away"])
            .exits(2);
        assert!(ran.stderr.contains(told), "{told}: {ran:?}");
        assert!(!site.path("away").exists());
    };
    import(&text.replace("libblas\"", "libblaz\""), "changed.zst");
    import(
        &text.replace("python >=3.12", "python >=3.13"),
        "another index digest",
    );
    import(
        &text.replace("numpy-2.3.4-0.conda", "../../numpy-2.3.4-0.conda"),
        "changed.zst",
    );
    import(&text.replace("\"format\":1", "\"format\":2"), "format 2");
    import(&text[..text.len() / 2], "changed.zst");
    import("{}", "is not a file of snapshots");
    fs::write(site.path("plain.zst"), "not packed").unwrap();
    site.run(&["snapshot", "import", "plain.zst"]).exits(2);
    site.run(&["snapshot", "import", "absent.zst"]).exits(2);
    let bomb = zstd::encode_all(std::io::Read::take(std::io::repeat(b' '), 2 << 30), 3).unwrap();
    fs::write(site.path("bomb.zst"), bomb).unwrap();
    let ran = site.run(&["snapshot", "import", "bomb.zst"]).exits(2);
    assert!(ran.stderr.contains("holds more than"), "{ran:?}");
}

#[test]
fn a_lock_says_when_the_newest_record_was_built() {
    let site = site();
    site.run(&["resolve"]).exits(0);
    assert!(site.lock().contains("  index-cut-off: 2026-06-01T00:00:00Z\n"));
    assert!(site.path(LOCK).exists());
}

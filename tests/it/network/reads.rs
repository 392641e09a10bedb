//! What goes well: shards, packed and plain; asked again, from the cache, and from the genuine index.

use std::fs;

use pyiron_lock_testkit::{
    server::{Behaviour, Rule, Server},
    write_shards_to,
};

use super::{Kind, LOCK, Site, channel};
use crate::{
    real_index,
    support::{program, run},
};

#[test]
fn every_way_of_reading_gives_the_lock_that_a_folder_gives() {
    let mut locks = Vec::new();
    for kind in [Kind::Shards, Kind::Packed, Kind::Plain] {
        let site = Site::new(kind);
        let ran = site.run(&["resolve"]).exits(0);
        assert!(ran.stderr.contains("note: read "), "{ran:?}");
        locks.push(site.lock());
        channel().write_repodata(&site.path("folder")).unwrap();
        site.resolve_anew(&["--channel-source", "forge=folder"]).exits(0);
        locks.push(site.lock());
    }
    assert!(locks[0].contains("https://forge.invalid/linux-64/numpy-2.3.4-0.conda"));
    assert!(locks.iter().all(|lock| *lock == locks[0]));
}

#[test]
fn shards_that_nothing_reaches_are_not_read() {
    let site = Site::new(Kind::Shards);
    site.run(&["resolve"]).exits(0);
    let shards = site.server.log().into_iter();
    let shards = shards
        .filter(|exchange| exchange.path.contains("/shards/"))
        .count();
    assert_eq!(shards, 4, "python, numpy, libblas and six");
}

#[test]
fn what_did_not_change_is_not_sent_again() {
    for kind in [Kind::Shards, Kind::Packed, Kind::Plain] {
        let site = Site::new(kind);
        site.run(&["resolve"]).exits(0);
        let lock = site.lock();
        site.server.clear_log();
        site.resolve_anew(&[]).exits(0);
        assert_eq!(site.lock(), lock);
        let log = site.server.log();
        let sent: u64 = log
            .iter()
            .filter(|exchange| exchange.status != Some(404))
            .map(|exchange| exchange.bytes)
            .sum();
        assert_eq!(sent, 0, "{kind:?}: {log:?}");
        let unchanged = log.iter().filter(|exchange| exchange.status == Some(304)).count();
        assert_eq!(unchanged, 2, "{kind:?}: {log:?}");
    }
}

#[test]
fn an_index_that_changed_is_noticed_even_if_the_server_says_it_lasts() {
    for kind in [Kind::Shards, Kind::Packed, Kind::Plain] {
        let site = Site::new(kind);
        site.server
            .rule(Rule::all(Behaviour::Serve).header("Cache-Control", "public, max-age=86400"));
        site.run(&["resolve"]).exits(0);
        site.publish(kind, &channel().package("libblas 3.11.0 0"));
        site.resolve_anew(&[]).exits(0);
        assert!(site.lock().contains("libblas-3.11.0-0"), "{kind:?}");
    }
}

#[test]
fn a_server_without_etags_works_too() {
    for kind in [Kind::Shards, Kind::Packed, Kind::Plain] {
        let site = Site::new(kind);
        site.server.rule(Rule::all(Behaviour::NoEtag));
        site.run(&["resolve"]).exits(0);
        let lock = site.lock();
        site.resolve_anew(&[]).exits(0);
        assert_eq!(site.lock(), lock);
    }
}

#[test]
fn offline_works_with_what_was_read_before_and_asks_nobody() {
    for kind in [Kind::Shards, Kind::Packed, Kind::Plain] {
        let site = Site::new(kind);
        let ran = site.run(&["resolve", "--offline"]).exits(6);
        assert!(ran.stderr.contains("was never fetched"), "{ran:?}");
        assert!(
            ran.stderr.contains("help: run once without `--offline`"),
            "{ran:?}"
        );
        assert!(site.server.log().is_empty());
        site.run(&["resolve"]).exits(0);
        let lock = site.lock();
        site.server.clear_log();
        site.server.stop();
        site.resolve_anew(&["--offline"]).exits(0);
        assert_eq!(site.lock(), lock);
        assert!(site.server.log().is_empty());
    }
}

#[test]
fn offline_says_which_shard_was_never_read() {
    let site = Site::new(Kind::Shards);
    site.run(&["resolve"]).exits(0);
    site.write(
        "specs/minimal/environment.yml",
        "channels: [forge, nodefaults]\ndependencies:\n  - unreachable\n",
    );
    let ran = site.run(&["resolve", "--offline"]).exits(6);
    assert!(
        ran.stderr.contains("`unreachable` of http://127.0.0.1"),
        "{ran:?}"
    );
}

#[test]
fn a_lock_that_serves_asks_nobody() {
    let site = Site::new(Kind::Shards);
    site.run(&["resolve"]).exits(0);
    site.server.clear_log();
    site.run(&["resolve"]).exits(0);
    site.run(&["resolve", "--check"]).exits(0);
    site.run(&["validate"]).exits(0);
    site.run(&["tiers"]).exits(0);
    assert!(site.server.log().is_empty());
}

#[test]
fn scripts_are_told_what_went_over_the_network() {
    let site = Site::new(Kind::Packed);
    let told = site.run(&["resolve", "--json"]).exits(0).json();
    let answers = site.server.log().into_iter();
    let sent: u64 = answers
        .filter(|exchange| exchange.status == Some(200))
        .map(|exchange| exchange.bytes)
        .sum();
    assert_eq!(told["transferred"]["bytes"], sent);
    assert!(told["transferred"]["requests"].as_u64().unwrap() >= 2);
}

#[test]
fn the_cache_stays_within_its_limit() {
    let site = Site::new(Kind::Packed);
    let mut command = site.command(&["resolve"]);
    run(command.env("PYIRON_LOCK_CACHE_LIMIT", "0")).exits(0);
    assert_eq!(super::files(&site.path("cache")), Vec::<String>::new());
    assert!(site.path(LOCK).exists());
}

#[test]
fn the_genuine_index_over_the_network_gives_the_locks_of_its_folder() {
    let Some(index) = real_index::index("the_genuine_index_over_the_network_gives_the_locks_of_its_folder")
    else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    write_shards_to(&index, &folder.path().join("shards/conda-forge")).unwrap();
    let shards = Server::start(&folder.path().join("shards"));
    let packed = Server::start(&index);
    let specs = index.parent().unwrap().join("real-specs");
    let mirrored = |name: &str, mirror: &str| {
        let condarc = folder.path().join(name);
        fs::write(
            &condarc,
            format!("mirrored_channels: {{ conda-forge: [\"{mirror}\"] }}\n"),
        )
        .unwrap();
        condarc
    };
    let sharded = mirrored("shards.yml", &format!("{}/conda-forge", shards.url()));
    let whole = mirrored("packed.yml", &packed.url());
    for (spec, platform) in [
        ("set-i.yml", "linux-64"),
        ("set-i.yml", "linux-aarch64"),
        ("set-i.yml", "osx-arm64"),
        ("set-i.yml", "win-64"),
        ("set-ii.yml", "linux-64"),
        ("set-iii.yml", "linux-64"),
    ] {
        let resolve = |name: &str, condarc: Option<&std::path::Path>| {
            let lock = folder.path().join(name);
            drop(fs::remove_file(&lock));
            let mut command = program();
            command
                .args(["resolve", "--platform", platform, "--output"])
                .arg(&lock)
                .arg("--file")
                .arg(specs.join(spec))
                .env(
                    "PYIRON_LOCK_CACHE_DIR",
                    folder.path().join(format!("cache-{name}")),
                );
            match condarc {
                Some(condarc) => command.env("CONDARC", condarc),
                None => command.arg(format!("--channel-source=conda-forge={}", index.display())),
            };
            run(&mut command).exits(0);
            fs::read_to_string(lock).unwrap()
        };
        let expected = resolve("from-folder", None);
        assert_eq!(
            resolve("from-shards", Some(&sharded)),
            expected,
            "{spec} on {platform}"
        );
        assert_eq!(
            resolve("from-packed", Some(&whole)),
            expected,
            "{spec} on {platform}"
        );
    }
}

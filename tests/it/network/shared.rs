//! A cache that others use as well, that is full, or whose run is stopped.

use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant},
};

use pyiron_lock_testkit::server::{Behaviour, Rule};

use super::{Kind, Site, channel, files};
use crate::support::{Mounted, run};

#[test]
fn several_runs_share_one_cache() {
    for kind in [Kind::Shards, Kind::Packed, Kind::Plain] {
        let site = Site::new(kind);
        // So slow that all of them are at it at once.
        site.server.rule(Rule::ending(
            ".zst",
            Behaviour::Drip {
                bytes: 60,
                every: Duration::from_millis(5),
            },
        ));
        let running: Vec<_> = (0..4)
            .map(|number| {
                let folder = format!("locks-{number}");
                let mut command = site.command(&["resolve", "--lock-dir", &folder]);
                command.stdout(Stdio::null()).stderr(Stdio::piped());
                (folder, command.spawn().unwrap())
            })
            .collect();
        let mut locks = Vec::new();
        for (folder, running) in running {
            let output = running.wait_with_output().unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{kind:?}: {stderr}");
            locks.push(site.read(&format!("{folder}/minimal/linux-64.lock")));
        }
        assert!(locks.iter().all(|lock| *lock == locks[0]));
        assert_eq!(site.litter(), Vec::<String>::new());
        site.server.stop();
        site.resolve_anew(&["--offline"]).exits(0);
        assert_eq!(site.lock(), locks[0]);
    }
}

#[test]
fn a_full_cache_disk_is_told_and_nothing_is_left_in_it() {
    for kind in [Kind::Shards, Kind::Packed, Kind::Plain] {
        let mut large = channel();
        for number in 0..400 {
            large = large.package(format!("python 3.11.{number} {:040}", number * 7919).as_str());
        }
        let site = Site::with(kind, &large);
        let cache = site.path("cache");
        let Some(_mounted) = Mounted::new(&cache, "size=32k") else {
            eprintln!(
                "a_full_cache_disk_is_told_and_nothing_is_left_in_it did not run: tmpfs cannot be mounted here"
            );
            return;
        };
        let ran = site.run(&["resolve"]).exits(6);
        assert!(
            ran.stderr.contains("there is no room left in the cache folder"),
            "{kind:?}: {ran:?}"
        );
        assert!(ran.stderr.contains("--cache-dir"), "{ran:?}");
        assert_eq!(site.litter(), Vec::<String>::new());
        assert!(!site.path("lockfiles/minimal/linux-64.lock").exists());
        site.run(&["resolve", "--cache-dir", "elsewhere"]).exits(0);
    }
}

#[test]
fn a_cache_that_cannot_be_written_is_told() {
    let site = Site::new(Kind::Shards);
    site.write("cache", "a file");
    let ran = site.run(&["resolve"]).exits(6);
    assert!(ran.stderr.contains("the cache folder"), "{ran:?}");
    assert!(ran.stderr.contains("cannot be used"), "{ran:?}");
}

#[test]
fn a_cache_that_was_damaged_is_read_anew() {
    for kind in [Kind::Shards, Kind::Packed, Kind::Plain] {
        let site = Site::new(kind);
        site.run(&["resolve"]).exits(0);
        let lock = site.lock();
        for name in files(&site.path("cache/mirrors")) {
            // A cut, as a crash of the machine may leave it; shards are written whole or not at all.
            if !name.contains("shards-v") {
                let bytes = fs::read(&name).unwrap();
                fs::write(&name, &bytes[..bytes.len() / 2]).unwrap();
            }
        }
        site.resolve_anew(&[]).exits(0);
        assert_eq!(site.lock(), lock, "{kind:?}");
    }
}

#[test]
fn stopping_a_run_that_waits_for_a_server_works_at_once() {
    let site = Site::new(Kind::Shards);
    site.index_rule(&Behaviour::Stall(Duration::from_secs(60)), None);
    let mut command = site.command(&["resolve"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let running = command.spawn().unwrap();
    while site.server.log().is_empty() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let started = Instant::now();
    let mut kill = std::process::Command::new("kill");
    assert!(
        kill.args(["-INT", &running.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    let output = running.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(String::from_utf8_lossy(&output.stderr).contains("interrupted"));
    site.server.clear_rules();
    run(&mut site.command(&["resolve"])).exits(0);
}

//! What goes wrong on the way: each ends in one clear message, the right exit code, and a cache that the next run
//! can use.

use std::time::{Duration, Instant};

use pyiron_lock_testkit::server::{Behaviour, Rule};

use super::{Kind, LOCK, Site};
use crate::support::{Ran, run};

const KINDS: [Kind; 3] = [Kind::Shards, Kind::Packed, Kind::Plain];

/// Fails unless the run ended for want of an index, said so in one error, and left nothing behind that stops the next.
#[track_caller]
fn fails(site: &Site, ran: Ran, told: &str, help: &str) {
    let ran = ran.exits(6);
    assert_eq!(ran.stderr.matches("error:").count(), 1, "{ran:?}");
    assert!(ran.stderr.contains(told), "`{told}` is missing: {ran:?}");
    assert!(ran.stderr.contains(help), "`{help}` is missing: {ran:?}");
    assert!(!site.path(LOCK).exists());
    assert_eq!(site.litter(), Vec::<String>::new());
    site.server.clear_rules();
    site.run(&["resolve"]).exits(0);
}

#[test]
fn a_transfer_that_is_cut_is_repeated() {
    for kind in KINDS {
        let site = Site::new(kind);
        site.index_rule(&Behaviour::Cut { after: 40 }, Some(1));
        site.server
            .rule(Rule::holding("/shards/", Behaviour::Cut { after: 10 }).times(1));
        site.run(&["resolve"]).exits(0);
        assert_eq!(site.litter(), Vec::<String>::new());
    }
}

#[test]
fn a_transfer_that_is_always_cut_is_told() {
    for kind in [Kind::Shards, Kind::Packed] {
        let site = Site::new(kind);
        site.index_rule(&Behaviour::Cut { after: 40 }, None);
        fails(&site, site.run(&["resolve"]), "ends before its end", "--offline");
    }
    let site = Site::new(Kind::Shards);
    site.server
        .rule(Rule::holding("/shards/", Behaviour::CutChunked { after: 10 }));
    let ran = site.run(&["resolve"]);
    fails(&site, ran, "ends before its end (2 attempts)", "try again later");
}

#[test]
fn a_server_that_hangs_up_is_told() {
    let site = Site::new(Kind::Shards);
    site.server.rule(Rule::all(Behaviour::HangUp));
    fails(
        &site,
        site.run(&["resolve"]),
        "ends before its end",
        "try again later",
    );
}

#[test]
fn a_channel_that_is_not_there_is_told() {
    for kind in KINDS {
        let site = Site::new(kind);
        site.server
            .rule(Rule::holding("/noarch/", Behaviour::Status(404)));
        let ran = site.run(&["resolve"]);
        fails(
            &site,
            ran,
            "there is no channel at http://127.0.0.1",
            "check the name of the channel",
        );
    }
}

#[test]
fn a_subdir_that_is_not_there_is_empty() {
    for kind in KINDS {
        let site = Site::new(kind);
        site.server
            .rule(Rule::holding("/linux-64/", Behaviour::Status(404)));
        let ran = site.run(&["resolve"]).exits(3);
        assert!(ran.stdout.contains("error[package-not-found]"), "{ran:?}");
        assert!(ran.stdout.contains("`numpy`"), "{ran:?}");
    }
}

#[test]
fn an_answer_that_forbids_is_told_at_once() {
    for kind in KINDS {
        let site = Site::new(kind);
        site.index_rule(&Behaviour::Status(403), None);
        let ran = site.run(&["resolve"]);
        let refused = site
            .server
            .log()
            .into_iter()
            .filter(|exchange| exchange.status == Some(403));
        assert!(refused.count() <= 2, "{:?}", site.server.log());
        fails(
            &site,
            ran,
            "the server answers 403 Forbidden for http://127.0.0.1",
            "~/.netrc",
        );
    }
}

#[test]
fn a_server_in_trouble_is_asked_again() {
    for kind in KINDS {
        for status in [429, 500, 503] {
            let site = Site::new(kind);
            site.index_rule(&Behaviour::Status(status), Some(1));
            site.server
                .rule(Rule::holding("/shards/", Behaviour::Status(status)).times(1));
            site.run(&["resolve"]).exits(0);
        }
        let site = Site::new(kind);
        site.index_rule(&Behaviour::Status(503), None);
        fails(
            &site,
            site.run(&["resolve"]),
            "the server answers 503 Service Unavailable",
            "(2 attempts)",
        );
    }
}

#[test]
fn redirects_are_followed_but_not_for_ever() {
    for kind in KINDS {
        let site = Site::new(kind);
        let other = Site::new(kind);
        site.server.rule(Rule::all(Behaviour::Mirror(other.server.url())));
        site.run(&["resolve"]).exits(0);
        assert!(!other.server.log().is_empty());
    }
    let site = Site::new(Kind::Packed);
    let itself = format!("{}/forge/noarch/repodata.json.zst", site.server.url());
    site.server.rule(Rule::ending(
        "/noarch/repodata.json.zst",
        Behaviour::Redirect(itself),
    ));
    let ran = site.run(&["resolve"]);
    fails(
        &site,
        ran,
        "leads on and on, or back to itself",
        "check the address",
    );
}

#[test]
fn a_page_in_the_place_of_an_index_is_refused_and_not_kept() {
    let page = |content_type: &str| Behaviour::Page {
        content_type: content_type.to_owned(),
        body: b"<!doctype html><title>Please log in</title>".to_vec(),
    };
    for kind in KINDS {
        for content_type in ["text/html; charset=utf-8", "application/octet-stream"] {
            let site = Site::new(kind);
            site.index_rule(&page(content_type), None);
            fails(
                &site,
                site.run(&["resolve"]),
                "is not an index: it is",
                "a proxy or a login page may have answered",
            );
        }
    }
}

#[test]
fn an_index_that_is_damaged_is_refused_and_not_kept() {
    let site = Site::new(Kind::Plain);
    site.index_rule(&Behaviour::Body(b"{\"packages\": {\"a\": ".to_vec()), None);
    fails(
        &site,
        site.run(&["resolve"]),
        "is not an index",
        "open the address",
    );
    let site = Site::new(Kind::Shards);
    let nonsense = zstd::encode_all(&b"nonsense"[..], 3).unwrap();
    site.index_rule(&Behaviour::Body(nonsense), None);
    fails(
        &site,
        site.run(&["resolve"]),
        "is not an index",
        "open the address",
    );
}

#[test]
fn a_shard_with_other_bytes_is_refused() {
    let site = Site::new(Kind::Shards);
    let other = zstd::encode_all(&b"other bytes"[..], 3).unwrap();
    site.server
        .rule(Rule::holding("/linux-64/shards/", Behaviour::Body(other)));
    fails(
        &site,
        site.run(&["resolve"]),
        "has other bytes than its index says",
        "nothing of it was used",
    );
}

#[test]
fn an_index_that_unpacks_without_end_is_refused() {
    let bomb = zstd::encode_all(std::io::Read::take(std::io::repeat(b' '), 1 << 31), 3).unwrap();
    let site = Site::new(Kind::Packed);
    let whole = Behaviour::Body(bomb.clone());
    site.server
        .rule(Rule::ending("/linux-64/repodata.json.zst", whole));
    let ran = site.run(&["resolve"]);
    fails(
        &site,
        ran,
        "holds more than 1073741824 bytes",
        "nothing of it was used",
    );
    let site = Site::new(Kind::Shards);
    site.index_rule(&Behaviour::Body(bomb), None);
    let ran = site.run(&["resolve"]);
    fails(
        &site,
        ran,
        "holds more than 268435456 bytes",
        "nothing of it was used",
    );
}

#[test]
fn a_server_that_is_silent_is_waited_for_only_so_long() {
    for kind in KINDS {
        let site = Site::new(kind);
        site.index_rule(&Behaviour::Stall(Duration::from_secs(60)), None);
        let started = Instant::now();
        let mut command = site.command(&["resolve"]);
        command
            .env("PYIRON_LOCK_HTTP_TIMEOUT", "0.3")
            .env("PYIRON_LOCK_HTTP_RETRIES", "0");
        let ran = run(&mut command);
        assert!(started.elapsed() < Duration::from_secs(30), "{kind:?}");
        fails(
            &site,
            ran,
            "no answer for 0.3 s from http://127.0.0.1",
            "PYIRON_LOCK_HTTP_TIMEOUT",
        );
    }
}

#[test]
fn a_server_that_is_slow_but_not_silent_is_waited_for() {
    let site = Site::new(Kind::Packed);
    let drip = Behaviour::Drip {
        bytes: 40,
        every: Duration::from_millis(60),
    };
    site.index_rule(&drip, None);
    let mut command = site.command(&["resolve"]);
    run(command.env("PYIRON_LOCK_HTTP_TIMEOUT", "0.5")).exits(0);
}

#[test]
fn a_server_that_is_gone_is_told() {
    let site = Site::new(Kind::Shards);
    site.server.stop();
    let ran = site.run(&["resolve"]).exits(6);
    assert!(
        ran.stderr.contains("cannot be reached: Connection refused"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("(2 attempts)"), "{ran:?}");
    assert!(
        ran.stderr
            .contains("`--offline` works with what was fetched before"),
        "{ran:?}"
    );
}

#[test]
fn a_wrong_setting_is_told_before_anybody_is_asked() {
    let site = Site::new(Kind::Shards);
    for (name, value) in [
        ("PYIRON_LOCK_HTTP_TIMEOUT", "soon"),
        ("PYIRON_LOCK_HTTP_RETRIES", "-1"),
        ("PYIRON_LOCK_CACHE_LIMIT", "all"),
    ] {
        let ran = run(site.command(&["resolve"]).env(name, value)).exits(2);
        assert!(ran.stderr.contains(name), "{ran:?}");
    }
    let mut command = site.command(&["resolve"]);
    command.env_remove("PYIRON_LOCK_CACHE_DIR");
    let ran = run(&mut command).exits(6);
    assert!(ran.stderr.contains("HOME is not set"), "{ran:?}");
    assert!(site.server.log().is_empty());
}

#[test]
fn a_system_without_certificates_is_told() {
    let site = Site::new(Kind::Shards);
    let manifest = site.read("specs/tiers.yml").replace("http://127", "https://127");
    site.write("specs/tiers.yml", &manifest);
    site.write("none.pem", "");
    let mut command = site.command(&["resolve"]);
    let ran = run(command.env("SSL_CERT_FILE", site.path("none.pem"))).exits(6);
    assert!(
        ran.stderr.contains("this system has no certificates to trust"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("ca-certificates"), "{ran:?}");
}

//! Archives over the network: every way a transfer can fail ends in the whole release or in none of it.

use std::fs;

use pyiron_lock_testkit::server::{Behaviour, Rule, Server};

use super::Site;

/// A site whose channel is on a server.
fn site() -> (Site, Server) {
    let site = Site::new();
    let server = Server::start(&site.project.path("channel"));
    let manifest = site.project.read("specs/tiers.yml");
    let manifest = manifest.replace("path: ../channel", &format!("mirror: \"{}\"", server.url()));
    site.project.write("specs/tiers.yml", &manifest);
    server.clear_log();
    (site, server)
}

fn install(site: &Site) -> crate::support::Ran {
    let mut command = site.command(&["install", "one"]);
    command
        .env("PYIRON_LOCK_HTTP_TIMEOUT", "2")
        .env("PYIRON_LOCK_HTTP_RETRIES", "2");
    crate::support::run(&mut command)
}

#[test]
fn archives_come_from_the_mirror() {
    let (site, server) = site();
    install(&site).exits(0);
    let asked: Vec<String> = server.log().into_iter().map(|exchange| exchange.path).collect();
    assert_eq!(asked.len(), 4, "{asked:?}");
    assert!(
        asked.contains(&"/noarch/tool-1.0-py_0.conda".to_owned()),
        "{asked:?}"
    );
    let record = fs::read_to_string(site.base().join("current/conda-meta/tool-1.0-py_0.json")).unwrap();
    assert!(
        record.contains("https://forge.invalid/noarch/tool-1.0-py_0.conda"),
        "{record}"
    );
}

#[test]
fn a_transfer_that_is_cut_goes_on() {
    let (site, server) = site();
    for (after, path) in [(0, "/python"), (100, "/libs"), (300, "/tool"), (100, "/greet")] {
        server.rule(Rule::holding(path, Behaviour::Cut { after }).times(2));
    }
    install(&site).exits(0);
    assert_eq!(site.generations().len(), 1);
}

#[test]
fn a_server_that_fails_leaves_what_was_there() {
    let (site, server) = site();
    install(&site).exits(0);
    let first = site.current();
    site.project
        .write("specs/one/environment.yml", &super::environment(2));
    site.project
        .command(&["resolve"])
        .env("PYIRON_LOCK_CACHE_DIR", site.project.path("cache"))
        .status()
        .unwrap();
    for (behaviour, told) in [
        (Behaviour::Cut { after: 10 }, "ends before its end"),
        (Behaviour::HangUp, "ends before its end"),
        (Behaviour::Status(503), "503"),
        (Behaviour::Status(404), "404"),
        (Behaviour::Status(403), "403"),
    ] {
        server.rule(Rule::holding("/tool", behaviour));
        let ran = install(&site).exits(6);
        assert!(ran.stderr.contains(told), "{told}: {ran:?}");
        assert_eq!(site.current(), first);
        assert_eq!(site.generations().len(), 1);
        site.is_tidy();
        server.clear_rules();
    }
    let archive = site.project.path("channel/noarch/tool-2.0-py_0.conda");
    let good = fs::read(&archive).unwrap();
    let mut longer = good.clone();
    longer.extend(vec![0; 1 << 20]);
    fs::write(&archive, &longer).unwrap();
    let ran = install(&site).exits(6);
    assert!(ran.stderr.contains("it has more than"), "{ran:?}");
    let mut other = good.clone();
    other[50] ^= 1;
    fs::write(&archive, &other).unwrap();
    let ran = install(&site).exits(6);
    assert!(ran.stderr.contains("it has another sha256"), "{ran:?}");
    fs::write(&archive, &good).unwrap();
    server.clear_log();
    install(&site).exits(0);
    let asked: Vec<String> = server.log().into_iter().map(|exchange| exchange.path).collect();
    assert_eq!(
        asked,
        ["/noarch/tool-2.0-py_0.conda"],
        "what was whole is not fetched again"
    );
}

#[test]
fn offline_asks_nobody() {
    let (site, server) = site();
    let ran = site.install(&["--offline"]).exits(6);
    assert!(ran.stderr.contains("was never fetched"), "{ran:?}");
    assert!(server.log().is_empty());
    install(&site).exits(0);
    server.clear_log();
    site.install(&["--offline"]).exits(0);
    assert!(server.log().is_empty());
}

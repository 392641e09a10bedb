//! Mirrors and credentials: who is asked, as whom, and that nobody else learns of it.

use pyiron_lock_testkit::server::{Behaviour, Rule};

use super::{Kind, Site, nowhere};
use crate::support::run;

const SECRET: &str = "s3cr3t-pass";

fn basic() -> Rule {
    Rule::all(Behaviour::RequireBasic {
        user: "me".to_owned(),
        password: SECRET.to_owned(),
    })
}

#[test]
fn a_netrc_file_says_who_to_be() {
    for kind in [Kind::Shards, Kind::Packed, Kind::Plain] {
        let site = Site::new(kind);
        site.server.rule(basic());
        site.write(
            "netrc",
            &format!("machine 127.0.0.1\nlogin me\npassword {SECRET}\n"),
        );
        let ran = site.run(&["resolve"]).exits(6);
        assert!(
            ran.stderr.contains("the server answers 401 Unauthorized"),
            "{ran:?}"
        );
        assert!(ran.stderr.contains("~/.netrc"), "{ran:?}");
        let ran = run(site.command(&["resolve"]).env("NETRC", site.path("netrc"))).exits(0);
        nowhere(&site, &ran, SECRET);
        let mut command = site.command(&["update", "--json"]);
        let ran = run(command.env("NETRC", site.path("netrc"))).exits(0);
        nowhere(&site, &ran, SECRET);
    }
}

#[test]
fn the_netrc_file_of_the_home_folder_counts() {
    let site = Site::new(Kind::Shards);
    site.server.rule(basic());
    site.write(
        "home/.netrc",
        &format!("machine 127.0.0.1 login me password {SECRET}\n"),
    );
    run(site.command(&["resolve"]).env("HOME", site.path("home"))).exits(0);
}

#[test]
fn a_netrc_file_that_cannot_be_read_is_told_without_its_words() {
    let site = Site::new(Kind::Shards);
    site.write(
        "netrc",
        &format!("machine 127.0.0.1 login me passphrase {SECRET}\n"),
    );
    let ran = run(site.command(&["resolve"]).env("NETRC", site.path("netrc"))).exits(0);
    assert!(
        ran.stderr.contains("netrc cannot be read as a netrc file"),
        "{ran:?}"
    );
    nowhere(&site, &ran, SECRET);
}

#[test]
fn the_environment_says_who_to_be() {
    let site = Site::new(Kind::Shards);
    site.server.rule(basic());
    let mut command = site.command(&["resolve"]);
    command
        .env("PYIRON_LOCK_USER_FORGE", "me")
        .env("PYIRON_LOCK_PASSWORD_FORGE", SECRET);
    let ran = run(&mut command).exits(0);
    nowhere(&site, &ran, SECRET);

    let site = Site::new(Kind::Packed);
    site.server
        .rule(Rule::all(Behaviour::RequireBearer(SECRET.to_owned())));
    let mut command = site.command(&["resolve"]);
    let ran = run(command.env("PYIRON_LOCK_TOKEN_FORGE", SECRET)).exits(0);
    nowhere(&site, &ran, SECRET);
}

#[test]
fn half_of_a_credential_is_told_and_nobody_is_asked() {
    let site = Site::new(Kind::Shards);
    let mut command = site.command(&["resolve"]);
    let ran = run(command.env("PYIRON_LOCK_PASSWORD_FORGE", SECRET)).exits(2);
    assert!(ran.stderr.contains("in part only"), "{ran:?}");
    assert!(ran.stderr.contains("PYIRON_LOCK_USER_FORGE"), "{ran:?}");
    assert!(!ran.stderr.contains(SECRET), "{ran:?}");
    assert!(site.server.log().is_empty());
}

#[test]
fn a_wrong_password_is_not_repeated_to_the_user() {
    let site = Site::new(Kind::Shards);
    site.server.rule(basic());
    let mut command = site.command(&["resolve"]);
    command
        .env("PYIRON_LOCK_USER_FORGE", "me")
        .env("PYIRON_LOCK_PASSWORD_FORGE", "wr0ng-pass");
    let ran = run(&mut command).exits(6);
    assert!(ran.stderr.contains("401 Unauthorized"), "{ran:?}");
    assert!(!ran.stderr.contains("wr0ng-pass"), "{ran:?}");
}

#[test]
fn a_password_does_not_follow_a_redirect_to_another_host() {
    let site = Site::new(Kind::Shards);
    let other = Site::new(Kind::Shards);
    let elsewhere = other.server.url().replace("127.0.0.1", "localhost");
    site.server.rule(Rule::all(Behaviour::Mirror(elsewhere)));
    let mut command = site.command(&["resolve"]);
    command
        .env("PYIRON_LOCK_USER_FORGE", "me")
        .env("PYIRON_LOCK_PASSWORD_FORGE", SECRET);
    run(&mut command).exits(0);
    assert!(
        site.server
            .log()
            .iter()
            .all(|exchange| exchange.header("authorization").is_some())
    );
    let log = other.server.log();
    assert!(
        !log.is_empty()
            && log
                .iter()
                .all(|exchange| exchange.header("authorization").is_none())
    );
}

#[test]
fn a_proxy_of_the_environment_is_asked_unless_no_proxy_names_the_host() {
    let site = Site::new(Kind::Shards);
    let address = format!("{}/forge", site.server.url());
    let manifest = site.read("specs/tiers.yml");
    site.write(
        "specs/tiers.yml",
        &manifest.replace(&address, "http://behind.invalid/forge"),
    );
    let mut command = site.command(&["resolve"]);
    command
        .env("HTTP_PROXY", site.server.url())
        .env("NO_PROXY", "behind.invalid");
    let ran = run(&mut command).exits(6);
    assert!(ran.stderr.contains("cannot be reached"), "{ran:?}");
    assert!(site.server.log().is_empty());
    run(site.command(&["resolve"]).env("HTTP_PROXY", site.server.url())).exits(0);
    assert!(!site.server.log().is_empty());
}

#[test]
fn a_mirror_is_read_and_the_lock_names_the_channel() {
    let site = Site::new(Kind::Shards);
    site.run(&["resolve"]).exits(0);
    let lock = site.lock();
    assert!(lock.contains("https://forge.invalid/noarch/six-1.17.0-py_0.conda"));
    assert!(!lock.contains("127.0.0.1"));
}

#[test]
fn the_configuration_of_conda_leads_to_a_mirror_and_that_is_said() {
    let site = Site::new(Kind::Shards);
    site.write(
        "environment.yml",
        "channels: [forge, nodefaults]\ndependencies:\n  - numpy\n",
    );
    let resolve = |condarc: &str| {
        site.write("home/.condarc", condarc);
        drop(std::fs::remove_file(site.path("e.lock")));
        let arguments = [
            "resolve",
            "--file",
            "environment.yml",
            "--platform",
            "linux-64",
            "--output",
            "e.lock",
        ];
        run(site.command(&arguments).env("HOME", site.path("home")))
    };
    let server = site.server.url();
    let with_password = server.replace("http://", &format!("http://me:{SECRET}@"));
    site.server.rule(basic());
    for condarc in [
        format!("# ours\nchannel_alias: {with_password}\nchannels:\n  - defaults\nssl_verify: true\n"),
        format!("custom_channels:\n  forge: {with_password}\n"),
        format!("mirrored_channels:\n  forge:\n    - {with_password}/forge\n"),
    ] {
        let ran = resolve(&condarc).exits(0);
        let note = format!("note: channel `forge` is read from {server}/forge, as home/.condarc says");
        assert!(ran.stderr.contains(&note), "{ran:?}");
        assert!(
            site.read("e.lock")
                .contains("https://conda.anaconda.org/forge/linux-64/numpy-2.3.4-0.conda")
        );
        nowhere(&site, &ran, SECRET);
        assert!(!site.read("e.lock").contains("127.0.0.1"));
    }
    let ran = resolve("channel_alias: [\n");
    assert!(
        ran.stderr
            .contains("note: home/.condarc cannot be read, it does not count"),
        "{ran:?}"
    );
}

#[test]
fn a_manifest_may_not_hold_a_password() {
    let site = Site::new(Kind::Shards);
    let manifest = site.read("specs/tiers.yml");
    site.write(
        "specs/tiers.yml",
        &manifest.replace("http://127", &format!("http://me:{SECRET}@127")),
    );
    let ran = site.run(&["resolve"]).exits(2);
    assert!(ran.stdout.contains("error[channel-secret]"), "{ran:?}");
    assert!(!ran.stdout.contains(SECRET), "{ran:?}");
    assert!(site.server.log().is_empty());
}

//! Archives over the network, and every way in which that fails: nothing is left behind.

use std::{fs, path::PathBuf, time::Duration};

use pyiron_lock_testkit::server::{Behaviour, Rule, Server};

use super::{bundled, names, project};
use crate::support::{Project, Ran, run};

/// A project whose channel is on a server of this machine only.
struct Site {
    project: Project,
    server: Server,
    /// What the bundle has to be.
    expected: Vec<u8>,
}

impl Site {
    fn new() -> Self {
        let project = project();
        let expected = fs::read(bundled(&project)).unwrap();
        fs::remove_file(project.path("minimal.tar")).unwrap();
        fs::create_dir(project.path("out")).unwrap();
        let server = Server::start(&project.path("channel"));
        let manifest = project.read("specs/tiers.yml");
        let mirror = format!("mirror: \"{}\"", server.url());
        project.write("specs/tiers.yml", &manifest.replace("path: ../channel", &mirror));
        Self {
            project,
            server,
            expected,
        }
    }

    fn out(&self) -> PathBuf {
        self.project.path("out")
    }

    fn bundle(&self) -> Ran {
        let mut command = self
            .project
            .command(&["bundle", "minimal", "-o", "out/minimal.tar"]);
        command
            .env("PYIRON_LOCK_HTTP_RETRIES", "1")
            .env("PYIRON_LOCK_HTTP_TIMEOUT", "1");
        run(&mut command)
    }

    #[track_caller]
    fn succeeds(&self) {
        self.bundle().exits(0);
        assert_eq!(fs::read(self.out().join("minimal.tar")).unwrap(), self.expected);
        assert_eq!(names(&self.out()), ["minimal.tar"]);
    }

    #[track_caller]
    fn fails(&self, told: &str) {
        let ran = self.bundle().exits(6);
        assert!(ran.stderr.contains(told), "{told}: {ran:?}");
        assert_eq!(names(&self.out()), [""; 0], "{told}");
    }
}

const ONE: &str = "numpy-2.3.4-0.conda";

#[test]
fn archives_come_from_the_mirror_of_their_channel() {
    let site = Site::new();
    site.succeeds();
    let log = site.server.log();
    assert_eq!(log.len(), 4, "{log:?}");
}

#[test]
fn what_fails_once_is_tried_again() {
    let site = Site::new();
    for behaviour in [
        Behaviour::Status(503),
        Behaviour::Cut { after: 1000 },
        Behaviour::CutChunked { after: 1000 },
        Behaviour::HangUp,
        Behaviour::Stall(Duration::from_secs(3)),
    ] {
        site.server.rule(Rule::ending(ONE, behaviour).times(1));
        site.succeeds();
        fs::remove_file(site.out().join("minimal.tar")).unwrap();
    }
}

#[test]
fn a_lost_connection_leaves_nothing() {
    let site = Site::new();
    for (behaviour, told) in [
        (Behaviour::Cut { after: 1000 }, "ends before its end (2 attempts)"),
        (Behaviour::CutChunked { after: 1000 }, "ends before its end"),
        (Behaviour::Status(503), "answers 503"),
        (Behaviour::Status(404), "answers 404"),
        (Behaviour::Status(401), "answers 401"),
    ] {
        site.server.rule(Rule::ending(ONE, behaviour));
        site.fails(told);
        site.server.clear_rules();
    }
    // Others that were asked for at the same time may be the first to miss the server.
    site.server.rule(Rule::ending(ONE, Behaviour::Gone));
    site.fails("(2 attempts)");
}

#[test]
fn other_bytes_are_not_taken() {
    let site = Site::new();
    let size = fs::read(site.project.path("channel/linux-64").join(ONE))
        .unwrap()
        .len();
    for (behaviour, told) in [
        (Behaviour::Body(vec![b'x'; size]), "it has another sha256"),
        (Behaviour::Body(vec![b'x'; size + 1]), "it has more than"),
        (Behaviour::Body(vec![b'x'; size - 1]), "ends before its end"),
        (
            Behaviour::Page {
                content_type: "text/html; charset=utf-8".to_owned(),
                body: b"<html>log in</html>".to_vec(),
            },
            "it is a web page",
        ),
    ] {
        site.server.rule(Rule::ending(ONE, behaviour));
        site.fails(told);
        site.server.clear_rules();
    }
    site.succeeds();
}

#[test]
fn users_and_passwords_come_from_the_environment_and_are_not_told() {
    let site = Site::new();
    site.server.rule(Rule::all(Behaviour::RequireBasic {
        user: "ada".to_owned(),
        password: "pass-word".to_owned(),
    }));
    site.fails("answers 401");
    let mut command = site
        .project
        .command(&["bundle", "minimal", "-o", "out/minimal.tar"]);
    command
        .env("PYIRON_LOCK_USER_FORGE", "ada")
        .env("PYIRON_LOCK_PASSWORD_FORGE", "pass-word");
    let ran = run(&mut command).exits(0);
    assert!(!ran.stderr.contains("pass-word"), "{ran:?}");
    let bytes = fs::read(site.out().join("minimal.tar")).unwrap();
    assert_eq!(bytes, site.expected);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_with_130_and_leaves_nothing() {
    let site = Site::new();
    site.server.rule(Rule::ending(
        ONE,
        Behaviour::Drip {
            bytes: 20,
            every: Duration::from_millis(100),
        },
    ));
    let mut child = site
        .project
        .command(&["bundle", "minimal", "-o", "out/minimal.tar", "--quiet"])
        .spawn()
        .unwrap();
    while !site.server.log().iter().any(|exchange| exchange.bytes > 100) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(names(&site.out()), [""; 0]);
}

//! What `verify` found, as the writers of other formats take it: borrowed and in one order. Knows no format.

use pyiron_lock_conform::{
    Judged, Report, Scope, Waived,
    data::{Waiver, Waivers},
};
use pyiron_lock_core::{Code, Finding, Origin, PlatformName, TierName};

/// Everything that a run of `verify` found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Results<'r> {
    /// The locks that were looked for, in the order to show them.
    pub(crate) locks: &'r [LockSeen<'r>],
    /// The configurations that were checked.
    pub(crate) configs: &'r [ConfigSeen<'r>],
    /// What was asked of each lock besides its targets.
    pub(crate) families: &'r [Family<'r>],
    /// What is wrong with the specs and the files of `conformance/`.
    pub(crate) specs: &'r [Finding],
    /// The cells and the findings that stand.
    pub(crate) report: &'r Report,
    /// The findings that were set aside.
    pub(crate) waived: &'r [Waived],
    /// The waivers that set them aside.
    pub(crate) waivers: &'r Waivers,
}

/// A lock that was looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LockSeen<'r> {
    /// Its file.
    pub(crate) path: &'r str,
    /// Its name in the matrix: the tier, or the file of a lock without one.
    pub(crate) label: &'r str,
    /// The tier, where there is one.
    pub(crate) tier: Option<&'r str>,
    /// The platform.
    pub(crate) platform: &'r str,
    /// Whether specs ask for it.
    pub(crate) asked: bool,
    /// Whether it was read.
    pub(crate) read: bool,
}

/// A configuration that was checked.
#[derive(Debug, Clone)]
pub(crate) struct ConfigSeen<'r> {
    /// What was named.
    pub(crate) path: &'r str,
    /// Its files.
    pub(crate) files: Vec<&'r str>,
}

/// Checks of one kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Family<'r> {
    /// The name to show.
    pub(crate) name: &'r str,
    /// The codes of its findings.
    pub(crate) codes: &'r [Code],
    /// Whether it compares a lock with its specs; otherwise it looks at the lock alone.
    pub(crate) of_specs: bool,
}

/// A finding with all that belongs to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct One<'r> {
    /// The finding.
    pub(crate) finding: &'r Finding,
    /// What it is about; nothing for the specs themselves.
    pub(crate) scope: Option<&'r Scope>,
    /// The waiver that sets it aside.
    pub(crate) waiver: Option<&'r Waiver>,
}

impl<'r> Results<'r> {
    /// Returns every finding: those of the specs, those that stand, those set aside.
    pub(crate) fn all(&self) -> Vec<One<'r>> {
        let one = |judged: &'r Judged, waiver| One {
            finding: &judged.finding,
            scope: Some(&judged.scope),
            waiver,
        };
        let specs = self.specs.iter().map(|finding| One {
            finding,
            scope: None,
            waiver: None,
        });
        let standing = self.report.judged.iter().map(|judged| one(judged, None));
        let waived = self.waived.iter();
        let waived = waived.map(|waived| one(&waived.judged, self.waivers.all.get(waived.waiver)));
        specs.chain(standing).chain(waived).collect()
    }

    /// Returns the configuration that a finding is about: the one that holds its first place.
    pub(crate) fn config_of(&self, one: &One<'_>) -> Option<&'r ConfigSeen<'r>> {
        let name = one.finding.origins.first()?.source.name();
        self.configs.iter().find(|config| config.files.contains(&name))
    }

    /// Returns the lock that a finding is about.
    pub(crate) fn lock_of(&self, one: &One<'_>) -> Option<&'r LockSeen<'r>> {
        let platform = one.platform()?;
        let name = one.scope?.lock.as_deref();
        self.locks.iter().find(|lock| {
            lock.tier == one.tier() && lock.platform == platform && name.is_none_or(|name| name == lock.label)
        })
    }
}

impl<'r> One<'r> {
    /// Returns the tier.
    pub(crate) fn tier(&self) -> Option<&'r str> {
        self.scope?.tier.as_ref().map(TierName::as_str)
    }

    /// Returns the platform.
    pub(crate) fn platform(&self) -> Option<&'r str> {
        self.scope?.platform.as_ref().map(PlatformName::as_str)
    }

    /// Returns the target.
    pub(crate) fn target(&self) -> Option<&'r str> {
        self.scope?.target.as_deref()
    }

    /// Returns the package.
    pub(crate) fn package(&self) -> Option<&'r str> {
        self.scope?.package.as_deref()
    }

    /// Returns what it is about, each with its kind.
    pub(crate) fn about(&self) -> Vec<(&'static str, &'r str)> {
        let parts = [
            ("tier", self.tier()),
            ("platform", self.platform()),
            ("target", self.target()),
            ("package", self.package()),
        ];
        parts
            .into_iter()
            .filter_map(|(kind, name)| Some((kind, name?)))
            .collect()
    }

    /// Returns the headline, what else is known and the way out, a line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![visible(&self.finding.message)];
        lines.extend(self.finding.notes.iter().map(|note| visible(note)));
        let help = self.finding.help.as_ref();
        lines.extend(help.map(|help| format!("help: {}", visible(help))));
        lines
    }
}

/// Returns the words of a waiver, one line.
pub(crate) fn waiver_text(waiver: &Waiver) -> String {
    format!(
        "waived by {} until {}: {}",
        visible(&waiver.owner),
        waiver.until.value,
        visible(&waiver.reason)
    )
}

/// Returns `file:line:column` of a place.
pub(crate) fn place_text(origin: &Origin) -> String {
    let position = origin.source.position(origin.span.start);
    let file = visible(relative(origin.source.name()));
    format!("{file}:{}:{}", position.line, position.column)
}

/// Returns a file name that says nothing about where this machine keeps its files: the last part of an absolute one.
pub(crate) fn relative(name: &str) -> &str {
    let drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
    if drive || name.starts_with(['/', '\\']) {
        name.rsplit(['/', '\\']).next().unwrap_or(name)
    } else {
        name
    }
}

/// Returns text in which characters that act on a screen, or change the order of what is read, are spelt out.
pub(crate) fn visible(text: &str) -> String {
    let acts = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
            || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if acts(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
pub(crate) mod testing {
    //! A small project that has a bit of everything, and one whose names are hostile.

    use pyiron_lock_conform::{Cell, State};
    use pyiron_lock_core::{Severity, SourceFile, Span};

    use super::*;

    pyiron_lock_core::codes! {
        TOO_NEW = "test-too-new", Error, "something is too new", "What *is* too new, and what to do.";
        TOO_LARGE = "test-too-large", Warning, "something is too large", "Make it smaller.";
        STALE = "test-stale", Error, "a lock is stale", "Resolve again.";
        MISSPELT = "test-misspelt", Note, "a word is misspelt", "Spell it.";
    }

    /// Owns what `Results` borrows.
    pub(crate) struct Sample {
        specs: Vec<Finding>,
        report: Report,
        waived: Vec<Waived>,
        waivers: Waivers,
        /// What the hostile package, target and file are called; plain words otherwise.
        package: String,
        target: String,
        file: String,
    }

    const FAMILIES: &[Family<'_>] = &[
        Family {
            name: "sound",
            codes: &[TOO_LARGE],
            of_specs: false,
        },
        Family {
            name: "current",
            codes: &[STALE],
            of_specs: true,
        },
    ];

    impl Sample {
        /// Everything in order.
        pub(crate) fn plain() -> Self {
            Self::named("numpy", "raven", "lockfiles/md/linux-64.lock")
        }

        /// Names that try to break out of every format.
        pub(crate) fn hostile() -> Self {
            let package =
                "`|\\|</td>]]>&\"'<script>@all #1 https://evil.invalid \u{1b}[31m\u{202e}\u{fffe}\r\nx](y)";
            Self::named(package, package, "/home/someone/a b|`%é.lock")
        }

        fn named(package: &str, target: &str, file: &str) -> Self {
            let scope = |platform: &str, target: Option<&str>| Scope {
                tier: Some("md".parse().unwrap()),
                platform: Some(platform.parse().unwrap()),
                target: target.map(str::to_owned),
                package: Some(package.to_owned()),
                ..Scope::default()
            };
            let lock = SourceFile::new(file, "version: 7\n- é conda: numpy 2\n");
            let facts = SourceFile::new("conformance/targets/hpc/raven.yml", "glibc: 2.28\n");
            let too_new = Finding::new(TOO_NEW, format!("`{package}` needs a newer glibc"))
                .at(&lock, Span::new(13, 28), "locked here")
                .at(&facts, Span::new(7, 11), "offers this")
                .note(format!("path: md > {package}"))
                .help("take an older one");
            let mut secret = Finding::new(TOO_LARGE, format!("`{package}` is large")).at(
                &lock,
                Span::new(13, 28),
                "locked here",
            );
            secret.hides_source = true;
            let judged = |finding: Finding, scope: Scope| Judged { finding, scope };
            let cell = |target: &str, state: State, unknown: Vec<&'static str>| Cell {
                tier: Some("md".parse().unwrap()),
                label: "md".to_owned(),
                target: target.to_owned(),
                asked: true,
                platform: Some("linux-64".parse().unwrap()),
                state,
                unknown,
                served: true,
            };
            let report = Report {
                cells: vec![
                    cell(target, State::Unfit, Vec::new()),
                    cell("viper", State::Fits, Vec::new()),
                    cell("cm4", State::Unknown, vec!["glibc", "kernel"]),
                    cell("raven2", State::Fits, Vec::new()),
                    cell("nowhere", State::NotAsked, Vec::new()),
                ],
                judged: vec![
                    judged(too_new.clone(), scope("linux-64", Some(target))),
                    judged(secret, scope("linux-64", None)),
                    judged(
                        Finding::new(STALE, "the lock is missing").help("resolve"),
                        Scope {
                            package: None,
                            ..scope("osx-arm64", None)
                        },
                    ),
                ],
            };
            let source = SourceFile::new(
                "conformance/waivers.yml",
                "waivers:\n- {code: test-too-new, owner: jan, reason: 'soon | gone', until: 2027-01-31, tier: md, \
                 package: x}\n",
            );
            let (waivers, findings) = Waivers::read(&source);
            assert!(findings.is_empty(), "{findings:?}");
            Self {
                specs: vec![Finding::new(MISSPELT, "`nunpy` is no package")],
                report,
                waived: vec![Waived {
                    judged: judged(too_new, scope("linux-64", Some("raven2"))),
                    waiver: 0,
                }],
                waivers,
                package: package.to_owned(),
                target: target.to_owned(),
                file: file.to_owned(),
            }
        }

        /// Shows the sample to a writer.
        pub(crate) fn show(&self, write: impl Fn(&Results<'_>) -> String) -> String {
            let lock = |path, platform, read| LockSeen {
                path,
                label: "md",
                tier: Some("md"),
                platform,
                asked: true,
                read,
            };
            write(&Results {
                configs: &[],
                locks: &[
                    lock(&self.file, "linux-64", true),
                    lock("lockfiles/md/osx-arm64.lock", "osx-arm64", false),
                ],
                families: FAMILIES,
                specs: &self.specs,
                report: &self.report,
                waived: &self.waived,
                waivers: &self.waivers,
            })
        }

        /// Adds many findings, more than a comment takes.
        pub(crate) fn with_many(mut self) -> Self {
            let one = self.report.judged[1].clone();
            self.report.judged.extend(vec![one; 2000]);
            self
        }

        /// Makes every error a warning.
        pub(crate) fn softened(mut self) -> Self {
            for judged in &mut self.report.judged {
                judged.finding.severity = Severity::Warning;
            }
            self
        }

        /// The name of the package and of the target.
        pub(crate) fn names(&self) -> (&str, &str) {
            (&self.package, &self.target)
        }
    }

    #[test]
    fn names_of_this_machine_are_left_out() {
        assert_eq!(relative("/home/me/a.lock"), "a.lock");
        assert_eq!(relative("C:/me/a.lock"), "a.lock");
        assert_eq!(relative("locks/a.lock"), "locks/a.lock");
        assert_eq!(visible("a\u{1b}[1m\u{202e}b"), "a\\u{1b}[1m\\u{202e}b");
    }

    /// Writes what `tests/consumers/formats.py` holds against the public schemas; does nothing unless a folder is named.
    #[test]
    fn samples_for_the_schemas() {
        let Some(folder) = std::env::var_os("PYIRON_LOCK_FORMATS_OUT").filter(|folder| !folder.is_empty())
        else {
            println!("not run: PYIRON_LOCK_FORMATS_OUT names no folder");
            return;
        };
        let folder = std::path::PathBuf::from(folder);
        for (name, sample) in [("plain", Sample::plain()), ("hostile", Sample::hostile())] {
            for (extension, text) in [
                ("sarif", sample.show(super::super::sarif)),
                ("xml", sample.show(super::super::junit)),
                ("md", sample.show(super::super::markdown)),
            ] {
                std::fs::write(folder.join(format!("{name}.{extension}")), text).unwrap();
            }
        }
    }
}

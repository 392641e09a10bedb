//! Findings as JUnit XML in the dialect that Jenkins reads: a suite for each lock, a case for each kind of check and
//! each target; a suite of one case for each configuration. An error fails its case; what is waived or not known is skipped, never passed. Written by hand: what
//! is needed of XML is one function that escapes, where `quick-junit` brings 5 more crates.

use std::fmt::Write as _;

use pyiron_lock_conform::{Cell, State};
use pyiron_lock_core::PlatformName;

use super::results::{ConfigSeen, LockSeen, One, Results, place_text, visible, waiver_text};

/// The one case of a configuration.
const CONFIG: &str = "config";

/// What a suite is about: a tier or a file, and a platform; neither for the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key<'r> {
    label: Option<&'r str>,
    platform: Option<&'r str>,
}

struct Suite<'r> {
    key: Key<'r>,
    cases: Vec<Case<'r>>,
}

#[derive(Default)]
struct Case<'r> {
    name: String,
    findings: Vec<One<'r>>,
    /// Why nothing was checked, where nothing was.
    open: Option<String>,
}

/// Returns the findings as a JUnit document.
pub(crate) fn junit(results: &Results<'_>) -> String {
    let mut suites = Suites::default();
    suites.expect_all(results);
    for one in results.all() {
        let (key, name) = suites.home(&one, results);
        suites.case(key, name).findings.push(one);
    }
    suites.write()
}

#[derive(Default)]
struct Suites<'r>(Vec<Suite<'r>>);

impl<'r> Suites<'r> {
    fn case(&mut self, key: Key<'r>, name: String) -> &mut Case<'r> {
        let suite = self.0.iter().position(|suite| suite.key == key);
        let suite = suite.unwrap_or_else(|| {
            self.0.push(Suite {
                key,
                cases: Vec::new(),
            });
            self.0.len() - 1
        });
        let cases = &mut self.0[suite].cases;
        let case = cases.iter().position(|case| case.name == name);
        let case = case.unwrap_or_else(|| {
            cases.push(Case {
                name,
                ..Case::default()
            });
            cases.len() - 1
        });
        &mut cases[case]
    }

    /// Adds a case for all that was looked at, whether anything was found or not.
    fn expect_all(&mut self, results: &Results<'r>) {
        for lock in results.locks {
            let key = Key {
                label: Some(lock.label),
                platform: Some(lock.platform),
            };
            for family in results.families {
                if family.of_specs && !lock.asked {
                    continue;
                }
                let case = self.case(key, family.name.to_owned());
                if !family.of_specs && !lock.read {
                    case.open = Some("there is no lock that can be read".to_owned());
                }
            }
        }
        for config in results.configs {
            self.case(config_key(config), CONFIG.to_owned());
        }
        for cell in &results.report.cells {
            let open = match cell.state {
                State::NotAsked => continue,
                State::Unknown => Some(nobody_knows(cell)),
                State::Unserved => Some("none of its locks serves the target".to_owned()),
                State::Fits | State::Unfit => None,
            };
            let case = self.case(key_of(cell), target_case(&cell.target));
            case.open = open;
        }
    }

    /// Returns the case that a finding belongs to.
    fn home(&self, one: &One<'r>, results: &Results<'r>) -> (Key<'r>, String) {
        if let Some(config) = results.config_of(one) {
            return (config_key(config), CONFIG.to_owned());
        }
        if let Some(target) = one.target() {
            let lock = results.lock_of(one);
            let mut cells = results.report.cells.iter();
            let cell = cells.find(|cell| {
                let tier = cell.tier.as_ref().map(pyiron_lock_core::TierName::as_str);
                let same = tier == one.tier() && cell.target == target && cell.state != State::NotAsked;
                let platform = cell.platform.as_ref().map(PlatformName::as_str);
                let alone = |lock: &LockSeen<'_>| {
                    lock.label == cell.label && platform.is_none_or(|platform| platform == lock.platform)
                };
                same && (tier.is_some() || lock.is_none_or(alone))
            });
            if let Some(cell) = cell {
                return (key_of(cell), target_case(target));
            }
        }
        let key = match (results.lock_of(one), one.tier()) {
            (Some(lock), _) => Key {
                label: Some(lock.label),
                platform: Some(lock.platform),
            },
            (None, tier) => Key {
                label: tier,
                platform: one.platform(),
            },
        };
        let family = results
            .families
            .iter()
            .find(|family| family.codes.contains(&one.finding.code));
        (key, family.map_or("files", |family| family.name).to_owned())
    }

    fn write(&self) -> String {
        let cases = || self.0.iter().flat_map(|suite| &suite.cases);
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let (tests, failed) = (cases().count(), cases().filter(|case| case.fails()).count());
        let _ = writeln!(
            xml,
            "<testsuites name=\"pyiron-lock\" tests=\"{tests}\" failures=\"{failed}\" errors=\"0\">"
        );
        for suite in &self.0 {
            suite.write(&mut xml);
        }
        xml.push_str("</testsuites>\n");
        xml
    }
}

impl Suite<'_> {
    fn write(&self, xml: &mut String) {
        let name = match (self.key.label, self.key.platform) {
            (None, None) => "project".to_owned(),
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (Some(label), Some(platform)) => format!("{label} {platform}"),
        };
        let failed = self.cases.iter().filter(|case| case.fails()).count();
        let skipped = self.cases.iter().filter(|case| case.skipped().is_some()).count();
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\">",
            escaped(&visible(&name)),
            self.cases.len()
        );
        // Jenkins takes what is before the last dot as the package.
        let class = format!("pyiron-lock.{}", visible(&name).replace('.', "_"));
        for case in &self.cases {
            case.write(&escaped(&class), xml);
        }
        xml.push_str("  </testsuite>\n");
    }
}

impl<'r> Case<'r> {
    fn errors(&self) -> impl Iterator<Item = &One<'r>> {
        let standing = self.findings.iter().filter(|one| one.waiver.is_none());
        standing.filter(|one| one.finding.is_error())
    }

    fn fails(&self) -> bool {
        self.errors().next().is_some()
    }

    /// Returns why a case neither passes nor fails.
    fn skipped(&self) -> Option<String> {
        if self.fails() {
            return None;
        }
        let waivers = self.findings.iter().filter_map(|one| one.waiver);
        let reasons: Vec<String> = self
            .open
            .iter()
            .cloned()
            .chain(waivers.map(waiver_text))
            .collect();
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }

    fn write(&self, class: &str, xml: &mut String) {
        let name = escaped(&visible(&self.name));
        let _ = write!(xml, "    <testcase name=\"{name}\" classname=\"{class}\"");
        let skipped = self.skipped();
        if self.findings.is_empty() && skipped.is_none() {
            xml.push_str("/>\n");
            return;
        }
        xml.push_str(">\n");
        if let Some(first) = self.errors().next() {
            let mut message = visible(&first.finding.message);
            let more = self.errors().count() - 1;
            if more > 0 {
                let _ = write!(message, " (and {more} more)");
            }
            let (message, code) = (escaped(&message), first.finding.code);
            let _ = write!(xml, "      <failure message=\"{message}\" type=\"{code}\">");
            xml.extend(self.errors().map(|one| escaped(&text(one))));
            xml.push_str("</failure>\n");
        }
        if let Some(reason) = skipped {
            let _ = writeln!(xml, "      <skipped message=\"{}\"/>", escaped(&reason));
        }
        let rest: String = self
            .findings
            .iter()
            .filter(|one| one.waiver.is_some() || !one.finding.is_error())
            .map(|one| escaped(&text(one)))
            .collect();
        if !rest.is_empty() {
            let _ = writeln!(xml, "      <system-out>{rest}</system-out>");
        }
        xml.push_str("    </testcase>\n");
    }
}

fn config_key<'r>(config: &ConfigSeen<'r>) -> Key<'r> {
    Key {
        label: Some(config.path),
        platform: None,
    }
}

fn key_of(cell: &Cell) -> Key<'_> {
    Key {
        label: Some(&cell.label),
        platform: cell.platform.as_ref().map(pyiron_lock_core::PlatformName::as_str),
    }
}

fn target_case(id: &str) -> String {
    format!("target {id}")
}

fn nobody_knows(cell: &Cell) -> String {
    if cell.unknown.is_empty() {
        "nobody knows".to_owned()
    } else {
        format!("nobody knows {}", cell.unknown.join(", "))
    }
}

/// Returns a finding as a person reads it, without the lines it points at.
fn text(one: &One<'_>) -> String {
    let finding = one.finding;
    let mut text = format!("{}[{}]: ", finding.severity.as_str(), finding.code);
    for (number, line) in one.lines().iter().enumerate() {
        let _ = writeln!(text, "{}{line}", if number == 0 { "" } else { "  " });
        if number == 0 {
            for origin in &finding.origins {
                let _ = writeln!(text, "  at: {}, {}", place_text(origin), visible(&origin.label));
            }
        }
    }
    if let Some(waiver) = one.waiver {
        let _ = writeln!(text, "  {}", waiver_text(waiver));
    }
    text
}

/// Returns text for an element or an attribute; what XML cannot hold is spelt out before.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&apos;"),
            c => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{super::results::testing::Sample, *};

    #[test]
    fn errors_fail_and_what_is_open_is_skipped() {
        insta::assert_snapshot!(Sample::plain().show(junit));
    }

    #[test]
    fn what_is_no_error_fails_nothing() {
        let xml = Sample::plain().softened().show(junit);
        assert!(!xml.contains("<failure") && xml.contains("failures=\"0\""));
        assert!(xml.contains("warning[test-too-new]"));
    }

    #[test]
    fn hostile_names_stay_text() {
        let xml = Sample::hostile().show(junit);
        assert!(!xml.contains("<script") && !xml.contains("]]>"));
        assert!(!xml.contains("someone"));
        let allowed = |c: char| c == '\n' || !c.is_control() && c != '\u{fffe}';
        assert!(xml.chars().all(allowed));
        let ends = |name: &str| xml.matches(name).count();
        assert_eq!(ends("<testcase "), ends("</testcase>") + ends("linux-64\"/>"));
    }
}

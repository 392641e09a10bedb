//! Files of targets, policies and waivers that are cut off or changed: findings with places, never a panic.

use pyiron_lock_conform::data::{POLICIES, Policy, TARGETS, Target, Waivers};
use pyiron_lock_core::{Finding, SourceFile};

fn places_are_inside(found: &[Finding]) {
    for finding in found {
        for origin in &finding.origins {
            assert!(origin.span.end <= origin.source.text().len(), "{finding:?}");
            assert!(
                origin.source.text().is_char_boundary(origin.span.start),
                "{finding:?}"
            );
        }
    }
}

/// The text cut off at, without, and with something else at every few bytes.
fn variants(text: &str) -> Vec<String> {
    let mut variants = vec![
        text.replace('\n', "\r\n"),
        text.replace(": ", ":"),
        text.replace("  ", "\t"),
    ];
    for place in (0..text.len())
        .step_by(23)
        .filter(|place| text.is_char_boundary(*place))
    {
        let (before, after) = text.split_at(place);
        variants.push(before.to_owned());
        for word in ["[", "- ", "é", "&a *a", "\"", "{x: "] {
            variants.push(format!("{before}{word}{after}"));
        }
    }
    variants
}

#[test]
fn changed_files_never_panic() {
    for (name, text) in TARGETS.iter().step_by(5) {
        for text in variants(text) {
            let (_, found) = Target::read(&SourceFile::new(*name, text));
            places_are_inside(&found);
        }
    }
    for (name, text) in POLICIES {
        for text in variants(text).into_iter().step_by(9) {
            let (_, found) = Policy::read(&[((*name).to_owned(), text)]);
            places_are_inside(&found);
        }
    }
    let waivers =
        "waivers:\n- code: a\n  owner: b\n  reason: c\n  until: 2026-01-01\n  tier: md\n  package: x\n";
    for text in variants(waivers) {
        let (_, found) = Waivers::read(&SourceFile::new("waivers.yml", text));
        places_are_inside(&found);
    }
}

//! Waivers: findings that somebody answers for until a day.

use jiff::civil::Date;
use pyiron_lock_core::{Finding, PlatformName, SourceRef, Span, Spanned, TierName, yaml::tree::Reader};

use super::{
    codes,
    evidence::{check_keys, optional, required},
};
use crate::Scope;

/// A waiver.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// The code that it waives.
    pub code: Spanned<String>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day it holds.
    pub until: Spanned<Date>,
    /// What it is about; nothing in a field matches everything.
    pub tier: Option<String>,
    /// The platform.
    pub platform: Option<String>,
    /// The target.
    pub target: Option<String>,
    /// The package.
    pub package: Option<String>,
    /// Where it starts.
    pub span: Span,
}

/// All waivers of a project.
#[derive(Debug, Clone, Default)]
pub struct Waivers {
    /// The file, where there is one.
    pub source: Option<SourceRef>,
    /// The waivers in the order written.
    pub all: Vec<Waiver>,
}

/// The keys of a waiver.
pub const KEYS: &[&str] = &[
    "code", "owner", "reason", "until", "tier", "platform", "target", "package",
];

impl Waivers {
    /// Reads `conformance/waivers.yml`.
    pub fn read(source: &SourceRef) -> (Self, Vec<Finding>) {
        let mut reader = Reader::new(source);
        let all = read(&mut reader).unwrap_or_default();
        let waivers = Self {
            source: Some(source.clone()),
            all,
        };
        (waivers, reader.findings)
    }
}

impl Waiver {
    /// Returns whether a finding is what this waives.
    pub fn covers(&self, code: &str, scope: &Scope) -> bool {
        let same = |wanted: &Option<String>, found: Option<&str>| {
            wanted
                .as_ref()
                .is_none_or(|wanted| Some(wanted.as_str()) == found)
        };
        self.code.value == code
            && same(&self.tier, scope.tier.as_ref().map(TierName::as_str))
            && same(&self.platform, scope.platform.as_ref().map(PlatformName::as_str))
            && same(&self.target, scope.target.as_deref())
            && same(&self.package, scope.package.as_deref())
    }
}

fn read(reader: &mut Reader<'_>) -> Option<Vec<Waiver>> {
    let document = reader.document()?;
    let root = document.root.as_ref()?;
    let fields = reader.fields(root, "the file of waivers")?;
    check_keys(reader, &fields, &["waivers"], "the file of waivers");
    let list = required(reader, &fields, root, "waivers", "the file of waivers")?;
    let mut waivers = Vec::new();
    for item in reader.items(list, "`waivers`")? {
        let Some(fields) = reader.fields(item, "a waiver") else {
            continue;
        };
        check_keys(reader, &fields, KEYS, "a waiver");
        let mut text = |key: &str| {
            required(reader, &fields, item, key, "a waiver")?;
            optional(reader, &fields, key)
        };
        let (code, owner, reason, until) = (text("code"), text("owner"), text("reason"), text("until"));
        let until = until.and_then(|until| {
            let date = until.value.parse::<Date>().ok();
            if date.is_none() {
                let message = format!("`{}` is not a day such as 2027-01-31", until.value);
                reader.push(reader.finding(codes::DATA_WRONG_VALUE, until.span, message, "given here"));
            }
            Some(Spanned::new(date?, until.span))
        });
        let mut scope = |key: &str| optional(reader, &fields, key).map(|text| text.value);
        let (tier, platform, target, package) = (
            scope("tier"),
            scope("platform"),
            scope("target"),
            scope("package"),
        );
        if let (Some(code), Some(owner), Some(reason), Some(until)) = (code, owner, reason, until) {
            waivers.push(Waiver {
                code,
                owner: owner.value,
                reason: reason.value,
                until,
                tier,
                platform,
                target,
                package,
                span: reader.one_line(item.span),
            });
        }
    }
    Some(waivers)
}

#[cfg(test)]
mod tests {
    use pyiron_lock_core::SourceFile;

    use super::*;

    #[test]
    fn what_is_misspelt_or_missing_is_named() {
        let text = "waivers:\n- code: a\n  owner: b\n  reson: c\n  until: soon\n";
        let (waivers, found) = Waivers::read(&SourceFile::new("waivers.yml", text));
        assert!(waivers.all.is_empty());
        let said: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            said,
            [
                "a waiver has an unknown key `reson`",
                "a waiver has no `reason`",
                "`soon` is not a day such as 2027-01-31",
            ]
        );
        assert_eq!(found[0].help.as_deref(), Some("did you mean `reason`?"));
    }

    #[test]
    fn a_field_that_is_given_has_to_agree() {
        let text = "waivers:\n- {code: a, owner: b, reason: c, until: 2026-01-01, tier: md, package: x, target: t}\n";
        let (waivers, found) = Waivers::read(&SourceFile::new("waivers.yml", text));
        assert!(found.is_empty());
        let mut scope = Scope {
            tier: Some("md".parse().unwrap()),
            package: Some("x".to_owned()),
            target: Some("t".to_owned()),
            ..Scope::default()
        };
        assert!(waivers.all[0].covers("a", &scope) && !waivers.all[0].covers("b", &scope));
        scope.target = None;
        assert!(!waivers.all[0].covers("a", &scope));
    }
}

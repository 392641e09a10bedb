//! The pip section: its requirements as text, and sections that are not what they look like.

use pyiron_lock_core::{
    Severity,
    yaml::{Node, Value},
};

use super::{
    PipLine,
    dependencies::{List, joined},
};
use crate::{
    codes,
    selector::Selector,
    tree::{Field, Reader},
};

impl List<'_> {
    /// Reads the value of `pip`; `last` tells whether the item is the last of the dependencies.
    pub(super) fn pip(&mut self, reader: &mut Reader<'_>, field: &Field<'_>, last: bool) {
        let bare = field.value.is_null();
        if bare || matches!(&field.value.value, Value::Sequence(items) if items.is_empty()) {
            let finding = if bare && !last {
                reader
                    .finding(
                        codes::PIP_EMPTY,
                        field.key_span,
                        "the pip section is empty; the lines below it are conda requests",
                        "nothing is indented below it",
                    )
                    .help("indent the lines that are meant for pip further than `- pip:`")
            } else {
                reader.finding(
                    codes::PIP_EMPTY,
                    field.key_span,
                    "the pip section is empty",
                    "nothing follows",
                )
            };
            reader.push(finding);
            return;
        }
        let mut reached = field.value.span.start;
        for item in reader.items(field.value, "the pip section").unwrap_or_default() {
            let alias = item.span.start < reached;
            reached = reached.max(item.span.end);
            let selector = if alias {
                None
            } else {
                self.comment_selector(reader, item.span)
            };
            self.requirement(reader, item, selector);
        }
        if !self.items.pip.is_empty() {
            self.pip_section = Some(field.key_span);
        }
    }

    fn requirement(&mut self, reader: &mut Reader<'_>, item: &Node, selector: Option<Selector>) {
        let Some(text) = reader.text(item, "a pip requirement") else {
            return;
        };
        if let Some(mut finding) = joined(reader, item, &text.value) {
            finding.severity = Severity::Warning;
            reader.push(finding);
        }
        if holds_credentials(&text.value) {
            let message = "a pip requirement holds credentials, which would reach the lock";
            reader.push(reader.finding(codes::PIP_SECRET, text.span, message, "take them out"));
        }
        self.items.pip.push(PipLine {
            text: text.value,
            span: text.span,
            selector,
        });
    }

    /// Reports requirements of pip in a file that does not ask for pip itself.
    pub(super) fn pip_without_pip(&self, reader: &mut Reader<'_>) {
        let asked = self
            .items
            .dependencies
            .iter()
            .any(|item| item.name.as_normalized() == "pip");
        if let Some(span) = self.pip_section.filter(|_| !asked) {
            let finding = reader
                .finding(
                    codes::PIP_NOT_REQUESTED,
                    span,
                    "the file has pip requirements, but `pip` is not among its dependencies",
                    "installed by pip",
                )
                .help("add `- pip` above the section");
            reader.push(finding);
        }
    }
}

/// Returns whether an address in a requirement has a password, or a token in the place of a user name.
fn holds_credentials(text: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || c == '=').any(|word| {
        let Some((scheme, rest)) = word.split_once("://") else {
            return false;
        };
        let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        let Some((user, _)) = host.rsplit_once('@') else {
            return false;
        };
        let secret = |part: &str| !part.is_empty() && !part.contains('$');
        match user.split_once(':') {
            Some((_, password)) => secret(password),
            None => scheme.contains("http") && secret(user) && user != "git",
        }
    })
}

#[cfg(test)]
mod tests {
    use super::holds_credentials;

    #[test]
    fn passwords_and_tokens_are_told_from_users_and_variables() {
        for bad in [
            "--extra-index-url https://user:pw@example.invalid/simple",
            "--index-url=https://user:pw@example.invalid/simple",
            "pkg @ git+https://tok123@example.invalid/a.git",
            "git+https://oauth2:tok@example.invalid/a.git@main",
        ] {
            assert!(holds_credentials(bad), "{bad}");
        }
        for good in [
            "git+ssh://git@example.invalid/a.git",
            "git+https://example.invalid/a.git@v1",
            "git+https://${TOKEN}@example.invalid/a.git",
            "https://$USER:$PASSWORD@example.invalid/a.whl",
            "numpy==1.26",
        ] {
            assert!(!holds_credentials(good), "{good}");
        }
    }
}

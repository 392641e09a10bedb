//! Selectors: which lines of a file hold on which subdir. Knows the words and the grammar, not the file around.

mod comment;
mod expression;
mod words;

use pyiron_lock_core::{Code, Span};
use rattler_conda_types::Subdir;

pub(crate) use comment::{Comment, classify, looks_like_selector};

pub(crate) use words::words_for;

use expression::Expression;
use words::Vocabulary;

/// Whose words comment selectors use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// The words of CEP 24, which are those of conda-build.
    #[default]
    Conda,
    /// The words of the pyiron cluster environment, where `linux` is linux-64 and `macos` is osx-64.
    Cmmc,
}

impl Dialect {
    /// Returns the dialect that the manifest calls by this word.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "cmmc" => Some(Self::Cmmc),
            "conda" => Some(Self::Conda),
            _ => None,
        }
    }
}

/// How a selector is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectorStyle {
    /// As a comment at the end of the line: `# [linux]`.
    Comment,
    /// As the key of a map: `sel(linux): package`.
    Sel,
}

/// A condition on the subdir that a line depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// The expression as written, without brackets.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// How it is written.
    pub style: SelectorStyle,
    expression: Expression,
    vocabulary: Vocabulary,
}

impl Selector {
    /// Returns whether the line holds on a subdir.
    pub fn applies(&self, subdir: Subdir) -> bool {
        self.expression
            .evaluate(&|word| self.vocabulary.holds(word, subdir))
    }

    /// Reads the expression of a comment selector.
    pub(crate) fn comment(text: &str, span: Span, dialect: Dialect) -> Result<Self, SelectorTrouble> {
        let vocabulary = match dialect {
            Dialect::Conda => Vocabulary::Conda,
            Dialect::Cmmc => Vocabulary::Cmmc,
        };
        Self::read(text, span, SelectorStyle::Comment, vocabulary)
    }

    /// Reads the expression inside `sel(...)`, which is one word.
    pub(crate) fn sel(text: &str, span: Span) -> Result<Self, SelectorTrouble> {
        Self::read(text, span, SelectorStyle::Sel, Vocabulary::Sel)
    }

    fn read(
        text: &str,
        span: Span,
        style: SelectorStyle,
        vocabulary: Vocabulary,
    ) -> Result<Self, SelectorTrouble> {
        let shown = match style {
            SelectorStyle::Comment => format!("[{text}]"),
            SelectorStyle::Sel => format!("sel({text})"),
        };
        let expression = expression::parse(text, &shown)?;
        for word in expression.words() {
            vocabulary.check(word)?;
        }
        if vocabulary == Vocabulary::Sel && !matches!(expression, Expression::Word(_)) {
            return Err(SelectorTrouble {
                code: crate::codes::SELECTOR_SYNTAX,
                message: format!("`sel({text})` holds more than one word"),
                help: Some("write one line for each of `linux`, `osx`, `win` or `unix`".to_owned()),
            });
        }
        Ok(Self {
            text: text.trim().to_owned(),
            span,
            style,
            expression,
            vocabulary,
        })
    }
}

/// Why a selector cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SelectorTrouble {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBDIRS: [Subdir; 5] = [
        Subdir::Linux64,
        Subdir::Osx64,
        Subdir::OsxArm64,
        Subdir::Win64,
        Subdir::LinuxAarch64,
    ];

    fn row(text: &str, dialect: Dialect) -> String {
        let selector = Selector::comment(text, Span::default(), dialect).unwrap();
        SUBDIRS
            .iter()
            .map(|subdir| if selector.applies(*subdir) { 'x' } else { '.' })
            .collect()
    }

    #[test]
    fn cmmc_words_have_the_meaning_of_the_cluster_scripts() {
        for (word, wanted) in [
            ("win", "...x."),
            ("linux", "x...."),
            ("macos", ".x..."),
            ("macarm", "..x.."),
            ("unix64", "xx..."),
            ("unix", "xxx.."),
            ("x64", "xx.x."),
        ] {
            assert_eq!(row(word, Dialect::Cmmc), wanted, "{word}");
        }
    }

    #[test]
    fn conda_words_have_the_meaning_of_cep_24() {
        for (text, wanted) in [
            ("linux", "x...x"),
            ("osx", ".xx.."),
            ("win", "...x."),
            ("unix", "xxx.x"),
            ("linux64", "x...."),
            ("osx64", ".x..."),
            ("win64", "...x."),
            ("win32", "....."),
            ("x86_64", "xx.x."),
            ("x86", "xx.x."),
            ("arm64", "..x.."),
            ("aarch64", "....x"),
            ("osx and x86_64", ".x..."),
            ("unix and x86_64", "xx..."),
            ("linux or osx and arm64", "x.x.x"),
            ("(linux or osx) and arm64", "..x.."),
            ("((win))", "...x."),
        ] {
            assert_eq!(row(text, Dialect::Conda), wanted, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_what_to_write() {
        for (text, dialect, code, help) in [
            (
                "macos",
                Dialect::Conda,
                "selector-cmmc-word",
                "selector-dialect: cmmc",
            ),
            (
                "unix64",
                Dialect::Conda,
                "selector-cmmc-word",
                "selector-dialect: cmmc",
            ),
            ("Linux", Dialect::Conda, "selector-unknown-word", "`linux`"),
            ("linx", Dialect::Conda, "selector-unknown-word", "`linux`"),
            ("osx", Dialect::Cmmc, "selector-unknown-word", "`macos`"),
            ("py", Dialect::Conda, "selector-unknown-word", "platforms"),
            ("not win", Dialect::Conda, "selector-syntax", "`unix`"),
            ("linux|osx", Dialect::Conda, "selector-syntax", "`or`"),
            ("linux && x86_64", Dialect::Conda, "selector-syntax", "`and`"),
            ("!win", Dialect::Conda, "selector-syntax", "`unix`"),
            ("linux osx", Dialect::Conda, "selector-syntax", "`and`"),
            ("(linux", Dialect::Conda, "selector-syntax", ""),
            ("linux or", Dialect::Conda, "selector-syntax", ""),
            ("", Dialect::Conda, "selector-syntax", ""),
            ("py>=39", Dialect::Conda, "selector-syntax", "platforms only"),
            (
                "osx-arm64",
                Dialect::Conda,
                "selector-unknown-word",
                "write `osx and arm64`",
            ),
        ] {
            let trouble = Selector::comment(text, Span::default(), dialect).unwrap_err();
            assert_eq!(trouble.code.as_str(), code, "{text}");
            assert!(
                trouble.help.clone().unwrap_or_default().contains(help),
                "{text}: {trouble:?}"
            );
        }
        assert!(Selector::sel("linux64", Span::default()).is_err());
        assert!(Selector::sel("linux or osx", Span::default()).is_err());
        assert!(
            Selector::sel("unix", Span::default())
                .unwrap()
                .applies(Subdir::OsxArm64)
        );
    }

    #[test]
    fn the_words_for_a_subdir_hold_there_and_nowhere_else() {
        for subdir in Subdir::all().filter(|subdir| *subdir != Subdir::NoArch) {
            let selector = Selector::comment(&words_for(subdir), Span::default(), Dialect::Conda);
            let Ok(selector) = selector else { continue };
            let kept: Vec<_> = Subdir::all().filter(|other| selector.applies(*other)).collect();
            assert_eq!(kept, [subdir]);
        }
        assert_eq!(words_for(Subdir::OsxArm64), "osx and arm64");
        assert_eq!(words_for(Subdir::Linux64), "linux64");
    }

    #[test]
    fn deep_nesting_is_refused() {
        let text = format!("{}linux{}", "(".repeat(100_000), ")".repeat(100_000));
        assert!(Selector::comment(&text, Span::default(), Dialect::Conda).is_err());
    }
}

//! The grammar of selectors: words, `and`, `or`, parentheses. Does not know what the words mean.

use super::{SelectorTrouble, words::PLATFORMS_ONLY};
use crate::codes;

const MAX_DEPTH: usize = 16;
const MAX_LENGTH: usize = 1_000;

/// A condition made of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expression {
    /// True where the word holds.
    Word(String),
    /// True where all hold.
    And(Vec<Expression>),
    /// True where any holds.
    Or(Vec<Expression>),
}

impl Expression {
    /// Computes the truth from that of the words.
    pub(crate) fn evaluate(&self, holds: &impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Word(word) => holds(word),
            Self::And(parts) => parts.iter().all(|part| part.evaluate(holds)),
            Self::Or(parts) => parts.iter().any(|part| part.evaluate(holds)),
        }
    }

    /// Returns the words in the order written.
    pub(crate) fn words(&self) -> Vec<&str> {
        match self {
            Self::Word(word) => vec![word],
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::words).collect(),
        }
    }
}

/// Reads an expression; `shown` is how messages quote it.
pub(crate) fn parse(text: &str, shown: &str) -> Result<Expression, SelectorTrouble> {
    if text.len() > MAX_LENGTH {
        return Err(trouble("the selector is too long".to_owned(), None));
    }
    let tokens = tokens(text, shown)?;
    let mut parser = Parser {
        shown,
        tokens: &tokens,
        depth: 0,
    };
    let expression = parser.any()?;
    match parser.tokens.first() {
        None => Ok(expression),
        Some(Token::Close) => Err(trouble(
            format!("`{shown}` closes a parenthesis that is not open"),
            None,
        )),
        Some(token) => Err(trouble(
            format!("`{shown}` has no `and` or `or` before `{}`", token.text()),
            Some("join the words with `and` or `or`".to_owned()),
        )),
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token<'t> {
    Word(&'t str),
    And,
    Or,
    Open,
    Close,
}

impl Token<'_> {
    fn text(&self) -> &str {
        match self {
            Self::Word(word) => word,
            Self::And => "and",
            Self::Or => "or",
            Self::Open => "(",
            Self::Close => ")",
        }
    }
}

fn tokens<'t>(text: &'t str, shown: &str) -> Result<Vec<Token<'t>>, SelectorTrouble> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' => 1,
            c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            c => {
                let instead = match c {
                    '|' => Some("write `or` instead of `|`"),
                    '&' => Some("write `and` instead of `&`"),
                    '!' => Some("name the platforms that are meant, for instance `unix`"),
                    ',' => Some("write `or` instead of `,`"),
                    '<' | '>' | '=' => Some(PLATFORMS_ONLY),
                    _ => None,
                };
                return Err(trouble(
                    format!("`{shown}` has `{c}`, which is not part of a selector"),
                    instead.map(str::to_owned),
                ));
            }
        };
        let (token, after) = rest.split_at(length);
        tokens.push(match token {
            "(" => Token::Open,
            ")" => Token::Close,
            "and" => Token::And,
            "or" => Token::Or,
            "not" => {
                return Err(trouble(
                    format!("`{shown}` uses `not`, which selectors do not have"),
                    Some(
                        "name the platforms that are meant, for instance `unix` for everything but Windows"
                            .to_owned(),
                    ),
                ));
            }
            word => Token::Word(word),
        });
        rest = after.trim_start();
    }
    Ok(tokens)
}

/// Returns whether a character can be part of a word.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

struct Parser<'t> {
    shown: &'t str,
    tokens: &'t [Token<'t>],
    depth: usize,
}

impl Parser<'_> {
    fn any(&mut self) -> Result<Expression, SelectorTrouble> {
        let mut parts = vec![self.all()?];
        while self.take(&Token::Or) {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Expression::Or))
    }

    fn all(&mut self) -> Result<Expression, SelectorTrouble> {
        let mut parts = vec![self.atom()?];
        while self.take(&Token::And) {
            parts.push(self.atom()?);
        }
        Ok(one_or(parts, Expression::And))
    }

    fn atom(&mut self) -> Result<Expression, SelectorTrouble> {
        let shown = self.shown;
        let Some((token, rest)) = self.tokens.split_first() else {
            return Err(trouble(format!("`{shown}` ends where a word belongs"), None));
        };
        self.tokens = rest;
        match token {
            Token::Word(word) => Ok(Expression::Word((*word).to_owned())),
            Token::Open if self.depth < MAX_DEPTH => {
                self.depth += 1;
                let inner = self.any()?;
                self.depth -= 1;
                if self.take(&Token::Close) {
                    Ok(inner)
                } else {
                    Err(trouble(format!("`{shown}` leaves a parenthesis open"), None))
                }
            }
            Token::Open => Err(trouble("the selector is nested too deep".to_owned(), None)),
            token => Err(trouble(
                format!("`{shown}` has `{}` where a word belongs", token.text()),
                None,
            )),
        }
    }

    fn take(&mut self, wanted: &Token<'_>) -> bool {
        match self.tokens.split_first() {
            Some((token, rest)) if token == wanted => {
                self.tokens = rest;
                true
            }
            _ => false,
        }
    }
}

fn one_or(mut parts: Vec<Expression>, join: impl Fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            join(parts)
        }
        None => join(parts),
    }
}

fn trouble(message: String, help: Option<String>) -> SelectorTrouble {
    SelectorTrouble {
        code: codes::SELECTOR_SYNTAX,
        message,
        help,
    }
}

//! Whatever is read line by line is what the parser of YAML reads: for locks with every field, and for these changed by
//! chance in lines and values, from fixed seeds.

use pyiron_lock_core::{SourceFile, SourceRef};

use crate::{
    any::AnyLock,
    open::{
        rattler::{open, open_slowly},
        regular,
    },
};

/// Changed texts in a run.
const CHANGED: u64 = 4_000;

/// A lock of version 7 with two environments, two platforms and every field that a record may have.
const SEVEN: &str = "\
version: 7
platforms:
- name: gpu
  subdir: linux-64
  virtual-packages:
  - __cuda=12.0
  - __glibc=2.28
- name: linux-64
environments:
  default:
    channels:
    - url: https://a.invalid/c/
    - url: conda-forge
    packages:
      gpu:
      - conda: https://a.invalid/c/linux-64/y-2.0-h1_3.tar.bz2
      - conda: https://a.invalid/c/noarch/x-1.0-pyh_0.conda
      linux-64:
      - conda: https://a.invalid/c/noarch/x-1.0-pyh_0.conda
  test-py312:
    channels:
    - url: https://a.invalid/c/
    packages:
      linux-64:
      - conda: https://a.invalid/c/linux-64/y-2.0-h1_3.tar.bz2
packages:
- conda: https://a.invalid/c/linux-64/y-2.0-h1_3.tar.bz2
  build_number: 4
  subdir: linux-32
  noarch: generic
  sha256: 663e752ba19bebb97b32ca541cfdeebedfc50664d9423637eda4c9c47343fdbb
  md5: '11111111111111111111111111111111'
  legacy_bz2_md5: 25cf5df2adcc9b411c8c791325f1e8c3
  depends:
  - x >=1.0,<3.0a0
  - '_x'
  constrains:
  - 7zip 24.*
  channel: https://b.invalid/d
  features: blas
  track_features:
  - a
  - b
  license: 0BSD
  license_family: 'BSD'
  purls:
  - pkg:pypi/y@2.0
  - pkg:pypi/a?source=x
  size: 12
  legacy_bz2_size: 13
  timestamp: 1780000000000
  python_site_packages_path: lib/python3.13t/site-packages
- conda: https://a.invalid/c/noarch/x-1.0-pyh_0.conda
  md5: 25cf5df2adcc9b411c8c791325f1e8c3
  purls: []
  timestamp: 1780000000
";

/// A lock of version 6, whose platforms are subdirs.
const SIX: &str = "\
version: 6
environments:
  default:
    channels:
    - url: https://a.invalid/c/
    packages:
      linux-64:
      - conda: https://a.invalid/c/noarch/x-1.0-pyh_0.conda
      - conda: https://a.invalid/c/linux-64/y-2.0-h1_3.tar.bz2
      win-64:
      - conda: https://a.invalid/c/noarch/x-1.0-pyh_0.conda
packages:
- conda: https://a.invalid/c/noarch/x-1.0-pyh_0.conda
  sha256: 663e752ba19bebb97b32ca541cfdeebedfc50664d9423637eda4c9c47343fdbb
  license: MIT
- conda: https://a.invalid/c/linux-64/y-2.0-h1_3.tar.bz2
  depends:
  - x
";

/// Values that YAML, URLs or records have a meaning of their own for.
const VALUES: [&str; 46] = [
    "",
    "~",
    "null",
    "True",
    "0",
    "007",
    "1.0",
    "1e3",
    "0x1f",
    "-1",
    "18446744073709551615",
    "9999999999999",
    ".inf",
    "'12'",
    "''",
    "'a''b'",
    "\"a\"",
    "[]",
    "{}",
    "[a]",
    "a: b",
    "a:",
    "a #b",
    "a#b",
    "# a",
    "&a b",
    "*a",
    "!!str a",
    "|",
    ">-",
    "a ",
    " a",
    "a\t",
    "ä",
    "noarch",
    "linux-64",
    "MIT & BSD",
    "x[y=1]",
    "python",
    "https://A.invalid/c/noarch/x-1.0-0.conda",
    "https://a.invalid/c/noarch/x-1.0-0.conda",
    "https://a.invalid/x-1.0-0.conda",
    "https://noarch/x-1.0-0.conda",
    "https://a.invalid/c/noarch/x-1.0-0.conda?q",
    "file:///c/noarch/x-1.0-0.conda",
    "pkg:pypi/a",
];

/// A source of chance that is the same everywhere.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from((self.0 >> 33) % (end.max(1) as u64)).unwrap()
    }
}

/// Changes one or two lines of a text, or a value in all of it.
fn changed(text: &str, chance: &mut Chance) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=chance.below(2) {
        let at = chance.below(lines.len());
        let other = chance.below(lines.len());
        let value = VALUES[chance.below(VALUES.len())];
        match chance.below(6) {
            0 => drop(lines.remove(at)),
            1 => {
                let line = lines[at].clone();
                lines.insert(other, line);
            }
            2 => lines.swap(at, other),
            3 => {
                let line = &lines[at];
                let body = line.find(": ").map_or(0, |colon| colon + 2);
                let body = body.max(line.len() - line.trim_start_matches([' ', '-']).len());
                lines[at] = format!("{}{value}", &line[..body]);
            }
            4 => {
                let byte = char::from(b' ' + u8::try_from(chance.below(95)).unwrap());
                let place = chance.below(lines[at].len() + 1);
                if lines[at].is_char_boundary(place) {
                    lines[at].insert(place, byte);
                }
            }
            // The same in all of the text, so that what refers to it still does.
            _ => {
                let words: Vec<&str> = lines[at].split_whitespace().collect();
                let word = words.last().map_or_else(String::new, |word| (*word).to_owned());
                if !word.is_empty() && !value.is_empty() {
                    lines = lines.iter().map(|line| line.replace(&word, value)).collect();
                }
            }
        }
        if lines.is_empty() {
            break;
        }
    }
    let end = if chance.below(8) == 0 { "" } else { "\n" };
    lines.join("\n") + end
}

/// Returns whether a text is read line by line, after the comparison with what the parser says.
fn compared(text: &str) -> bool {
    let source: SourceRef = SourceFile::new("x.lock", text);
    if regular::read(text).is_none() {
        return false;
    }
    let seen = |locks: Vec<AnyLock>| format!("{locks:#?}");
    let slowly = open_slowly(&source, None).map(seen);
    let quickly = open(&source, None).map(seen);
    match (&slowly, &quickly) {
        (Ok(slowly), Ok(quickly)) => assert!(slowly == quickly, "{text}\n{slowly}\n{quickly}"),
        _ => panic!("{text}\n{slowly:?}\n{quickly:?}"),
    }
    true
}

#[test]
fn a_lock_with_every_field_is_read_as_the_parser_reads_it() {
    assert!(compared(SEVEN));
    assert!(compared(SIX));
    let regular = regular::read(SEVEN).unwrap();
    let listed: Vec<_> = regular
        .listings
        .iter()
        .map(|listing| (listing.environment, listing.platform.name, listing.archives.len()))
        .collect();
    assert_eq!(
        listed,
        [
            ("default", "gpu", 2),
            ("default", "linux-64", 1),
            ("test-py312", "linux-64", 1)
        ]
    );
}

#[test]
fn changed_locks_are_read_as_the_parser_reads_them_or_not_at_all() {
    for text in [SEVEN, SIX] {
        let answered = (0..CHANGED)
            .filter(|seed| compared(&changed(text, &mut Chance(*seed << 16))))
            .count();
        // Most changes end the attempt; without these nothing would be compared.
        assert!(answered > 150, "{answered}");
    }
}

#[test]
fn a_block_that_may_say_more_is_left_to_the_parser() {
    let block = |more: &str| format!("{SIX}pyiron-lock:\n  format: 1\n{more}");
    assert!(regular::read(&block("")).is_some());
    for more in [
        "packages: []\n",
        "...\n",
        "\n",
        "  tier: a\rpackages: []\n",
        "  tier: a\u{2028}packages: []\n",
        "  variables:\n    A: a\n    A: b\n",
    ] {
        assert!(regular::read(&block(more)).is_none(), "{more}");
    }
}

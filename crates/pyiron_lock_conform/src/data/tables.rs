//! The tables of policies: the name of each file and what its entries say. The schema is written from this.

use super::{
    policy::field,
    shape::{FieldInfo, Shape},
};

/// A table of policies.
#[derive(Debug)]
pub struct Table {
    /// The name of its file, without `.yml`.
    pub name: &'static str,
    /// What it holds, one line.
    pub what: &'static str,
    /// What an entry says.
    pub fields: &'static [FieldInfo],
    /// What an entry has to say.
    pub required: &'static [&'static str],
}

const WHY: FieldInfo = field("why", Shape::Text, "why, for whoever meets it in a finding");

/// Every table.
pub const TABLES: &[Table] = &[
    Table {
        name: "os",
        what: "what operating systems bring",
        fields: &[
            field("title", Shape::Text, "the name people use"),
            field("glibc", Shape::Version, "the version of glibc"),
            field("kernel", Shape::Version, "the kernel at its release"),
        ],
        required: &["title", "glibc", "kernel"],
    },
    Table {
        name: "cpu",
        what: "CPU levels and the CPUs that reach them",
        fields: &[
            field("rank", Shape::Number, "a level holds all levels of a lower rank"),
            field("adds", Shape::Texts, "the instructions it adds"),
            field(
                "names",
                Shape::Texts,
                "archspec names of CPUs whose highest level it is",
            ),
        ],
        required: &["rank"],
    },
    Table {
        name: "channels",
        what: "which channels may be used",
        fields: &[
            field(
                "everywhere",
                Shape::Flag,
                "whether it holds without a target that names it",
            ),
            field(
                "allow",
                Shape::Texts,
                "URLs that records may come from; all where there are none",
            ),
            field("deny", Shape::Texts, "URLs that no record may come from"),
            WHY,
        ],
        required: &["why"],
    },
    Table {
        name: "bans",
        what: "packages that no lock may hold",
        fields: &[
            field("specs", Shape::Specs, "the packages"),
            field("instead", Shape::Text, "what to take in their place"),
            WHY,
        ],
        required: &["specs", "why"],
    },
    Table {
        name: "security",
        what: "versions below which a package has known holes",
        fields: &[
            field(
                "fixed",
                Shape::Specs,
                "what is safe; a package that is there has to satisfy it",
            ),
            WHY,
        ],
        required: &["fixed", "why"],
    },
    Table {
        name: "needs",
        what: "what an environment has to hold at targets that say so",
        fields: &[
            field("any", Shape::Specs, "constraints of which one has to be met"),
            field("when", Shape::Specs, "only where the lock holds all of these"),
            WHY,
        ],
        required: &["any", "why"],
    },
    Table {
        name: "companions",
        what: "what packages need beside them that their records do not say",
        fields: &[
            field("if", Shape::Specs, "where the lock holds all of these"),
            field("then", Shape::Specs, "it has to hold these"),
            field("scheduler", Shape::Text, "only at targets with this scheduler"),
            field("subdirs", Shape::Subdirs, "only on these subdirs"),
            WHY,
        ],
        required: &["if", "then", "why"],
    },
    Table {
        name: "licences",
        what: "licences that are refused, by SPDX identifier",
        fields: &[
            field(
                "deny",
                Shape::Texts,
                "identifiers that no package may stand under, `*` at the end for a family",
            ),
            WHY,
        ],
        required: &["deny", "why"],
    },
    Table {
        name: "same",
        what: "packages of one version on all platforms of a tier",
        fields: &[
            field("specs", Shape::Specs, "the packages"),
            field(
                "parts",
                Shape::Number,
                "how many parts of the version have to agree; all unless said",
            ),
            WHY,
        ],
        required: &["specs", "why"],
    },
    Table {
        name: "limits",
        what: "numbers that rules go by",
        fields: &[field("value", Shape::Number, "the number"), WHY],
        required: &["value", "why"],
    },
];

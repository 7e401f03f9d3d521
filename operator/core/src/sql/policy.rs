use super::grant::Grantee;
use super::name::{Ident, Relation};
use super::types::DataType;
use super::value::DefaultValue;
use super::writer::Writer;

/// Which rows a policy shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    Values(Vec<DefaultValue>),
    CurrentUser,
    Lookup { table: Relation, value: Ident, user: Ident },
}

impl Filter {
    /// <https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_RLS_POLICY.html>
    fn write(&self, w: &mut Writer, policy: &Ident, column: &Ident, of: DataType) {
        w.words("CREATE RLS POLICY ").ident(policy).words(" WITH (").ident(column).words(" ").known(&of);
        w.words(") USING (").ident(column);
        match self {
            Self::Values(values) => {
                w.words(" IN (").list(values, |w, value| value.write(w)).words(")");
            }
            Self::CurrentUser => {
                w.words(" = CURRENT_USER");
            }
            Self::Lookup { table, value, user } => {
                w.words(" IN (SELECT ").ident(value).words(" FROM ").relation(table);
                w.words(" WHERE ").ident(user).words(" = CURRENT_USER)");
            }
        }
        w.words(")");
    }
}

/// What is shown in place of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MaskExpression {
    Hide,
    Hash,
    Text(String),
    /// A value that is no longer than what is kept is masked whole.
    KeepLast(u32),
}

impl MaskExpression {
    /// <https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_MASKING_POLICY.html>: the result must be
    /// cast to the column's own type.
    fn write(&self, w: &mut Writer, policy: &Ident, of: DataType) {
        let value = Ident::fixed("value");
        w.words("CREATE MASKING POLICY ").ident(policy).words(" WITH (").ident(&value).words(" ").known(&of);
        w.words(") USING (CAST(");
        match self {
            Self::Hide => {
                w.words("NULL");
            }
            Self::Hash => {
                w.words("SHA2(").ident(&value).words(", 256)");
            }
            Self::Text(text) => {
                w.literal(text);
            }
            Self::KeepLast(kept) => {
                let kept = i64::from(*kept);
                w.words("CASE WHEN LEN(").ident(&value).words(") > ").number(kept);
                w.words(" THEN REPEAT('*', LEN(").ident(&value).words(") - ").number(kept);
                w.words(") || RIGHT(").ident(&value).words(", ").number(kept);
                w.words(") ELSE REPEAT('*', LEN(").ident(&value).words(")) END");
            }
        }
        w.words(" AS ").known(&of).words("))");
    }
}

/// Row-level security and masking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyStatement {
    CreateFilter { policy: Ident, column: Ident, of: DataType, filter: Filter },
    AttachFilter { policy: Ident, table: Relation, to: Grantee },
    DetachFilter { policy: Ident, table: Relation, from: Grantee },
    DropFilter { policy: Ident },
    CreateMask { policy: Ident, of: DataType, mask: MaskExpression },
    AttachMask { policy: Ident, table: Relation, column: Ident, to: Grantee, priority: i64 },
    DetachMask { policy: Ident, table: Relation, column: Ident, from: Grantee },
    DropMask { policy: Ident },
}

impl PolicyStatement {
    pub(super) fn write(&self, w: &mut Writer) {
        match self {
            Self::CreateFilter { policy, column, of, filter } => filter.write(w, policy, column, *of),
            Self::AttachFilter { policy, table, to } => {
                w.words("ATTACH RLS POLICY ").ident(policy).words(" ON TABLE ").relation(table);
                to.write(w.words(" TO "));
            }
            Self::DetachFilter { policy, table, from } => {
                w.words("DETACH RLS POLICY ").ident(policy).words(" ON TABLE ").relation(table);
                from.write(w.words(" FROM "));
            }
            Self::DropFilter { policy } => {
                w.words("DROP RLS POLICY ").ident(policy).words(" RESTRICT");
            }
            Self::CreateMask { policy, of, mask } => mask.write(w, policy, *of),
            Self::AttachMask { policy, table, column, to, priority } => {
                w.words("ATTACH MASKING POLICY ")
                    .ident(policy)
                    .words(" ON ")
                    .relation(table)
                    .words(" ")
                    .idents([column]);
                to.write(w.words(" TO "));
                w.words(" PRIORITY ").number(*priority);
            }
            Self::DetachMask { policy, table, column, from } => {
                w.words("DETACH MASKING POLICY ")
                    .ident(policy)
                    .words(" ON ")
                    .relation(table)
                    .words(" ")
                    .idents([column]);
                from.write(w.words(" FROM "));
            }
            Self::DropMask { policy } => {
                w.words("DROP MASKING POLICY ").ident(policy);
            }
        }
    }
}

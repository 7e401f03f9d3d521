use super::name::Ident;
use super::writer::Writer;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaStatement {
    Create {
        schema: Ident,
        owner: Ident,
        quota_gib: Option<i64>,
    },
    Owner {
        schema: Ident,
        owner: Ident,
    },
    Quota {
        schema: Ident,
        gib: Option<i64>,
    },
    /// Fails while anything is in it.
    Drop {
        schema: Ident,
    },
}

impl SchemaStatement {
    pub(super) fn write(&self, w: &mut Writer) {
        match self {
            Self::Create { schema, owner, quota_gib } => {
                w.words("CREATE SCHEMA ").ident(schema).words(" AUTHORIZATION ").ident(owner);
                if let Some(gib) = quota_gib {
                    w.words(" QUOTA ").number(*gib).words(" GB");
                }
            }
            Self::Owner { schema, owner } => {
                w.words("ALTER SCHEMA ").ident(schema).words(" OWNER TO ").ident(owner);
            }
            Self::Quota { schema, gib: Some(gib) } => {
                w.words("ALTER SCHEMA ").ident(schema).words(" QUOTA ").number(*gib).words(" GB");
            }
            Self::Quota { schema, gib: None } => {
                w.words("ALTER SCHEMA ").ident(schema).words(" QUOTA UNLIMITED");
            }
            Self::Drop { schema } => {
                w.words("DROP SCHEMA ").ident(schema).words(" RESTRICT");
            }
        }
    }
}

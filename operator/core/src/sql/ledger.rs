use super::writer::Writer;

/// The table `cloister.managed`: since objects in a database carry no tags, it says which of them were made,
/// and for which object of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerStatement {
    CreateSchema,
    /// Fails where it is there already.
    CreateSchemaOnce,
    CreateTable,
    Record {
        schema: String,
        kind: &'static str,
        name: String,
        owner: String,
    },
    Forget {
        schema: String,
        kind: &'static str,
        name: String,
    },
}

impl LedgerStatement {
    pub(super) fn write(&self, w: &mut Writer) {
        match self {
            Self::CreateSchema => w.words(r#"CREATE SCHEMA IF NOT EXISTS "cloister""#),
            Self::CreateSchemaOnce => w.words(r#"CREATE SCHEMA "cloister""#),
            Self::CreateTable => w
                .words(r#"CREATE TABLE IF NOT EXISTS "cloister"."managed" ("schema_name" varchar(127) NOT NULL, "#)
                .words(r#""object_kind" varchar(16) NOT NULL, "object_name" varchar(256) NOT NULL, "#)
                .words(r#""owner_uid" varchar(64) NOT NULL, "made_at" timestamp DEFAULT GETDATE() NOT NULL) DISTSTYLE ALL"#),
            Self::Record { schema, kind, name, owner } => w
                .words(r#"INSERT INTO "cloister"."managed" ("schema_name", "object_kind", "object_name", "owner_uid") VALUES ("#)
                .list([schema.as_str(), kind, name, owner], |w, text| {
                    w.literal(text);
                })
                .words(")"),
            Self::Forget { schema, kind, name } => w
                .words(r#"DELETE FROM "cloister"."managed" WHERE "schema_name" = "#)
                .literal(schema)
                .words(r#" AND "object_kind" = "#)
                .literal(kind)
                .words(r#" AND "object_name" = "#)
                .literal(name),
        };
    }
}

use serde::{Serialize, Serializer};

use crate::schema::catalog::{Catalog, Subject};
use crate::schema::{Declared, SchemaPlan, Transaction, desire, observe, plan};

/// A database, and as whom it is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Identifier of the cluster.
    pub cluster: String,
    pub name: String,
    /// The database user: the cluster's administrator, by IAM.
    pub user: String,
}

/// A schema in a warehouse, with all that is in it. What is wanted of it depends on what is there, so it
/// brings both: the manifest, and the catalog once it is read.
#[derive(Clone, Debug)]
pub struct Schema {
    pub database: Database,
    pub declared: Declared,
    pub catalog: Option<Catalog>,
}

impl Schema {
    #[must_use]
    pub fn subject(&self) -> Subject<'_> {
        Subject {
            schema: self.declared.schema.as_str(),
            roles: &self.declared.roles_prefix,
            policies: &self.declared.policies_prefix,
        }
    }

    /// What is to be done about what `have` found.
    #[must_use]
    pub fn plan(&self, have: &Self) -> SchemaPlan {
        let empty = Catalog::default();
        plan(&self.declared, have.catalog.as_ref().unwrap_or(&empty))
    }
}

/// Two are the same if a plan would do nothing between them.
impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        self.database == other.database
            && self.catalog == other.catalog
            && self.declared.uid == other.declared.uid
    }
}

/// As found where it was read, as declared otherwise.
impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.catalog {
            Some(catalog) => observe(&self.declared, catalog).serialize(serializer),
            None => desire(&self.declared, &Catalog::default()).serialize(serializer),
        }
    }
}

/// One transaction, made of typed statements.
pub type SchemaStep = Transaction;

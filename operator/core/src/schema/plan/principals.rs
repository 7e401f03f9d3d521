//! Users, roles and who has them.

use std::collections::BTreeSet;

use cloister_crds::schema::RolesAs;

use super::draft::{Draft, Making};
use super::policies;
use crate::plan::Safety;
use crate::schema::catalog::Target;
use crate::schema::ownership::{Kind, Standing, forget, is_recorded, owner_of, record, retired, standing};
use crate::sql::{
    DatabasePrivilege, DatabaseStatement, GrantStatement, Grantee, IamRole, Ident, Object,
    PrincipalStatement, Relation, RoleCommand, Statement,
};

pub(super) fn make(draft: &mut Draft<'_>) {
    users(draft);
    roles(draft);
    memberships(draft, false);
}

/// Once what hides rows and values is there.
pub(super) fn admit(draft: &mut Draft<'_>) {
    memberships(draft, true);
}

fn users(draft: &mut Draft<'_>) {
    let (declared, catalog) = (draft.declared, draft.catalog);
    let members = declared.roles.values().flat_map(|role| &role.members);
    let mut seen = BTreeSet::new();
    for (key, user) in members.filter(|(key, _)| seen.insert((*key).clone())) {
        let recorded = is_recorded(declared, catalog, Kind::User, key);
        let about = format!("user {key}");
        match catalog.users.get(key) {
            None => {
                let create = PrincipalStatement::CreateUser { user: user.clone() };
                let note = (!recorded).then(|| Statement::from(record(declared, Kind::User, key)));
                let making = draft.transaction(format!("create user {user}"), about).needs("ledger");
                making.statement(create).statements(note).mends(format!("users.{key}")).done();
            }
            Some(found) if found.superuser && recorded => {
                let demote = PrincipalStatement::DemoteUser { user: found.name.clone() };
                let making = draft.transaction(format!("make user {user} a plain user"), about);
                making.statement(demote).safety(Safety::Disruptive).mends(format!("users.{key}")).done();
            }
            Some(_) => {}
        }
    }
}

fn roles(draft: &mut Draft<'_>) {
    let (declared, catalog) = (draft.declared, draft.catalog);
    let kind = Kind::role(declared);
    for name in declared.roles.keys() {
        let short = declared.short(name);
        match standing(declared, catalog, kind, name) {
            Standing::Ours => {}
            Standing::Foreign => {
                draft.foreign(kind.as_str(), name.as_str(), owner_of(catalog, kind, name.as_str()));
            }
            Standing::Adoptable => draft.take_over(kind, name.as_str(), format!("role {short}")),
            Standing::Absent => {
                let create = match declared.roles_as {
                    RolesAs::Role => PrincipalStatement::CreateRole { role: name.clone() },
                    RolesAs::Group => PrincipalStatement::CreateGroup { group: name.clone() },
                };
                let recorded = is_recorded(declared, catalog, kind, name.as_str());
                let note = (!recorded).then(|| Statement::from(record(declared, kind, name.as_str())));
                let making = draft
                    .transaction(format!("create role {short}"), format!("role {short}"))
                    .needs("ledger");
                making.statement(create).statements(note).mends(format!("roles.{short}")).done();
            }
        }
    }
}

/// Takes members away, or gives them, in two rounds: a role must not become a member of itself in between.
fn memberships(draft: &mut Draft<'_>, give: bool) {
    let (declared, catalog, want) = (draft.declared, draft.catalog, draft.want);
    for (name, role) in &declared.roles {
        let short = declared.short(name);
        let Some(wanted) = want.roles.get(short) else { continue };
        let found = draft.have.and_then(|have| have.roles.get(short)).cloned().unwrap_or_default();
        let (from, to) = if give { (&found, wanted) } else { (wanted, &found) };
        let mut units = Vec::new();
        for member in to.members.difference(&from.members) {
            let who = match member.strip_prefix("role ") {
                Some(stranger) => Ident::new(stranger).ok().map(Grantee::Role),
                None => user(draft, role.members.get(member), member).map(Grantee::User),
            };
            units.extend(who.map(|who| vec![membership(declared.roles_as, name, who, give)]));
        }
        for parent in to.member_of.difference(&from.member_of) {
            let ours = declared.roles.keys().find(|r| declared.short(r) == parent).cloned();
            let parent = ours.or_else(|| {
                catalog
                    .role_parents
                    .get(name)
                    .into_iter()
                    .flatten()
                    .find(|r| declared.short(r) == parent)
                    .cloned()
            });
            let who = Grantee::Role(name.clone());
            units.extend(parent.map(|parent| vec![membership(RolesAs::Role, &parent, who.clone(), give)]));
        }
        let verb = if give { "add members of" } else { "remove members of" };
        let needs: Vec<String> = wanted.members.iter().map(|m| format!("user {m}")).collect();
        let others: Vec<String> = wanted.member_of.iter().map(|r| format!("role {r}")).collect();
        let hiding = policies::all(draft);
        draft.pack(units, |draft| {
            let mut making = draft
                .transaction(format!("{verb} role {short}"), format!("members of {short}"))
                .needs(format!("role {short}"))
                .mends(format!("roles.{short}.members"))
                .mends(format!("roles.{short}.memberOf"))
                .safety(if give { Safety::Safe } else { Safety::Disruptive });
            for need in needs.iter().chain(&others).chain(&hiding).filter(|_| give) {
                making = making.needs(need);
            }
            making
        });
    }
}

fn user(draft: &Draft<'_>, declared: Option<&Ident>, key: &str) -> Option<Ident> {
    let found = draft.catalog.users.get(key).map(|found| found.name.clone());
    found.or_else(|| declared.cloned()).or_else(|| Ident::new(key).ok())
}

fn membership(roles_as: RolesAs, role: &Ident, who: Grantee, give: bool) -> Statement {
    let statement = match (roles_as, who, give) {
        (RolesAs::Group, Grantee::User(user), true) => {
            PrincipalStatement::AddToGroup { group: role.clone(), user }
        }
        (RolesAs::Group, Grantee::User(user), false) => {
            PrincipalStatement::DropFromGroup { group: role.clone(), user }
        }
        (_, who, true) => PrincipalStatement::GrantRole { role: role.clone(), to: who },
        (_, who, false) => PrincipalStatement::RevokeRole { role: role.clone(), from: who },
    };
    statement.into()
}

/// Roles and users that are no longer declared. Redshift refuses to drop one that holds privileges.
pub(super) fn retire(draft: &mut Draft<'_>) {
    let (declared, catalog) = (draft.declared, draft.catalog);
    for (kind, name) in retired(declared, catalog) {
        let drop = match kind {
            Kind::Role => PrincipalStatement::DropRole { role: name.clone() },
            Kind::Group => PrincipalStatement::DropGroup { group: name.clone() },
            Kind::User => {
                let Some(found) = catalog.users.get(name.as_str()) else { continue };
                PrincipalStatement::DropUser { user: found.name.clone() }
            }
            Kind::Schema | Kind::Table => continue,
        };
        let (about, path) = match kind {
            Kind::User => (format!("user {name}"), format!("users.{name}")),
            _ => (format!("role {}", declared.short(&name)), format!("roles.{}", declared.short(&name))),
        };
        let policies = policies::detaching(draft, &Grantee::Role(name.clone()));
        let revokes = match kind {
            Kind::User => revoke_all(draft, &name),
            Kind::Role => revoke_shared(declared.shared.as_ref(), &name),
            _ => Vec::new(),
        };
        let making = draft.transaction(format!("drop {about}, which is no longer declared"), about.clone());
        let making =
            making.statements(revokes).statement(drop).statement(forget(declared, kind, name.as_str()));
        let needs = policies.into_iter().chain([format!("grants of {about}"), about]);
        let making = needs.fold(making, Making::needs);
        making.safety(Safety::Disruptive).mends(path).done();
    }
}

/// What the tenant's database gave a role that loads.
fn revoke_shared(database: Option<&Ident>, role: &Ident) -> Vec<Statement> {
    let Some(database) = database.cloned() else { return Vec::new() };
    let (give, who) = (false, Grantee::Role(role.clone()));
    let privileges = BTreeSet::from([DatabasePrivilege::Temp]);
    let commands = RoleCommand::ALL.into();
    vec![
        DatabaseStatement::Grant { give, privileges, database, who: who.clone() }.into(),
        DatabaseStatement::AssumeRole { give, role: IamRole::All, commands, who }.into(),
    ]
}

/// What a user holds in this schema, unless it is about to be revoked as unmanaged anyway.
fn revoke_all(draft: &Draft<'_>, user: &Ident) -> Vec<Statement> {
    let Some(found) = draft.catalog.users.get(user.as_str()) else { return Vec::new() };
    let who = Grantee::User(found.name.clone());
    let schema = &draft.declared.schema;
    let grants = draft.catalog.grants.get(&who).into_iter().flatten();
    let dropped =
        |name: &Ident| retired(draft.declared, draft.catalog).contains(&(Kind::Table, name.clone()));
    grants
        .filter_map(|(target, privileges)| {
            let on = match target {
                Target::Schema => Object::Schema(schema.clone()),
                Target::EveryTable => Object::EveryTableOf(schema.clone()),
                Target::EveryFunction => Object::EveryFunctionOf(schema.clone()),
                Target::ToCome(owner) => {
                    Object::TablesToCome { schema: schema.clone(), owner: owner.clone() }
                }
                Target::Relation(name) | Target::Column(name, _) if dropped(name) => return None,
                Target::Relation(name) => Object::Tables(BTreeSet::from([Relation::new(schema, name)])),
                Target::Column(table, column) => Object::Columns {
                    table: Relation::new(schema, table),
                    columns: BTreeSet::from([column.clone()]),
                },
            };
            let who = BTreeSet::from([who.clone()]);
            Some(GrantStatement { give: false, privileges: privileges.clone(), on, who }.into())
        })
        .collect()
}

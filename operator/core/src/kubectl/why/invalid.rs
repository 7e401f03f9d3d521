//! What is wrong with a declaration.

use super::super::target::Kind;
use super::search::Search;
use super::seen::Seen;
use super::{Cause, Line, Rank, Sight};
use crate::environment::Account;
use crate::schema::{Declared, Inputs};
use crate::violation::Violation;
use crate::{bucket, environment, pipeline, tenant};

impl<'a> Search<'a> {
    /// All of it where it can be told here; the message has what needs other objects.
    pub fn invalid(&mut self, seen: &Seen<'a>, message: &str) -> Vec<Line> {
        let violations = self.violations(seen);
        let is_told = |violation: &Violation| message.contains(&violation.to_string());
        if violations.is_empty() || !violations.iter().all(is_told) {
            let (what, next) = message.split_once(": ").unwrap_or((message, "correct it"));
            let cause = Cause {
                rank: Rank::Invalid,
                object: seen.label(),
                what: format!("{what} is wrong"),
                next: next.to_owned(),
                command: None,
            };
            return vec![self.cause(cause)];
        }
        let cause = |violation: Violation| Cause {
            rank: Rank::Invalid,
            object: seen.label(),
            what: format!("{} is wrong", violation.path),
            next: violation.hint,
            command: None,
        };
        violations.into_iter().map(|violation| self.cause(cause(violation))).collect()
    }

    /// What is wrong with a declaration, where it can be told from the declaration alone.
    fn violations(&self, seen: &Seen<'a>) -> Vec<Violation> {
        let world = self.world;
        let is = |meta: &Option<String>| meta.as_deref() == Some(seen.name.as_str());
        match seen.kind {
            Kind::Environment => world.environment.found().map(|home| environment::validate(&home.spec)),
            Kind::ClientTenant => world.tenant.found().map(|found| {
                let mut all = tenant::validate(&seen.name, &found.spec);
                if let Sight::Found(home) = &world.environment {
                    all.extend(tenant::validate_home(
                        &found.spec,
                        &Account::new(&found.spec.environment, &home.spec),
                    ));
                }
                all
            }),
            Kind::IngestBucket => world.tenant.found().and_then(|tenant| {
                let found = world.buckets.iter().find(|bucket| is(&bucket.metadata.name))?;
                let mut all = bucket::validate("spec", &found.spec, &tenant.spec.retention);
                if let Sight::Found(home) = &world.environment {
                    let account = Account::new(&tenant.spec.environment, &home.spec);
                    all.extend(bucket::validate_home(&found.spec, &tenant.spec, &account));
                }
                Some(all)
            }),
            Kind::EtlPipeline => {
                let found = world.pipelines.iter().find(|pipeline| is(&pipeline.metadata.name));
                found.map(|found| pipeline::validate("spec", &seen.name, &found.spec))
            }
            // Of one all that can be wrong is refused at admission.
            Kind::AnalyticsApp => None,
            Kind::RedshiftSchema => {
                let found = world.schemas.iter().find(|schema| is(&schema.metadata.name));
                found.and_then(|found| {
                    let inputs = Inputs {
                        object: &seen.name,
                        uid: found.metadata.uid.as_deref().unwrap_or_default(),
                        spec: &found.spec,
                        prefix: &format!("{}.", seen.namespace),
                        owner: tenant::ADMIN,
                    };
                    Declared::read(&inputs).err()
                })
            }
        }
        .unwrap_or_default()
    }
}

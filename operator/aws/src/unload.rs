//! Statements that take hours: sent in one pass, looked at in others. And the manifests of what they wrote.

use aws_sdk_redshiftdata::types::StatusString;
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::resource::Database;
use cloister_core::schema::catalog::Rows;

use crate::account::Account;
use crate::fault::refused;
use crate::limit::Lane;
use crate::schema::{refusal, statements};

/// The longest manifest that is read: some 200 bytes for each file.
const LONGEST: u64 = 64 << 20;

/// What has become of a batch.
#[derive(Clone, Debug)]
pub enum Fate {
    UnderWay,
    /// With the rows of its first statement.
    Finished(Rows),
    /// It was refused, cancelled, or forgotten: Redshift remembers statements for a day.
    Failed(Fault),
}

impl Account {
    /// Sends a transaction. The same token gets the same statement, however often it is sent.
    pub async fn submit(&self, at: &Database, sqls: Vec<String>, token: &str) -> Result<String, Fault> {
        let send = |data: &aws_sdk_redshiftdata::Client| {
            let request = data.batch_execute_statement().cluster_identifier(&at.cluster).database(&at.name);
            request.db_user(&at.user).client_token(token).set_sqls(Some(sqls)).send()
        };
        let answer = self.home.redshift_data.call(Lane::Sweep, send).await?;
        answer.id.ok_or_else(|| refused("redshift-data", "BatchExecuteStatement", "NoId"))
    }

    pub async fn fate(&self, id: &str) -> Result<Fate, Fault> {
        let data = &self.home.redshift_data;
        let send = |data: &aws_sdk_redshiftdata::Client| data.describe_statement().id(id).send();
        let seen = match data.call(Lane::Sweep, send).await {
            Err(fault) if fault.class == FaultClass::NotFound => return Ok(Fate::Failed(fault)),
            seen => seen?,
        };
        match seen.status() {
            Some(StatusString::Finished) => {
                let first = seen.sub_statements().first().map(|part| part.id().to_owned());
                let first =
                    first.ok_or_else(|| refused("redshift-data", "DescribeStatement", "AnswerMissing"))?;
                statements::rows(data, &first, Lane::Sweep).await.map(Fate::Finished)
            }
            Some(StatusString::Failed) => {
                let part = seen.sub_statements().iter().find_map(|part| part.error());
                Ok(Fate::Failed(refusal::of(part.or(seen.error()).unwrap_or_default())))
            }
            Some(StatusString::Aborted) => {
                let code = "Aborted".to_owned();
                let (service, operation) = ("redshift-data", "DescribeStatement");
                Ok(Fate::Failed(Fault { service, operation, code, class: FaultClass::Ambiguous }))
            }
            _ => Ok(Fate::UnderWay),
        }
    }

    /// Asks a few things of a database, in one transaction; an answer for each.
    pub async fn ask_all(&self, at: &Database, sqls: Vec<String>) -> Result<Vec<Rows>, Fault> {
        statements::run(self, at, sqls, Lane::Sweep).await
    }

    /// The text of a manifest. Of objects the operator may read nothing else.
    pub async fn manifest(&self, bucket: &str, key: &str) -> Result<String, Fault> {
        let send = |s3: &aws_sdk_s3::Client| s3.get_object().bucket(bucket).key(key).send();
        let answer = self.home.s3.call(Lane::Sweep, send).await?;
        let length = answer.content_length.and_then(|length| u64::try_from(length).ok());
        if length.is_none_or(|length| length > LONGEST) {
            return Err(refused("s3", "GetObject", "ManifestTooLong"));
        }
        let unread = |code: &str| Fault {
            service: "s3",
            operation: "GetObject",
            code: code.to_owned(),
            class: FaultClass::Ambiguous,
        };
        let body = answer.body.collect().await.map_err(|_| unread("BodyCutShort"))?;
        String::from_utf8(body.to_vec()).map_err(|_| unread("NotText"))
    }
}

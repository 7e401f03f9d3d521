//! What is written into the audit account's bucket.

use cloister_core::fault::Fault;

use super::Account;
use crate::limit::Lane;

impl Account {
    /// Puts a record unless it is there. Its retention is the bucket's default.
    pub async fn archive(&self, bucket: &str, key: &str, type_: &str, body: Vec<u8>) -> Result<(), Fault> {
        let send = |s3: &aws_sdk_s3::Client| {
            let request = s3.put_object().bucket(bucket).key(key).if_none_match("*");
            request.content_type(type_).body(body.into()).send()
        };
        match self.audit()?.s3.call(Lane::User, send).await {
            Err(fault) if fault.code == "PreconditionFailed" => Ok(()),
            answer => answer.map(|_| ()),
        }
    }
}

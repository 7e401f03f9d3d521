use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::LaunchTemplateErrorCode as Code;
use cloister_core::fault::Fault;

use crate::account::Account;
use crate::fault::{found, refused};
use crate::limit::Lane;

impl Account {
    /// Deletes versions of a launch template, 200 at most. What is gone already is deleted.
    pub async fn delete_template_versions(&self, name: &str, versions: &[i64]) -> Result<(), Fault> {
        let numbers = versions.iter().map(i64::to_string).collect();
        let send = |ec2: &Client| {
            let request = ec2.delete_launch_template_versions().launch_template_name(name);
            request.set_versions(Some(numbers)).send()
        };
        let Some(answer) = found(self.ec2.call(Lane::Sweep, send).await)? else { return Ok(()) };
        // What is refused is told within an answer that went well.
        let refusals = answer.unsuccessfully_deleted_launch_template_versions.unwrap_or_default();
        let codes = refusals.iter().filter_map(|item| item.response_error()?.code());
        match codes.into_iter().find(|code| **code != Code::LaunchTemplateVersionDoesNotExist) {
            None => Ok(()),
            Some(code) => Err(refused("ec2", "DeleteLaunchTemplateVersions", code.as_str())),
        }
    }
}

//! Which URL an object has.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use crate::api::types::Destination;
use crate::failure::Failure;
use crate::http;

/// What a signature leaves as it is:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const KEY: &AsciiSet = &VALUE.remove(b'/');

pub struct Place {
    base: String,
    pub region: String,
    pub kms_key_arn: String,
    pub prefix: String,
}

impl Place {
    pub fn new(to: &Destination) -> Result<Self, Failure> {
        let base = match &to.endpoint {
            Some(endpoint) => {
                let url: Url = http::trusted("endpoint of S3", endpoint)?;
                format!("{}/{}", url.as_str().trim_end_matches('/'), to.bucket)
            }
            None => format!("https://{}.s3.{}.{}", to.bucket, to.region, domain(&to.region)),
        };
        http::trusted("endpoint of S3", &base)?;
        let (region, prefix, kms_key_arn) = (to.region.clone(), to.prefix.clone(), to.kms_key_arn.clone());
        Ok(Self { base, region, kms_key_arn, prefix })
    }

    /// Of the file at this path below the upload's prefix.
    pub fn url(&self, path: &str, query: &[(&str, &str)]) -> String {
        let mut url = format!("{}/", self.base);
        url.extend(utf8_percent_encode(&self.prefix, KEY));
        url.extend(utf8_percent_encode(path, KEY));
        for (index, (name, value)) in query.iter().enumerate() {
            url.push(if index == 0 { '?' } else { '&' });
            url.push_str(name);
            url.push('=');
            url.extend(utf8_percent_encode(value, VALUE));
        }
        url
    }
}

fn domain(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(endpoint: Option<&str>) -> Destination {
        Destination {
            bucket: "landing".into(),
            prefix: "acme/abc/".into(),
            region: "us-east-1".into(),
            kms_key_arn: "arn".into(),
            endpoint: endpoint.map(str::to_owned),
        }
    }

    #[test]
    fn odd_names_keep_their_shape_through_an_url() {
        let place = Place::new(&to(None)).unwrap();
        for path in ["a b+c&d=e?f#g%20", "ü/日本.csv", "..a/...", "~-_.'\"!*()@:;,$"] {
            let url = Url::parse(&place.url(path, &[])).unwrap();
            let decoded =
                percent_encoding::percent_decode_str(url.path()).decode_utf8().unwrap().into_owned();
            assert_eq!(decoded, format!("/acme/abc/{path}"));
            assert_eq!(url.as_str(), place.url(path, &[]));
        }
    }

    #[test]
    fn buckets_are_hosts_on_aws_and_paths_elsewhere() {
        assert_eq!(
            Place::new(&to(None)).unwrap().url("a", &[("partNumber", "1"), ("uploadId", "x+/=")]),
            "https://landing.s3.us-east-1.amazonaws.com/acme/abc/a?partNumber=1&uploadId=x%2B%2F%3D"
        );
        let there = Place::new(&to(Some("http://127.0.0.1:9/"))).unwrap();
        assert_eq!(there.url("a", &[]), "http://127.0.0.1:9/landing/acme/abc/a");
        assert!(Place::new(&to(Some("http://s3.example"))).is_err());
    }
}

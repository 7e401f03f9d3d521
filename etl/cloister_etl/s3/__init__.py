"""Objects in S3: read as the version that was announced, written under the tenant's key."""

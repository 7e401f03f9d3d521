"""The upload command beside aws-cli and rclone, on one S3 server."""

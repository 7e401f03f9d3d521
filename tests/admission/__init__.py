"""Which manifests the real API server accepts, and which it refuses, in what words."""

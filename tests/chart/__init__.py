"""The Helm chart: what it renders, what it refuses, and that the operator works as it installs it."""

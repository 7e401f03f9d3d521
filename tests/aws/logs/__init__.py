"""Log groups of Amazon CloudWatch Logs: what is stored how, for how long and whose it is. Events are not modelled."""

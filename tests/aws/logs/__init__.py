"""Log groups of Amazon CloudWatch Logs: what is stored how, for how long and whose it is. Of events no more is modelled
than that there were some."""

"""Alarms of Amazon CloudWatch: what they watch, and whom they tell. Metrics and states are not modelled."""

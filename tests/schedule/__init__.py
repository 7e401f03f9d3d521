"""Slots of schedules against an independent reading of the calendar."""

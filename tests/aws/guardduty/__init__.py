"""Amazon GuardDuty, as far as an account's detector goes."""

"""Drift that is found by events: the operator against a feed that is late, doubled, out of order, lost or poisoned."""

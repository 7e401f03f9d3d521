"""Charts of a client's claims, and each claim, for its people. Cloister's door stands in front: it knows who asks."""

"""Every managed field of every resource, flipped out of band one at a time."""

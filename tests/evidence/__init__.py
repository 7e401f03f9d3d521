"""`cloister evidence` against the live account: a good tenant, and each setting broken by hand."""

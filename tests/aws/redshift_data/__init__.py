"""The Redshift Data API, over `redshift/`. Statements run in threads, so that no call waits for one."""

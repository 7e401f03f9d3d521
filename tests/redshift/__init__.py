"""A local Redshift: its SQL, performed on PostgreSQL.

`warehouse.py` is one cluster, `session.py` one connection to it; `statements.py` lists what can be said to it.
"""

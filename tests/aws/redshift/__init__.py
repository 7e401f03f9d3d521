"""The control plane of Amazon Redshift's provisioned clusters, all of it ours: moto's clusters know no states.

`wire.py` speaks the protocol by the published model, `records.py` keeps the state, `clock.py` lets changes take time,
and each further file answers the operations on one thing. `cluster.py` is for those that run statements.

AWS's documentation does not say, and so these are our best guess:
- A key that is absent, disabled or of another region is InvalidParameterValue; a key policy's refusal is AccessDenied.
- A static parameter that is set back before the reboot stays pending-reboot.
- Audit logs, copies of snapshots and deferred maintenance are changed at once, roles by way of `modifying`.
- A new encryption or name while snapshots are copied, which is documented as refused, is UnsupportedOperation.
- CreateTags needs a cluster that is available; DeleteTags does not.
"""

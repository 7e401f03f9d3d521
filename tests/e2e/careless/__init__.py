"""What a careless administrator does, straight against the APIs.

The demo shows it, the tests assert it.
"""

from e2e.careless import bucket, key, kubernetes, queue, roles, schema, warehouse
from e2e.careless.act import Act, Target

# AWS tells of nothing: such an act is found by the sweep.
IN_AWS: list[Act] = [*bucket.ACTS, *queue.ACTS, *key.ACTS, *roles.ACTS]
# The same, of a tenant with a warehouse and the example's schema.
IN_WAREHOUSE: list[Act] = [*warehouse.ACTS, *schema.ACTS]
# A watch tells of these at once.
IN_KUBERNETES: list[Act] = kubernetes.ACTS

__all__ = ["IN_AWS", "IN_KUBERNETES", "IN_WAREHOUSE", "Act", "Target"]

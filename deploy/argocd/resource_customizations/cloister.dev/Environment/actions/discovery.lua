local actions = {}
actions["reconcile"] = { ["displayName"] = "Look at it now" }
return actions

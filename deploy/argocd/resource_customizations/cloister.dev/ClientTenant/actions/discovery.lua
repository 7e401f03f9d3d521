local actions = {}
actions["reconcile"] = { ["displayName"] = "Look at it now" }
local stopped = obj.spec.paused == true
actions["pause"] = { ["displayName"] = "Change nothing", ["disabled"] = stopped }
actions["resume"] = { ["displayName"] = "Go on", ["disabled"] = not stopped }
return actions

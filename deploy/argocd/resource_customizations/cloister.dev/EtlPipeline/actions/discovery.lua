-- What is written inline in its ClientTenant has its spec from there.
local isInline = false
for _, owner in ipairs(obj.metadata.ownerReferences or {}) do
  isInline = isInline or owner.kind == "ClientTenant"
end

local actions = {}
actions["reconcile"] = { ["displayName"] = "Look at it now" }
local stopped = obj.spec.suspend == true
actions["suspend"] = { ["displayName"] = "Start no run", ["disabled"] = isInline or stopped }
actions["resume"] = { ["displayName"] = "Go on", ["disabled"] = isInline or not stopped }

local hasFailed = false
for _, run in ipairs((obj.status or {}).runs or {}) do
  hasFailed = hasFailed or run.state == "Failed" or run.state == "Missed"
end
actions["run-now"] = { ["displayName"] = "Run now" }
actions["retry-failed"] = { ["displayName"] = "Retry what failed", ["disabled"] = not hasFailed }
return actions

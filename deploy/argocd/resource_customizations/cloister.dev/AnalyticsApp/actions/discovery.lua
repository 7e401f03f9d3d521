-- What is written inline in its ClientTenant has its spec from there.
local isInline = false
for _, owner in ipairs(obj.metadata.ownerReferences or {}) do
  isInline = isInline or owner.kind == "ClientTenant"
end

local actions = {}
actions["reconcile"] = { ["displayName"] = "Look at it now" }
local stopped = obj.spec.paused == true
actions["pause"] = { ["displayName"] = "Change nothing", ["disabled"] = isInline or stopped }
actions["resume"] = { ["displayName"] = "Go on", ["disabled"] = isInline or not stopped }
return actions

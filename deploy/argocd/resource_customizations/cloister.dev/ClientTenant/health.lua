-- Healthy is only what the operator saw to be as declared, in this generation of the object.
local function health(status, message)
  return { status = status, message = message }
end

local function condition(name, of)
  for _, each in ipairs((of or obj.status or {}).conditions or {}) do
    if each.type == name and each.observedGeneration == obj.metadata.generation then
      return each
    end
  end
  return { status = "Unknown", message = "" }
end

local function isReported()
  for _, record in ipairs((obj.status or {}).recentDrift or {}) do
    if record.mendedAt == nil and record.remedy == "Reported" then
      return true
    end
  end
  return false
end

local ready, stalled, drifted = condition("Ready"), condition("Stalled"), condition("Drifted")

if obj.spec.paused then
  return health("Suspended", "paused: " .. (ready.status == "False" and ready.message or "nothing is changed"))
end
if stalled.status == "True" then
  return health("Degraded", stalled.message)
end
if drifted.status == "True" and isReported() then
  return health("Degraded", ready.message)
end
local leaving = condition("Offboarding")
if leaving.status == "True" then
  local waits = leaving.reason == "Waiting" or leaving.reason == "Destroyed"
  return health(waits and "Suspended" or "Progressing", leaving.message)
end
-- Pods wait for nodes that AWS ends or refuses.
local launching = condition("Launching", (obj.status or {}).nodes)
if launching.status == "False" then
  return health("Degraded", launching.message)
end
if ready.status == "True" then
  return health("Healthy", ready.message)
end
if ready.status == "Unknown" then
  return health("Progressing", "the operator has not looked at this generation yet")
end
return health("Progressing", ready.message)

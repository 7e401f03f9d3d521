-- Healthy is only what the operator saw to be as declared, in this generation of the object.
local function health(status, message)
  return { status = status, message = message }
end

local function condition(name)
  for _, each in ipairs((obj.status or {}).conditions or {}) do
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
if ready.reason == "Paused" then -- with its tenant
  return health("Suspended", ready.message)
end
if stalled.status == "True" then
  return health("Degraded", stalled.message)
end
if drifted.status == "True" and isReported() then
  return health("Degraded", ready.message)
end
if ready.status == "True" then
  return health("Healthy", ready.message)
end
if ready.status == "Unknown" then
  return health("Progressing", "the operator has not looked at this generation yet")
end
return health("Progressing", ready.message)

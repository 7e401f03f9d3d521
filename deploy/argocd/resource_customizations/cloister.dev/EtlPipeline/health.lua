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

local ready, stalled = condition("Ready"), condition("Stalled")

if obj.spec.suspend then
  return health("Suspended", "suspended: no run is started, files are kept for later")
end
if stalled.status == "True" then
  return health("Degraded", stalled.message)
end
if ready.status == "True" then
  -- A run that failed, or a queue that does not answer, is told, but the pipeline is as declared.
  local said = obj.status.message or ""
  return health("Healthy", said ~= "" and said or ready.message)
end
if ready.status == "Unknown" then
  return health("Progressing", "the operator has not looked at this generation yet")
end
return health("Progressing", ready.message)

obj.spec.approvedPlan = obj.status.plan.hash
return obj

/*---
id: claim_paid_more_than_approved
title: {en: Subsidy paid exceeds what was approved, zh: 已拨付贴息超过核准金额}
severity: fail
needs: {subsidy_claim: [approved, paid_central]}
---*/
select
    claim_id,
    approved,
    paid_central,
    paid_provincial
from subsidy_claim
where coalesce(paid_central, 0) + coalesce(paid_provincial, 0) > coalesce(approved, 0)

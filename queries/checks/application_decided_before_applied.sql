/*---
id: application_decided_before_applied
title: {en: Application decided before it was made, zh: 授信决定早于申请}
severity: fail
needs: {application: [applied_at, decided_at]}
---*/
select
    application_id,
    applied_at,
    decided_at
from application
where decided_at < applied_at

/*---
id: complaint_answered_before_received
title: {en: Complaint decided or informed before it was received, zh: 投诉办结或告知早于受理}
severity: fail
needs: {complaint: [received_at]}
---*/
select
    complaint_id,
    received_at,
    decided_at,
    informed_at
from complaint
where decided_at < received_at
    or informed_at < received_at

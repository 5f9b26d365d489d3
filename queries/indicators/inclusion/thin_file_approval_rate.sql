/*---
id: inclusion.thin_file_approval_rate
code: INC-15
title: {en: Thin-file approval rate, zh: 征信白户通过率}
definition:
  en: >-
    Approved applications of applicants with a thin credit file, of the complete ones decided in the
    period. Thin means no file (W1) or a file without any account ever (W2) at the decision;
    accounts with us alone (W3) are a record and do not count as thin. The rate of all other
    applicants stands beside it. Decided applications whose file status is not recorded are unknown
    and stand in neither rate. Periods, withdrawn and incomplete applications as in INC-14.
  zh: >-
    期内审结的完整申请中，征信白户的通过率。白户指审批时无征信档案（W1）或有档案但从未有信贷账户（W2）；仅在本机构有账户者（W3）已有记录，不计为白户。
    另列其余申请人的通过率。审结但未记录征信状态的申请列为未知，两个比率均不计。期间及撤回、材料不全的处理同 INC-14。
reading:
  en: The gap between the two rates is no proof of unequal treatment; applicants differ in more than their file.
  zh: 两个通过率之差并不证明差别对待，申请人的差异不止于征信。
version: 1
direction: higher_is_better
serves: [access]
unit: share
measures:
  - name: share
    kind: share
    numerator: thin_approved
    denominator: thin_decided
    missing: unknown
  - name: other_share
    title: {en: Approval rate of all others, zh: 其余申请人通过率}
    kind: share
    numerator: other_approved
    denominator: other_decided
    missing: unknown
    direction: context
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product]
frameworks: ["SASB:FN-CF-270a.2@2023-12", "GRI:G4-FS14"]
needs: {application: [decision, credit_file_status]}
moves: {application: 1, borrower: 0}
---*/
select
    period,
    count(*) filter (where is_approved and is_thin_file)    as thin_approved,
    count(*) filter (where is_thin_file)                    as thin_decided,
    count(*) filter (where is_approved and not is_thin_file)
                                                            as other_approved,
    count(*) filter (where not is_thin_file)                as other_decided,
    count(*) filter (where is_thin_file is null)            as unknown
from application_decided
where is_approved is not null
group by all

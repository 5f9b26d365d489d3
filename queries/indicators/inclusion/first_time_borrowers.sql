/*---
id: inclusion.first_time_borrowers
code: INC-03
title: {en: First-time formal borrowers, zh: 首贷户数}
definition:
  en: >-
    Borrowers whose first loan with us was disbursed in the period and who had no formal credit from
    anyone before. The file status at the decision on that loan decides (no file, or a file without
    any account ever: first-time). Where it is not recorded, the credit bureau's later word or the
    customer's own declaration does (had_credit_before): one yes in any month outweighs every no.
    Where neither says anything the borrower is unknown, and is counted apart, not as first-time.
  zh: >-
    期内在本机构首次获得贷款且此前未从任何机构获得正规信贷的借款人数。以该笔贷款审批时的征信状态判定（无征信档案或有档案但从未有信贷账户为首贷）；
    未记录的，以征信机构其后反馈或客户自述（had_credit_before）补充判定，任一月份为“有”即视为有。两者均无记录的列为未知，另行列数，不计为首贷。
reading:
  en: >-
    It may exceed the numerator of the first-time borrower share (INC-04), which goes by the file at
    the decision alone. A borrower is first-time in one period only.
  zh: 可能大于首贷占比（INC-04）的分子，后者仅以审批时征信状态判定。每位借款人仅在一个期间计为首贷。
version: 1
direction: higher_is_better
serves: [access]
unit: person
measures:
  - {name: first_time_borrowers, kind: count, numerator: first_time_borrowers}
  - name: by_bureau_alone
    title: {en: Of these known by the later bureau file alone, zh: 其中仅由其后征信反馈判定}
    kind: count
    direction: context
    numerator: by_bureau_alone
  - name: unknown_borrowers
    title: {en: New borrowers of whom nobody knows, zh: 无法判定的新增借款人}
    kind: count
    direction: context
    numerator: unknown_borrowers
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, subsidised]
frameworks: ["IRIS:PI2822@5.3c", "GRI:G4-FS14"]
needs: {loan: [disbursed_at, borrower_id], application: [credit_file_status]}
---*/
with bureau_word as (
    select
        bureau_month.borrower_id,
        max(case when bureau_month.had_credit_before then 1 else 0 end) = 1
                                                            as had_credit_before
    from bureau_month
    where bureau_month.had_credit_before is not null
    group by bureau_month.borrower_id
),

new_borrower as (
    select
        new_loan.*,
        coalesce(new_loan.is_first_credit, not bureau_word.had_credit_before)
                                                            as is_first_time
    from new_loan
    left join bureau_word
        on bureau_word.borrower_id = new_loan.borrower_id
    where new_loan.is_first_with_us
)

select
    period,
    count(*) filter (where is_first_time)                   as first_time_borrowers,
    count(*) filter (where is_first_time and is_first_credit is null)
                                                            as by_bureau_alone,
    count(*) filter (where is_first_time is null)           as unknown_borrowers
from new_borrower
group by all

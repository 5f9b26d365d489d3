/*---
id: healthy_consumption.interest_free_spending_share
code: HC-19
title: {en: Interest-free share of spending, zh: 免息消费占比}
definition:
  en: >-
    Amount of purchases made in the period that were free of interest, of the amount of all
    purchases made in it, both net of refunds. A purchase is free of interest when its loan grants
    interest-free days and no bill of the loan that runs during these days, counted from the day of
    purchase, charges interest or fees. An instalment plan that charges from its first bill is
    therefore not free of interest, whatever days its contract names. Where no bill has been issued
    yet, the contract's days decide. Purchases on loans whose interest-free days are not recorded,
    or whose bill does not say its interest, are unknown.
  zh: >-
    期内消费中免息消费金额占全部消费金额的比例，均扣除退款。贷款约定有免息期，且自消费日起的免息期内该贷款各期账单
    均未收取利息和费用的，计为免息消费；首期账单即计息收费的分期，不论合同载明多少免息天数，均不计为免息。
    尚未出账的以合同约定为准。贷款未记录免息天数，或账单未载利息的，其消费金额列为未知。
reading:
  en: >-
    It speaks of the interest-free window only: a purchase that is not repaid after it may bear
    interest later. A high share follows from the product mix as much as from customers' conduct.
  zh: 仅反映免息期内的情况，免息期后未还清的消费仍可能计息。占比高低既取决于客户行为，也取决于产品结构。
version: 1
direction: higher_is_better
serves: [cost_of_credit]
unit: share
measures:
  - name: share
    kind: weighted_share
    numerator: interest_free_amount
    denominator: known_amount
    missing: unknown_amount
    n: known_purchases
    numerator_n: interest_free_purchases
    cluster: cluster_id
breakdowns: [province, area, gender, age_band, income_quintile, new_citizen, product, channel, first_time, subsidised, category]
needs: {spending: [amount], loan: [interest_free_days]}
moves: {spending: amount, loan: 0, application: breakdowns, borrower: 0}
---*/
select
    period,
    coalesce(sum(net_amount) filter (where is_interest_free), 0)
                                                            as interest_free_amount,
    coalesce(sum(net_amount) filter (where is_interest_free is not null), 0)
                                                            as known_amount,
    coalesce(sum(net_amount) filter (where is_interest_free is null), 0)
                                                            as unknown_amount,
    count(*) filter (where is_interest_free)                as interest_free_purchases,
    count(is_interest_free)                                 as known_purchases
from spending_made
-- A purchase refunded in full was none.
where net_amount > 0
group by all

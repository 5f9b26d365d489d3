-- Macros shared by every step. A draw depends on (seed, kind, key, name) alone, so
-- neither the number of threads nor the order of rows can change a value. md5 is used
-- because the engine's own hash() may differ from one version to the next. No ln, exp
-- or pow anywhere: their last digit differs between C libraries, + - * / do not.
create macro draw(kind, k, name) as
    (md5_number_lower(concat_ws('/', getvariable('seed')::varchar, kind, k::varchar, name)) >> 11)::double
    / 9007199254740992.0;

-- A value at share x of a distribution given by its 21 quantiles at steps of 5 %.
create macro spread(x, quantiles) as
    quantiles[floor(x * 20)::integer + 1]
    + (quantiles[floor(x * 20)::integer + 2] - quantiles[floor(x * 20)::integer + 1])
    * (x * 20 - floor(x * 20));

create macro pick(x, options) as options[floor(x * len(options))::integer + 1];

create macro whole(x) as floor(x)::bigint;

create macro nearest(x) as floor(x + 0.5)::bigint;

-- Integer division, half up, for amounts in cents; both arguments are not negative.
create macro divide(numerator, denominator) as
    ((2 * numerator::hugeint + denominator::hugeint) // (2 * denominator::hugeint))::bigint;

create macro yuan(cents) as (cents::decimal(16, 0) * 0.01)::decimal(18, 2);

create macro rate(millionths) as (millionths::decimal(9, 0) * 0.000001)::decimal(9, 6);

create macro id(prefix, number) as prefix || lpad(number::varchar, getvariable('id_digits')::integer, '0');

create macro is_story_place(province_code, area) as
    coalesce(province_code in ('410000', '430000', '450000') and area in ('county', 'rural'), false);

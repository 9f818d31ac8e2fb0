// The named date formats, in the notation of date-pattern.ts.
// Upstream: org.opensearch.common.time.DateFormatters.

/** A format: how it prints, and the patterns that it tries when it parses. */
export interface NamedFormat {
  readonly print: string;
  readonly parse: readonly string[];
}

const YEAR = "<year 4 10 pad>";
const YMD = `${YEAR}[-<month 2 2>[-<day 2 2>]]`;
const HM = "<hour 2 2>:<minute 2 2>";
const HMS = `${HM}:<second 2 2>`;
const DATE = "<year 1 5 normal>[-<month 1 2>[-<day 1 2>]]";
const LENIENT_HM = "<hour 1 2>:<minute 1 2>";
const LENIENT_HMS = `${LENIENT_HM}:<second 1 2>`;
const BASIC_DATE = "<year 4 4 normal><month 2 2><day 2 2>";
const BASIC_HMS = "<hour 2 2><minute 2 2><second 2 2>";
const ISO_DATE = `${YEAR}-<month 2 2>-<day 2 2>`;
const ORDINAL = `${YEAR}-<dayOfYear 3 3>`;
const LENIENT_ORDINAL = `${YEAR}-<dayOfYear 1 3>`;
const BASIC_ORDINAL = "<year 4 10 pad><dayOfYear 3 3>";
const WEEK_DATE = "<weekYear 4 10 pad>'-W'<week 2 2>-<dayOfWeek 1 1>";
const LENIENT_WEEK_DATE = "<weekYear 4 10 pad>'-W'<week 1 2>-<dayOfWeek 1 1>";
const BASIC_WEEK_DATE = "<weekYear 4 4>'W'<week 1 2><dayOfWeek 1 1>";
const BASIC_WEEK_DATE_PRINT = "<weekYear 4 4>'W'<week 2 2><dayOfWeek 1 1>";
const F19 = "<frac 1 9 .>";
const F33 = "<frac 3 3 .>";
const F39 = "<frac 3 9 .>";
const ZONE = "<zone>";
const NO_COLON = "<offset:+HHmm>";
const OFFSET = "<offset:+HH:MM>";

const OPTIONAL_ZONE = `[${ZONE}][${NO_COLON}]`;
const PRINT_DATE_TIME = `${ISO_DATE}'T'${HMS}${F33}${OFFSET}`;
const PRINT_DATE_TIME_NANOS = `${ISO_DATE}'T'${HMS}${F39}${OFFSET}`;

function same(pattern: string): NamedFormat {
  return { print: pattern, parse: [pattern] };
}

function format(print: string, parse: string): NamedFormat {
  return { print, parse: [parse] };
}

/** A format whose offset may be written with or without a colon, or as a zone. */
function zoned(print: string, parse: string): NamedFormat {
  return { print: print + OFFSET, parse: [parse + ZONE, parse + NO_COLON] };
}

const STRICT_OPTIONAL_TIME = `${YMD}['T'[<hour 2 2>[:<minute 2 2>[:<second 2 2>[${F19}][,<frac 1 9>]]]${OPTIONAL_ZONE}]]`;
const STRICT_OPTIONAL_TIME_NANOS = `${YMD}['T'${HMS}[${F19}][,<frac 1 9>]${OPTIONAL_ZONE}]`;
const ISO8601 =
  `${YMD}['T'[<hour 2 2>[:<minute 2 2>[:<second 2 2>[${F19}][,<frac 1 9>]]]]` + `${OPTIONAL_ZONE}]`;
const OPTIONAL_TIME =
  `${DATE}['T'[<hour 1 2>[:<minute 1 2>[:<second 1 2>][${F19}][,<frac 1 9>]` +
  `${OPTIONAL_ZONE}]]]`;
const DATE_TIME = `${DATE}'T'${LENIENT_HM}[:<second 1 2>${F19}]`;
const DATE_TIME_PREFIX = `${DATE}'T'${LENIENT_HM}[:<second 1 2>]`;
const STRICT_ORDINAL_TIME = `${ORDINAL}'T'${HM}[:<second 2 2>${F19}]`;
const STRICT_ORDINAL_TIME_PRINT = `${ORDINAL}'T'${HM}[:<second 2 2>${F39}]`;

const FORMATS: Readonly<Record<string, NamedFormat>> = {
  iso8601: format(PRINT_DATE_TIME, ISO8601),
  basic_date: format(BASIC_DATE, "<year 1 4 normal><month 1 2><day 1 2>"),
  basic_date_time: zoned(
    `${BASIC_DATE}'T'${BASIC_HMS}${F33}`,
    `${BASIC_DATE}'T'${BASIC_HMS}${F19}`,
  ),
  basic_date_time_no_millis: zoned(`${BASIC_DATE}'T'${BASIC_HMS}`, `${BASIC_DATE}'T'${BASIC_HMS}`),
  basic_ordinal_date: same(BASIC_ORDINAL),
  basic_ordinal_date_time: zoned(
    `${BASIC_ORDINAL}'T'${BASIC_HMS}${F33}`,
    `${BASIC_ORDINAL}'T'${BASIC_HMS}${F19}`,
  ),
  basic_ordinal_date_time_no_millis: zoned(
    `${BASIC_ORDINAL}'T'${BASIC_HMS}`,
    `${BASIC_ORDINAL}'T'${BASIC_HMS}`,
  ),
  basic_time: zoned(`${BASIC_HMS}${F33}`, `${BASIC_HMS}${F19}`),
  basic_time_no_millis: zoned(BASIC_HMS, BASIC_HMS),
  basic_t_time: zoned(`'T'${BASIC_HMS}${F33}`, `'T'${BASIC_HMS}${F19}`),
  basic_t_time_no_millis: zoned(`'T'${BASIC_HMS}`, `'T'${BASIC_HMS}`),
  basic_week_date: format(BASIC_WEEK_DATE_PRINT, BASIC_WEEK_DATE),
  basic_week_date_time: basicWeek(`${BASIC_HMS}${F33}`, `${BASIC_HMS}${F19}`),
  basic_week_date_time_no_millis: basicWeek(BASIC_HMS, BASIC_HMS),
  strict_basic_week_date: format(BASIC_WEEK_DATE_PRINT, BASIC_WEEK_DATE),
  strict_basic_week_date_time: basicWeek(`${BASIC_HMS}${F33}`, `${BASIC_HMS}${F19}`),
  strict_basic_week_date_time_no_millis: basicWeek(BASIC_HMS, BASIC_HMS),
  date: format(ISO_DATE, DATE),
  strict_date: same(ISO_DATE),
  date_hour: format(`${ISO_DATE}'T'HH`, `${DATE}'T'<hour 1 2>`),
  strict_date_hour: same(`${ISO_DATE}'T'HH`),
  date_hour_minute: format(`${ISO_DATE}'T'${HM}`, `${DATE}'T'${LENIENT_HM}`),
  strict_date_hour_minute: same(`${ISO_DATE}'T'${HM}`),
  date_hour_minute_second: format(`${ISO_DATE}'T'${HMS}`, `${DATE}'T'${LENIENT_HMS}`),
  strict_date_hour_minute_second: same(`${ISO_DATE}'T'${HMS}`),
  date_hour_minute_second_fraction: format(
    `${ISO_DATE}'T'${HMS}${F33}`,
    `${DATE}'T'${LENIENT_HMS}${F19}`,
  ),
  strict_date_hour_minute_second_fraction: format(
    `${ISO_DATE}'T'${HMS}${F33}`,
    `${YMD}'T'${HMS}${F19}`,
  ),
  date_hour_minute_second_millis: format(
    `${ISO_DATE}'T'${HMS}${F33}`,
    `${DATE}'T'${LENIENT_HMS}<frac 1 3 .>`,
  ),
  strict_date_hour_minute_second_millis: format(
    `${ISO_DATE}'T'${HMS}${F33}`,
    `${YMD}'T'${HMS}${F19}`,
  ),
  date_optional_time: format(PRINT_DATE_TIME, OPTIONAL_TIME),
  strict_date_optional_time: format(PRINT_DATE_TIME, STRICT_OPTIONAL_TIME),
  strict_date_optional_time_nanos: format(PRINT_DATE_TIME_NANOS, STRICT_OPTIONAL_TIME_NANOS),
  rfc3339_lenient: format(PRINT_DATE_TIME, OPTIONAL_TIME),
  date_time: { print: PRINT_DATE_TIME, parse: [DATE_TIME + OFFSET, DATE_TIME + NO_COLON] },
  strict_date_time: zoned(`${ISO_DATE}'T'${HMS}${F39}`, `${YMD}'T'${HMS}[${F19}]`),
  date_time_no_millis: {
    print: `${ISO_DATE}'T'${HMS}${ZONE}`,
    parse: [
      DATE_TIME_PREFIX + OFFSET,
      DATE_TIME_PREFIX + NO_COLON,
      `${DATE_TIME_PREFIX}[${ZONE}]`,
      `${DATE_TIME_PREFIX}[${NO_COLON}]`,
    ],
  },
  strict_date_time_no_millis: zoned(`${ISO_DATE}'T'${HMS}`, `${YMD}'T'${HMS}`),
  hour: format("HH", "<hour 1 2>"),
  strict_hour: same("HH"),
  hour_minute: format(HM, LENIENT_HM),
  strict_hour_minute: same(HM),
  hour_minute_second: format(HMS, LENIENT_HMS),
  strict_hour_minute_second: same(HMS),
  hour_minute_second_fraction: format(HMS + F33, LENIENT_HMS + F19),
  strict_hour_minute_second_fraction: format(HMS + F33, HMS + F19),
  hour_minute_second_millis: format(HMS + F33, `${LENIENT_HMS}<frac 1 3 .>`),
  strict_hour_minute_second_millis: format(HMS + F33, HMS + F19),
  ordinal_date: format(ORDINAL, LENIENT_ORDINAL),
  strict_ordinal_date: same(ORDINAL),
  ordinal_date_time: zoned(
    STRICT_ORDINAL_TIME_PRINT,
    `${LENIENT_ORDINAL}'T'${LENIENT_HM}[:<second 1 2>${F19}]`,
  ),
  strict_ordinal_date_time: zoned(STRICT_ORDINAL_TIME_PRINT, STRICT_ORDINAL_TIME),
  ordinal_date_time_no_millis: zoned(`${ORDINAL}'T'${HMS}`, `${LENIENT_ORDINAL}'T'${LENIENT_HMS}`),
  strict_ordinal_date_time_no_millis: zoned(`${ORDINAL}'T'${HMS}`, `${ORDINAL}'T'${HMS}`),
  time: zoned(HMS + F33, LENIENT_HMS + F19),
  strict_time: zoned(HMS + F33, HMS + F19),
  time_no_millis: zoned(HMS, LENIENT_HMS),
  strict_time_no_millis: zoned(HMS, HMS),
  t_time: zoned(`'T'${HMS}${F33}`, `'T'${LENIENT_HMS}${F19}`),
  strict_t_time: zoned(`'T'${HMS}${F33}`, `'T'${HMS}${F19}`),
  t_time_no_millis: zoned(`'T'${HMS}`, `'T'${LENIENT_HMS}`),
  strict_t_time_no_millis: zoned(`'T'${HMS}`, `'T'${HMS}`),
  week_date: format(WEEK_DATE, LENIENT_WEEK_DATE),
  strict_week_date: same(WEEK_DATE),
  week_date_time: zoned(
    `${WEEK_DATE}'T'${HMS}${F33}`,
    `${LENIENT_WEEK_DATE}'T'${LENIENT_HMS}${F19}`,
  ),
  strict_week_date_time: zoned(`${WEEK_DATE}'T'${HMS}${F33}`, `${WEEK_DATE}'T'${HMS}${F19}`),
  week_date_time_no_millis: zoned(`${WEEK_DATE}'T'${HMS}`, `${LENIENT_WEEK_DATE}'T'${LENIENT_HMS}`),
  strict_week_date_time_no_millis: zoned(`${WEEK_DATE}'T'${HMS}`, `${WEEK_DATE}'T'${HMS}`),
  week_year: same("<weekYear 1 19 normal>"),
  weekyear: same("<weekYear 1 19 normal>"),
  strict_weekyear: same("<weekYear 4 10 pad>"),
  weekyear_week: format(
    "<weekYear 4 10 pad>'-W'<week 2 2>",
    "<weekYear 1 19 normal>'-W'<week 1 2>",
  ),
  strict_weekyear_week: same("<weekYear 4 10 pad>'-W'<week 2 2>"),
  weekyear_week_day: format(WEEK_DATE, "<weekYear 1 19 normal>'-W'<week 1 2>-<dayOfWeek 1 1>"),
  strict_weekyear_week_day: same(WEEK_DATE),
  year: same("<year 1 19 normal>"),
  strict_year: same(YEAR),
  year_month: format(`${YEAR}-<month 2 2>`, "<year 1 19 normal>-<month 1 2>"),
  strict_year_month: same(`${YEAR}-<month 2 2>`),
  year_month_day: format(ISO_DATE, "<year 1 19 normal>-<month 1 2>-<day 1 2>"),
  strict_year_month_day: { print: ISO_DATE, parse: [YMD] },
};

function basicWeek(print: string, parse: string): NamedFormat {
  return {
    print: `${BASIC_WEEK_DATE_PRINT}'T'${print}<offset:+HHmm>`,
    parse: [`${BASIC_WEEK_DATE}'T'${parse}${ZONE}`, `${BASIC_WEEK_DATE}'T'${parse}${NO_COLON}`],
  };
}

/** A named format; camel-case names of older versions are the same formats. */
export function namedFormat(name: string): NamedFormat | undefined {
  if (Object.hasOwn(FORMATS, name)) return FORMATS[name];
  if (!/^[a-z]+[A-Z]/.test(name)) return undefined;
  const snake = name
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    .replace(/_t_time$/, "_t_time");
  return Object.hasOwn(FORMATS, snake) ? FORMATS[snake] : undefined;
}

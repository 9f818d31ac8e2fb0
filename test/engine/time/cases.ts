// Formats, date math and roundings whose answers from OpenSearch 2.19.6 stand in data/answers.json.
// Recorded by `npx tsx tools/record-time-answers.ts URL`.

/** Names of all formats. */
export const FORMAT_NAMES = [
  "iso8601", "basic_date", "basic_date_time", "basic_date_time_no_millis", "basic_ordinal_date",
  "basic_ordinal_date_time", "basic_ordinal_date_time_no_millis", "basic_time",
  "basic_time_no_millis", "basic_t_time", "basic_t_time_no_millis", "basic_week_date",
  "basic_week_date_time", "basic_week_date_time_no_millis", "date", "date_hour", "date_hour_minute",
  "date_hour_minute_second", "date_hour_minute_second_fraction", "date_hour_minute_second_millis",
  "date_optional_time", "date_time", "date_time_no_millis", "hour", "hour_minute",
  "hour_minute_second", "hour_minute_second_fraction", "hour_minute_second_millis", "ordinal_date",
  "ordinal_date_time", "ordinal_date_time_no_millis", "time", "time_no_millis", "t_time",
  "t_time_no_millis", "week_date", "week_date_time", "week_date_time_no_millis", "weekyear",
  "weekyear_week", "weekyear_week_day", "year", "year_month", "year_month_day", "epoch_millis",
  "epoch_second", "strict_basic_week_date", "strict_basic_week_date_time",
  "strict_basic_week_date_time_no_millis", "strict_date", "strict_date_hour",
  "strict_date_hour_minute", "strict_date_hour_minute_second",
  "strict_date_hour_minute_second_fraction", "strict_date_hour_minute_second_millis",
  "strict_date_optional_time", "strict_date_optional_time_nanos", "strict_date_time",
  "strict_date_time_no_millis", "strict_hour", "strict_hour_minute", "strict_hour_minute_second",
  "strict_hour_minute_second_fraction", "strict_hour_minute_second_millis", "strict_ordinal_date",
  "strict_ordinal_date_time", "strict_ordinal_date_time_no_millis", "strict_time",
  "strict_time_no_millis", "strict_t_time", "strict_t_time_no_millis", "strict_week_date",
  "strict_week_date_time", "strict_week_date_time_no_millis", "strict_weekyear",
  "strict_weekyear_week", "strict_weekyear_week_day", "strict_year", "strict_year_month",
  "strict_year_month_day",
];

/** Patterns. */
export const PATTERNS = [
  "yyyy-MM-dd", "uuuu/M/d H:m:s", "dd.MM.yy", "EEE, dd MMM yyyy HH:mm:ss Z", "EEEE d MMMM uuuu",
  "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX", "hh:mm a", "K:mm a", "k:mm", "DDD uuuu", "yyyyMMddHHmmss", "Q uuuu",
  "G yyyy", "YYYY-'W'ww-e", "yyyy-MM-dd HH:mm VV", "yyyy[-MM[-dd]]", "HH:mm:ss.SSS x", "A", "n", "MMMMM",
  "XX", "XXX", "xx", "ZZZZZ", "ZZZZ", "yyyy-MM-dd z", "''yyyy''", "S", "c", "W", "F",
];

/** Instants to print, in milliseconds. */
export const INSTANTS = [0, -1, 1583392089012, 1577836799999, 951782400000, 253402300799999, -62135596800000,
  1609459200000, 1230768000000, -2208988800001];

/** Texts to parse. */
export const TEXTS = [
  "2020-03-05", "2020-03-05T07:08:09.012Z", "2020-03-05T07:08:09.012345678+05:30", "2020", "2020-03",
  "2020-03-05T07", "2020-03-05T07:08", "20200305", "20200305T070809.012Z", "20200305T070809Z", "2020065",
  "2020-065", "2020-W10-4", "2020W104", "070809.012Z", "T07:08:09Z", "07:08:09", "07:08", "07",
  "2020-3-5", "2020-3-5T7:8:9", "2020-03-05T07:08:09+0100", "2020-03-05T07:08:09Europe/Berlin",
  "1583392089012", "1583392089", "-1", "1583392089.5", "05.03.20", "Thu, 05 Mar 2020 07:08:09 +0000",
  "Thursday 5 March 2020", "07:08 AM", "20200305070809", "2020/3/5 7:8:9", "2020-W10", "+12020-03-05",
  "-2020-03-05", "02020-03-05", "2020-03-05T24:00:00", "2020-03-05T23:59:60Z", "2019-02-29", "065 2020",
  "2020-03-05T07:08:09,5", "2020-03-05T07:08:09.", "2020-03-05T", "2020-03-05 07:08:09", " 2020", "2020-03-05Z",
  "2020-03-05T07:08:09.012345678Z", "2020-03-05 07:08 Europe/Paris", "12:30 PM", "AD 2020",
];

/** Date math: text, time zone. */
export const MATH: readonly (readonly [string, string | undefined])[] = [
  "2020-01-31||+1M", "2020-01-31||+1M/d", "2020-02-29||+1y", "2020-02-29||-1y/M", "2020-03-05||/w",
  "2020-03-05T07:08:09||/h", "2020-03-05T07:08:09||/m", "2020-03-05T07:08:09.5||/s", "2020-03-05||/M",
  "2020-03-05||/y", "2020-03-05||+1d-2h/H", "2020-03-05||+90m", "2020-03-05||-3w/w+1d",
  "2020-03-29T01:59:00||+1h", "2020-03-29||+1d", "2020-10-25||+1d", "2020-03-28T02:30:00||+1d",
  "2020-10-25T02:30:00", "2020-03-29T02:30:00", "2020-10-24T02:30:00||+1d", "2020-10-25T02:30:00||+1h/h",
  "2020-03-05||", "2020-03-05||+", "2020-03-05||+1", "2020-03-05||*1d", "2020-03-05||+1x", "2020-03-05||/2d",
  "2020-03-05||/Q", "2020", "2020-02", "2020-03-05T07", "nope", "", "2020-03-05||+99999999999d",
].flatMap((text) => ["UTC", "Europe/Berlin", "America/New_York", "+05:30"].map((zone) =>
  [text, zone] as const));

const HOUR = 3_600_000;
const around = (instant: number) =>
  [-25, -24, -2, -1.5, -1, -0.5, -0.001, 0, 0.001, 0.5, 1, 1.5, 2, 3, 23, 24, 25, 49]
    .map((hours) => instant + Math.round(hours * HOUR));

/** Instants to round: around changes of clocks, and plain ones. */
export const ROUNDED = [...new Set([
  Date.UTC(2020, 2, 29, 1), Date.UTC(2020, 9, 25, 1), Date.UTC(2020, 2, 8, 7), Date.UTC(2020, 10, 1, 6),
  Date.UTC(2011, 11, 30, 10), Date.UTC(2018, 10, 4, 3), Date.UTC(2020, 3, 4, 15), Date.UTC(2020, 9, 3, 15, 30),
  Date.UTC(1969, 11, 31, 23), Date.UTC(2000, 1, 29), Date.UTC(2023, 3, 23, 2),
].flatMap(around))].sort((a, b) => a - b);

/** Zones with whole, half, and odd changes, across midnight and over a day. */
export const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata",
  "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "+01:30"];

/** Calendar units. */
export const UNITS = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"];
/** Fixed intervals: text and milliseconds. */
export const INTERVALS: readonly (readonly [string, number])[] = [
  ["90m", 90 * 60_000], ["1h", HOUR], ["3h", 3 * HOUR], ["12h", 12 * HOUR], ["1d", 24 * HOUR],
  ["7d", 168 * HOUR], ["37h", 37 * HOUR], ["10s", 10_000],
];

// Date formats of Joda (Elasticsearch before 7) as formats of java.time (OpenSearch).
//
//   JODA   MEANING                 JAVA.TIME
//   Y      year of era             y        (java's Y is the week's year)
//   x      year of the week        Y
//   Z      +0000 or Z              X, twice
//   ZZ     +00:00 or Z             X, three times
//   ZZZ    Europe/Paris            VV
//   C      century                 gone
// Text in '…' stays. A leading 8 marked formats of java.time in Elasticsearch 6.8.
// Names were camelCase once: strictDateOptionalTime is strict_date_optional_time.
// Upstream: "Migrating to java time" of Elasticsearch 7.0, DateFormatter.forPattern.

const JAVA_OF_JODA: Readonly<Record<string, (run: string) => string>> = {
  Y: (run) => "y".repeat(run.length),
  x: (run) => "Y".repeat(run.length),
  Z: (run) => (run.length > 2 ? "VV" : "X".repeat(run.length + 1)),
};

/** Formats (`a||b`) for the target; `isJoda`: the index was created before Elasticsearch 7. */
export function translateDateFormat(format: string, isJoda: boolean): string {
  const isJava = format.startsWith("8");
  const formats = (isJava ? format.slice(1) : format).split("||");
  return formats.map((one) => translateOne(one, isJoda && !isJava)).join("||");
}

function translateOne(format: string, isJoda: boolean): string {
  const snake = snakeCase(format);
  if (NAMES.has(snake.replace(/^strict_/, ""))) return snake;
  return isJoda ? patternOfJoda(format) : format;
}

/** Formats that have a name, without `strict_`. Upstream: DateFormatters.forPattern. */
const NAMES: ReadonlySet<string> = new Set(
  (
    "iso8601 epoch_second epoch_millis date_optional_time basic_date basic_date_time " +
    "basic_date_time_no_millis basic_ordinal_date basic_ordinal_date_time " +
    "basic_ordinal_date_time_no_millis basic_time basic_time_no_millis basic_t_time " +
    "basic_t_time_no_millis basic_week_date basic_week_date_time basic_week_date_time_no_millis " +
    "date date_hour date_hour_minute date_hour_minute_second date_hour_minute_second_millis " +
    "date_hour_minute_second_fraction date_time date_time_no_millis hour hour_minute " +
    "hour_minute_second hour_minute_second_millis hour_minute_second_fraction ordinal_date " +
    "ordinal_date_time ordinal_date_time_no_millis time time_no_millis t_time t_time_no_millis " +
    "week_date week_date_time week_date_time_no_millis weekyear weekyear_week " +
    "weekyear_week_day year year_month year_month_day"
  ).split(" "),
);

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function patternOfJoda(pattern: string): string {
  return pattern.replace(/'[^']*'|([A-Za-z])\1*/g, (run) => {
    if (run.startsWith("'")) return run;
    return JAVA_OF_JODA[run[0]!]?.(run) ?? run;
  });
}

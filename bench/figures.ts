// Figures, their goals, and the table that is printed.

/** One line of the table. */
export interface Figure {
  readonly work: string;
  readonly unit: string;
  readonly varve: number;
  /** Undefined where the figure stands alone. */
  readonly real?: number;
  /** The program of `real`, where a table has several. */
  readonly peer?: string;
  /** `≤` or `≥` a ratio (with `real`) or a value (without); empty where there is none. */
  readonly goal: string;
}

/** The middle of the sorted values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Does a figure reach its goal? True where it has none. */
export function reached(figure: Figure): boolean {
  if (figure.goal === "") return true;
  const [, sign, bound] = /^([≤≥]) ([\d.]+)/.exec(figure.goal)!;
  const value = figure.real === undefined ? figure.varve : figure.varve / figure.real;
  return sign === "≤" ? value <= Number(bound) : value >= Number(bound);
}

function shown(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString("en");
  return value >= 10 ? value.toFixed(1) : value.toFixed(3);
}

/** A Markdown table; `other` is the title of the column of what Varve is compared with. */
export function table(figures: readonly Figure[], other = "OpenSearch"): string {
  const rows = figures.map((figure) => {
    const ratio = figure.real === undefined ? "" : `${(figure.varve / figure.real).toFixed(2)} ×`;
    const peer = figure.peer === undefined ? "" : ` (${figure.peer})`;
    const real = figure.real === undefined ? "" : `${shown(figure.real)}${peer}`;
    const verdict = figure.goal === "" ? "" : reached(figure) ? "yes" : "no";
    return `| ${figure.work} | ${shown(figure.varve)} ${figure.unit} | ${real} | ${ratio} | ${figure.goal} | ${verdict} |`;
  });
  return [
    `| work | Varve | ${other} | ratio | goal | reached |`,
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

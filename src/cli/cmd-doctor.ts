// `varve doctor`: tries what a repository's store must give, and says what is missing.

import {
  basePathOf,
  type DoctorReport,
  openBlobStore,
  type ProbeResult,
  readOnly,
  retry,
  runDoctor,
  type StoreAddress,
  timeout,
} from "../blobstore/index.ts";
import { type CommandContext, type CommandSpec, EXIT, textArgument } from "./command.ts";
import { addressOf } from "./open-repository.ts";
import { type Column, formatDuration } from "./output.ts";

/** A probe's single request that takes longer has found something. */
const TIMEOUT_MS = 30_000;
/** The smallest size of a part, so that the large probe is an upload in parts. */
const PART_SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  s3: { buffer_size: "5mb" },
};

/** `varve doctor` */
export const command: CommandSpec = {
  name: "doctor",
  summary: "try what a store must give: permissions, consistency, conditional writes, speed",
  define: (it) =>
    void it
      .argument("<repo>", "folder or URL of the repository; it may be empty")
      .option("--readonly", "write nothing: try only what a restore needs"),
  async run(context, args, options) {
    const address = await addressOf(textArgument(args, 0), context.terminal);
    const readonly = options["readonly"] === true || address.settings["readonly"] === "true";
    const { clock, random, signal, output } = context;
    const found = openBlobStore(withSmallParts(address), context);
    const store = retry(timeout(readonly ? readOnly(found) : found, clock, TIMEOUT_MS), context);
    const progress = output.progress("probes", 0, "blobs");
    try {
      const { type } = address;
      const basePath = basePathOf(address);
      const onResult = () => progress.advance(1);
      const report = await runDoctor(store, { type, basePath, clock, random, signal, onResult });
      progress.stop();
      await print(context, address, store.description, report);
      if (!report.reached) return EXIT.unreadable;
      return report.ok ? EXIT.ok : EXIT.findings;
    } finally {
      progress.stop();
      await store.close();
    }
  },
};

function withSmallParts(address: StoreAddress): StoreAddress {
  const settings = { ...address.settings, ...PART_SETTINGS[address.type] };
  return { ...address, settings };
}

const COLUMNS: readonly Column[] = [
  { title: "PROBE" },
  { title: "RESULT" },
  { title: "TOOK", right: true },
  { title: "REMARKS" },
];

async function print(
  context: CommandContext,
  address: StoreAddress,
  store: string,
  report: DoctorReport,
): Promise<void> {
  const { output } = context;
  const { ok, reached, folder, probes } = report;
  if (output.json) {
    await output.value({ ok, reached, type: address.type, store, folder, probes });
    return;
  }
  await output.table(COLUMNS, probes.map(cells));
  for (const probe of probes) {
    if (probe.remedy !== undefined) await output.line(`${probe.name}: ${probe.remedy}`);
  }
  const failed = probes.filter((probe) => !probe.ok).length;
  if (!reached) output.note(`${store} cannot be reached`);
  else if (failed > 0) output.note(`${failed} of ${probes.length} probes of ${store} failed`);
  else output.note(`${store} gives what a repository needs`);
}

function cells(probe: ProbeResult): string[] {
  const result = probe.skipped ? "skipped" : probe.ok ? "ok" : "FAILED";
  return [probe.name, result, probe.skipped ? "" : formatDuration(probe.millis), probe.message];
}

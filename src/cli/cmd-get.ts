// `varve get`: one document of a snapshot by its id, as OpenSearch's GET answers it.

import { encodeJson, type XContentValue } from "../xcontent/index.ts";
import { type CommandSpec, EXIT, textArgument } from "./command.ts";
import { indexExpressions, openIndices } from "./mounted-indices.ts";

/** `varve get` */
export const command: CommandSpec = {
  name: "get",
  summary: "print one document of a snapshot by its id; exit code 1 where it is not there",
  define: (it) =>
    void it
      .argument("<repo>", "folder or URL of the repository")
      .argument("<snapshot>", "its name")
      .argument("<index>", "name or wildcard; several with commas")
      .argument("<id>", "the document's _id")
      .option("--routing <value>", "its routing value; without it every shard is asked")
      .option("--source", "print the source alone, as it was sent")
      .option("--stats", "tell on stderr how many requests, bytes and rounds it took"),
  async run(context, args, options) {
    const indices = indexExpressions(textArgument(args, 2));
    const [repository, snapshot] = [textArgument(args, 0), textArgument(args, 1)];
    const id = textArgument(args, 3);
    const routing = options["routing"] as string | undefined;
    const opened = await openIndices(context, repository, snapshot, indices);
    try {
      const { mounted } = opened;
      const answers = await Promise.all(mounted.indices.map((index) => index.get({ id, routing })));
      const found = answers.find((answer) => answer["found"] === true);
      if (options["stats"] === true) context.terminal.stderr.write(`${opened.describeCost()}\n`);
      if (options["source"] !== true) {
        await context.output.value(found ?? answers[0] ?? { _id: id, found: false });
      } else if (found?.["_source"] !== undefined) {
        await context.output.line(encodeJson(found["_source"] as XContentValue));
      }
      return found === undefined ? EXIT.findings : EXIT.ok;
    } finally {
      opened.close();
    }
  },
};

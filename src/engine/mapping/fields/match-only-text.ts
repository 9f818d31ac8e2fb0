// `match_only_text`: text without frequencies, positions and norms. A term scores 1; a phrase is
// looked for in `_source`, among the documents that have its terms.
// Upstream: org.opensearch.index.mapper.MatchOnlyTextFieldMapper.

import { illegalArgument } from "../../../base/index.ts";
import type { Query } from "../../../lucene/search/index.ts";
import { ConstantScoreQuery } from "../../../lucene/search/index.ts";
import type { FieldTypeSpec } from "../field-mapper.ts";
import { mapperParsing } from "../mapper-errors.ts";
import type { Parameter } from "../parameters.ts";
import { booleanParameter, restrictedStringParameter } from "../parameters.ts";
import type { FieldQueryContext } from "../query-arguments.ts";
import { TEXT, TextFieldMapper, TextFieldType } from "./text.ts";

/** The type of a match_only_text field. */
export class MatchOnlyTextFieldType extends TextFieldType {
  override readonly typeName: string = "match_only_text";

  override termQuery(value: unknown, context: FieldQueryContext): Query {
    return new ConstantScoreQuery(super.termQuery(value, context));
  }

  override termQueryCaseInsensitive(value: unknown, context: FieldQueryContext): Query {
    return new ConstantScoreQuery(super.termQueryCaseInsensitive(value, context));
  }
}

function refusing(name: string, message: string): Parameter {
  return booleanParameter(name, false, false, {
    validate: (value) => {
      if (value === true) throw mapperParsing(message);
    },
  });
}

const NOT_HERE = "cannot be enabled on for match_only_text field. Use text field instead";

/** The parameters of text that differ here. */
const OWN: ReadonlyMap<string, Parameter> = new Map(
  [
    restrictedStringParameter("index_options", false, ["docs"]),
    refusing("norms", "Norms cannot be enabled on for match_only_text field"),
    refusing("index_phrases", `Index phrases ${NOT_HERE}`),
  ].map((parameter) => [parameter.name, parameter]),
);

function parameterOf(parameter: Parameter): Parameter {
  if (parameter.name !== "index_prefixes") return OWN.get(parameter.name) ?? parameter;
  return {
    ...parameter,
    validate: (value) => {
      if (value !== null && value !== undefined) throw mapperParsing(`Index prefixes ${NOT_HERE}`);
    },
  };
}

/** The `match_only_text` type. */
export const MATCH_ONLY_TEXT: FieldTypeSpec = {
  ...TEXT,
  typeName: "match_only_text",
  parameters: TEXT.parameters.map(parameterOf),
  build: (parts) => {
    // Positions are not indexed, whatever lies between values.
    if (parts.values.number("position_increment_gap") !== -1 && !parts.values.boolean("index")) {
      throw illegalArgument(
        `Cannot set position_increment_gap on field [${parts.simpleName}] without indexing enabled`,
      );
    }
    return new TextFieldMapper(parts, (facts, own) => new MatchOnlyTextFieldType(facts, own));
  },
};

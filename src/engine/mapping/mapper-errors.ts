// The exceptions of mapping and document parsing, with OpenSearch's names.

import { VarveError } from "../../base/index.ts";

function invalid(type: string, message: string, cause?: unknown): VarveError {
  return new VarveError("invalid", message, { type, ...(cause === undefined ? {} : { cause }) });
}

/** MapperParsingException. */
export function mapperParsing(message: string, cause?: unknown): VarveError {
  return invalid("mapper_parsing_exception", message, cause);
}

/** MapperException. */
export function mapperException(message: string): VarveError {
  return new VarveError("internal", message, { type: "mapper_exception" });
}

/** OpenSearchParseException. */
export function parseException(message: string, cause?: unknown): VarveError {
  return invalid("parse_exception", message, cause);
}

/** StrictDynamicMappingException. */
export function strictDynamicMapping(dynamic: string, path: string, field: string): VarveError {
  return invalid(
    "strict_dynamic_mapping_exception",
    `mapping set to ${dynamic}, dynamic introduction of [${field}] within [${path}] is not allowed`,
  );
}

/** Jackson's JsonParseException, JsonEOFException or InputCoercionException. */
export function jsonError(type: string, message: string, line: number, column: number): VarveError {
  return invalid(type, `${message}\n at ${jsonLocation(line, column)}`);
}

/** Jackson's place, with the source left out as OpenSearch configures it. */
export function jsonLocation(line: number, column: number): string {
  return (
    "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); " +
    `line: ${line}, column: ${column}]`
  );
}

/** The exception type of an error, for wrapping decisions. */
export function errorType(error: unknown): string | undefined {
  return error instanceof VarveError ? error.type : undefined;
}

/** The message of any error. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// Mappings, updates and documents answer as OpenSearch 2.19.6 does: same errors with the same chain of
// causes, same _mapping with the same order of keys. Goal: no text of ours that a client could tell apart.
// Method: each case of cases.ts runs through MapperService; data/answers.json holds the real answers.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { systemClock, VarveError } from "../../../src/base/index.ts";
import { buildIndexAnalyzers } from "../../../src/engine/analysis/index.ts";
import type { JsonObject } from "../../../src/engine/mapping/index.ts";
import { MapperService } from "../../../src/engine/mapping/index.ts";
import { Settings } from "../../../src/engine/settings.ts";
import { CASES } from "./cases.ts";

interface Answer {
  readonly error?: unknown;
  readonly mapping?: unknown;
  readonly steps?: readonly unknown[];
  readonly finalMapping?: unknown;
}

const answers = JSON.parse(
  readFileSync(new URL("./data/answers.json", import.meta.url), "utf8"),
) as Record<string, Answer>;

function newService(settings: Record<string, unknown> = {}): MapperService {
  const parsed = Settings.fromNested(settings);
  return new MapperService({
    indexName: "a",
    settings: parsed,
    analyzers: buildIndexAnalyzers(parsed),
    clock: systemClock,
  });
}

/** Runs `action`; an error becomes the object that the REST layer would show. */
function attempt(action: () => void): unknown {
  try {
    action();
    return "ok";
  } catch (error) {
    return shown(error);
  }
}

function shown(error: unknown): unknown {
  if (!(error instanceof VarveError)) throw error;
  const cause = error.cause === undefined ? {} : { caused_by: shown(error.cause) };
  return { type: error.type, reason: error.message, ...cause };
}

function index(service: MapperService, document: string): void {
  const source = { id: "1", source: Buffer.from(document) };
  const parsed = service.parse(source);
  if (parsed.dynamicUpdate === undefined) return;
  service.merge(parsed.dynamicUpdate, { dynamic: true });
  service.parse(source);
}

const text = (value: unknown) => JSON.stringify(value);

describe("MapperService", () => {
  for (const one of CASES) {
    const answer = answers[one.name]!;
    it(`answers as the server does when given ${one.name}`, () => {
      const service = newService(one.settings);
      const created = attempt(() => service.merge(one.mapping as JsonObject));
      if (answer.error !== undefined) {
        expect(created).toEqual(answer.error);
        return;
      }
      expect(created).toBe("ok");
      expect(text(service.mapping())).toBe(text(answer.mapping));
      const steps = (one.steps ?? []).map((step) =>
        attempt(() => {
          if ("update" in step) service.merge(step.update as JsonObject);
          else index(service, step.document);
        }),
      );
      expect(steps).toEqual(answer.steps);
      if (one.steps !== undefined) {
        expect(text(service.mapping())).toBe(text(answer.finalMapping));
      }
    });
  }
});

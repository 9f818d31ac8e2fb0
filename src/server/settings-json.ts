// Settings in an answer: nested by default, flat when asked.

import type { Settings } from "../engine/index.ts";
import type { JsonObject } from "./rest-request.ts";

/** As `flat_settings` says. */
export function settingsToJson(settings: Settings, flat: boolean): JsonObject {
  return flat ? settings.toFlat() : settings.toNested();
}

// Plans a change of index settings. Upstream: MetadataUpdateSettingsService (2.19.6).

import { illegalArgument } from "../../base/index.ts";
import { checkBlocks } from "../cluster/index-blocks.ts";
import type { IndexMetadata } from "../cluster/metadata.ts";
import { exception } from "../exceptions.ts";
import { Settings } from "../settings.ts";
import { indexSettingsRegistry } from "../settings-registry.ts";

/** The changed metadata of every index, or an error and no change at all. */
export function planSettingsUpdate(
  indices: readonly IndexMetadata[],
  changes: Settings,
  preserveExisting: boolean,
): IndexMetadata[] {
  const open = indices.filter((index) => index.state === "open");
  const closedOnly: string[] = [];
  if (!changesOnlyBlocks(changes)) checkBlocks(indices, "metadata_write");
  for (const [key, value] of changes.entries()) {
    if (value === null && key.endsWith("*")) continue;
    if (key === "index.provided_name") throw indexSettingsRegistry.unknown(key);
    const definition = indexSettingsRegistry.validate(key, value);
    if (definition.scope === "final" && open.length === 0) {
      throw illegalArgument(`final ${indices[0]?.name ?? ""} setting [${key}], not updateable`);
    }
    if (definition.scope === "private") {
      const reason = `can not update private setting [${key}]; this setting is managed by OpenSearch`;
      throw exception("invalid", "settings_exception", reason);
    }
    if (definition.scope !== "dynamic") closedOnly.push(key);
  }
  if (closedOnly.length > 0 && open.length > 0) {
    const names = open.map((index) => `[${index.name}/${index.uuid}]`).join(", ");
    throw illegalArgument(
      `Can't update non dynamic settings [[${closedOnly.join(", ")}]] for open indices [${names}]`,
    );
  }
  return indices.map((index) => {
    const wanted = preserveExisting ? changes.filter((key) => !index.settings.has(key)) : changes;
    const settings = withoutDefaults(index.settings.merge(wanted));
    return { ...index, settings, settingsVersion: index.settingsVersion + 1 };
  });
}

/** A block may be lifted while it holds. */
function changesOnlyBlocks(changes: Settings): boolean {
  return [...changes.keys()].every((key) => key.startsWith("index.blocks."));
}

/** A removed replica count falls back to its default, which is always shown. */
function withoutDefaults(settings: Settings): Settings {
  if (settings.has("index.number_of_replicas")) return settings;
  return settings.merge(Settings.fromNested({ "index.number_of_replicas": "1" }));
}

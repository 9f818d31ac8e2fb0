// Where settings come from: command line over environment over varve.yml over defaults. Names are
// OpenSearch's (`http.port`, `path.data`, `node.attr.zone`).

import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { illegalArgument } from "../base/index.ts";
import { isSecureSetting } from "../blobstore/index.ts";
import { Settings } from "../engine/index.ts";
import { decodeYaml } from "../xcontent/index.ts";

const CONFIG_FILE = "varve.yml";
/**
 * An environment variable with a dot in its lower-case name is a setting, as in OpenSearch's
 * images.
 */
const SETTING_VARIABLE = /^[a-z0-9_]+(\.[a-z0-9_*-]+)+$/;
const NAMED_VARIABLES: Readonly<Record<string, string>> = {
  VARVE_HOST: "http.host",
  VARVE_PORT: "http.port",
  VARVE_DATA: "path.data",
  VARVE_PATH_REPO: "path.repo",
};

/** The flags of `varve serve` as they were given. */
export interface ServeFlags {
  readonly host?: string;
  readonly port?: string;
  readonly data?: string;
  readonly pathRepo?: string;
  readonly config?: string;
  /** `name=value` pairs of -E. */
  readonly settings: readonly string[];
}

/** What `varve serve` runs with. */
export interface ServeConfiguration {
  readonly settings: Settings;
  readonly host: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly repositoryFolders: readonly string[];
  readonly maxBodyBytes: number;
}

function fromFile(path: string | undefined): Settings {
  const file = path ?? CONFIG_FILE;
  if (!existsSync(file)) {
    if (path !== undefined)
      throw illegalArgument(`The configuration file [${path}] does not exist`);
    return Settings.EMPTY;
  }
  const tree = decodeYaml(readFileSync(file, "utf8"));
  if (tree === null) return Settings.EMPTY;
  if (typeof tree !== "object" || Array.isArray(tree)) {
    throw illegalArgument(
      `The configuration file [${file}] must hold settings, one \`name: value\` a line`,
    );
  }
  return checkNoSecrets(Settings.fromNested(tree as Record<string, unknown>), file);
}

/** Secrets belong into the keystore, or into the environment: others read files and commands. */
function checkNoSecrets(settings: Settings, place: string): Settings {
  for (const key of settings.keys()) {
    if (!isSecureSetting(key)) continue;
    throw illegalArgument(
      `Setting [${key}] is a secure setting and must be stored inside the OpenSearch keystore, ` +
        `but was found inside ${place}`,
    );
  }
  return settings;
}

function fromEnvironment(environment: NodeJS.ProcessEnv): Settings {
  const map = new Map<string, string>();
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    const setting = NAMED_VARIABLES[name] ?? (SETTING_VARIABLE.test(name) ? name : undefined);
    if (setting !== undefined) map.set(setting, value);
  }
  return new Settings(map);
}

function fromFlags(flags: ServeFlags): Settings {
  const map = new Map<string, string>();
  for (const pair of flags.settings) {
    const equals = pair.indexOf("=");
    if (equals <= 0) throw illegalArgument(`-E takes setting=value, not [${pair}]`);
    map.set(pair.slice(0, equals).trim(), pair.slice(equals + 1).trim());
  }
  if (flags.host !== undefined) map.set("http.host", flags.host);
  if (flags.port !== undefined) map.set("http.port", flags.port);
  if (flags.data !== undefined) map.set("path.data", flags.data);
  if (flags.pathRepo !== undefined) map.set("path.repo", flags.pathRepo);
  return checkNoSecrets(new Settings(map), "the command line");
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw illegalArgument(
      `Failed to parse value [${text}] for setting [http.port]: a port is 0 to 65535`,
    );
  }
  return port;
}

/** The settings of varve.yml and of the environment: what commands on a repository run with. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  return fromFile(undefined).merge(fromEnvironment(environment));
}

/** The whole configuration of `varve serve`. Relative folders are resolved here. */
export function readConfiguration(
  flags: ServeFlags,
  environment: NodeJS.ProcessEnv,
): ServeConfiguration {
  const settings = fromFile(flags.config)
    .merge(fromEnvironment(environment))
    .merge(fromFlags(flags));
  const repositories = settings.getList("path.repo", ["./repositories"]);
  return {
    settings,
    host: settings.get("http.host") ?? settings.get("network.host", "127.0.0.1"),
    port: portOf(settings.get("http.port", "9200")),
    dataFolder: resolve(settings.get("path.data", "./data")),
    repositoryFolders: repositories.map((folder) => resolve(folder)),
    maxBodyBytes: settings.getBytes("http.max_content_length", 100 * 1024 * 1024),
  };
}

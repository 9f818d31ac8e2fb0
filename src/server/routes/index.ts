// The whole REST surface.

import type { Route } from "../route.ts";
import { aliasRoutes } from "./aliases.ts";
import { analyzeRoutes } from "./analyze.ts";
import { catRoutes } from "./cat.ts";
import { clusterRoutes } from "./cluster.ts";
import { documentRoutes } from "./documents.ts";
import { fieldCapsRoutes } from "./field-caps.ts";
import { indexRoutes } from "./indices.ts";
import { recoveryRoutes } from "./recovery.ts";
import { searchRoutes } from "./search.ts";
import { secureSettingsRoutes } from "./secure-settings.ts";
import { snapshotRoutes } from "./snapshots.ts";
import { statsRoutes } from "./stats.ts";
import { templateRoutes } from "./templates.ts";

/** Every route. */
export const routes: readonly Route[] = [
  ...clusterRoutes,
  ...indexRoutes,
  ...aliasRoutes,
  ...analyzeRoutes,
  ...templateRoutes,
  ...documentRoutes,
  ...searchRoutes,
  ...snapshotRoutes,
  ...recoveryRoutes,
  ...secureSettingsRoutes,
  ...statsRoutes,
  ...fieldCapsRoutes,
  ...catRoutes,
];

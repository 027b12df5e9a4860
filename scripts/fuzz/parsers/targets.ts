import { CONFIGURATION_TARGETS } from "./configuration.ts";
import { RECORD_TARGETS } from "./records.ts";
import { REQUEST_TARGETS } from "./requests.ts";
import { RESPONSE_TARGETS } from "./responses.ts";
import { SECRET_SERVICE_TARGETS } from "./secret-service.ts";
import type { Target } from "./target.ts";

export const TARGETS: readonly Target[] = [
  ...REQUEST_TARGETS,
  ...RECORD_TARGETS,
  ...CONFIGURATION_TARGETS,
  ...RESPONSE_TARGETS,
  ...SECRET_SERVICE_TARGETS,
];

import { browserHost } from "./browser";
import type { Host } from "./host";
import { wailsRuntime, windowHost } from "./window";

const runtime = wailsRuntime();

/** The surface this page runs on, decided once when it loads. */
export const host: Host = runtime === undefined ? browserHost : windowHost(runtime);

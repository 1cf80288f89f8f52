import "i18next";
import type { esMX } from "./resources";

declare module "i18next" {
  // biome-ignore lint/style/useConsistentTypeDefinitions: the library's types are merged by interface
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: typeof esMX;
  }
}

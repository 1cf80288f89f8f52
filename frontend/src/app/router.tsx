import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { parseAgendaSearch } from "@/features/agenda/agenda-search";
import { parseContactSearch, parseMergeSearch } from "@/features/contacts/contact-search";
import { parseDashboardSearch } from "@/features/dashboard/dashboard-search";
import { parseHistorySearch } from "@/features/history/history-search";
import { parseImportSearch } from "@/features/import/import-search";
import { parseProspectSearch } from "@/features/prospects/prospect-search";
import { Settings } from "@/features/settings/Settings";
import { cleanAddress } from "./clean-address";
import { NotFound } from "./layout/NotFound";
import { ScreenError } from "./layout/ScreenError";
import { Shell } from "./layout/Shell";

function SettingsFrame() {
  return (
    <Settings>
      <Outlet />
    </Settings>
  );
}

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  // What it is given has the type of the whole router, which cannot be a part of its own.
  beforeLoad: cleanAddress as () => void,
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/bandeja", replace: true });
  },
});

const inbox = createRoute({
  getParentRoute: () => root,
  path: "/bandeja",
  component: lazyRouteComponent(() => import("@/features/inbox/Inbox"), "Inbox"),
});

const prospects = createRoute({
  getParentRoute: () => root,
  path: "/prospectos",
  validateSearch: parseProspectSearch,
  component: lazyRouteComponent(() => import("@/features/prospects/ProspectList"), "ProspectList"),
});

const board = createRoute({
  getParentRoute: () => root,
  path: "/embudo",
  validateSearch: parseProspectSearch,
  component: lazyRouteComponent(() => import("@/features/prospects/Board"), "Board"),
});

const prospect = createRoute({
  getParentRoute: () => root,
  path: "/prospectos/$id",
  component: lazyRouteComponent(() => import("@/features/prospects/ProspectPage"), "ProspectPage"),
});

const agenda = createRoute({
  getParentRoute: () => root,
  path: "/agenda",
  validateSearch: parseAgendaSearch,
  component: lazyRouteComponent(() => import("@/features/agenda/Agenda"), "Agenda"),
});

const dashboard = createRoute({
  getParentRoute: () => root,
  path: "/tablero",
  validateSearch: parseDashboardSearch,
  component: lazyRouteComponent(() => import("@/features/dashboard/DashboardScreen"), "DashboardScreen"),
});

const response = createRoute({
  getParentRoute: () => root,
  path: "/respuesta",
  validateSearch: parseDashboardSearch,
  component: lazyRouteComponent(() => import("@/features/dashboard/ResponseScreen"), "ResponseScreen"),
});

const contacts = createRoute({
  getParentRoute: () => root,
  path: "/contactos",
  validateSearch: parseContactSearch,
  component: lazyRouteComponent(() => import("@/features/contacts/Contacts"), "Contacts"),
});

const duplicates = createRoute({
  getParentRoute: () => root,
  path: "/contactos/duplicados",
  component: lazyRouteComponent(() => import("@/features/contacts/Duplicates"), "Duplicates"),
});

const merges = createRoute({
  getParentRoute: () => root,
  path: "/contactos/fusiones",
  component: lazyRouteComponent(() => import("@/features/contacts/Merges"), "Merges"),
});

const merge = createRoute({
  getParentRoute: () => root,
  path: "/contactos/unir",
  validateSearch: parseMergeSearch,
  component: lazyRouteComponent(() => import("@/features/contacts/MergeScreen"), "MergeScreen"),
});

const contact = createRoute({
  getParentRoute: () => root,
  path: "/contactos/$id",
  component: lazyRouteComponent(() => import("@/features/contacts/ContactPage"), "ContactPage"),
});

const importing = createRoute({
  getParentRoute: () => root,
  path: "/importar",
  validateSearch: parseImportSearch,
  component: lazyRouteComponent(() => import("@/features/import/ImportScreen"), "ImportScreen"),
});

const history = createRoute({
  getParentRoute: () => root,
  path: "/historial",
  validateSearch: parseHistorySearch,
  component: lazyRouteComponent(() => import("@/features/history/HistoryScreen"), "HistoryScreen"),
});

const bin = createRoute({
  getParentRoute: () => root,
  path: "/papelera",
  component: lazyRouteComponent(() => import("@/features/bin/Bin"), "Bin"),
});

const health = createRoute({
  getParentRoute: () => root,
  path: "/salud",
  component: lazyRouteComponent(() => import("@/features/health/Health"), "Health"),
});

const sync = createRoute({
  getParentRoute: () => root,
  path: "/sincronizacion",
  component: lazyRouteComponent(() => import("@/features/sync/SyncScreen"), "SyncScreen"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/ajustes",
  component: SettingsFrame,
});

const settingsHome = createRoute({
  getParentRoute: () => settings,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/ajustes/mi-cuenta", replace: true });
  },
});

const metaSettings = createRoute({
  getParentRoute: () => settings,
  path: "/meta",
  component: lazyRouteComponent(() => import("@/features/settings/MetaSettings"), "MetaSettings"),
});

const relaySettings = createRoute({
  getParentRoute: () => settings,
  path: "/relevo",
  component: lazyRouteComponent(() => import("@/features/relay/RelaySettings"), "RelaySettings"),
});

const templateSettings = createRoute({
  getParentRoute: () => settings,
  path: "/plantillas",
  component: lazyRouteComponent(() => import("@/features/templates/TemplateSettings"), "TemplateSettings"),
});

const pipelineSettings = createRoute({
  getParentRoute: () => settings,
  path: "/embudo",
  component: lazyRouteComponent(() => import("@/features/settings/PipelineSettings"), "PipelineSettings"),
});

const tagSettings = createRoute({
  getParentRoute: () => settings,
  path: "/etiquetas",
  component: lazyRouteComponent(() => import("@/features/settings/TagSettings"), "TagSettings"),
});

const userSettings = createRoute({
  getParentRoute: () => settings,
  path: "/usuarios",
  component: lazyRouteComponent(() => import("@/features/settings/UserSettings"), "UserSettings"),
});

const turnSettings = createRoute({
  getParentRoute: () => settings,
  path: "/turnos",
  component: lazyRouteComponent(() => import("@/features/turns/TurnSettings"), "TurnSettings"),
});

const deviceSettings = createRoute({
  getParentRoute: () => settings,
  path: "/equipos",
  component: lazyRouteComponent(() => import("@/features/devices/DeviceSettings"), "DeviceSettings"),
});

const backupSettings = createRoute({
  getParentRoute: () => settings,
  path: "/respaldo",
  component: lazyRouteComponent(() => import("@/features/devices/BackupSettings"), "BackupSettings"),
});

const accountSettings = createRoute({
  getParentRoute: () => settings,
  path: "/mi-cuenta",
  component: lazyRouteComponent(() => import("@/features/settings/AccountSettings"), "AccountSettings"),
});

const routeTree = root.addChildren([
  home,
  inbox,
  prospects,
  prospect,
  agenda,
  dashboard,
  response,
  contacts,
  duplicates,
  merges,
  merge,
  contact,
  board,
  importing,
  bin,
  history,
  health,
  sync,
  settings.addChildren([
    settingsHome,
    metaSettings,
    relaySettings,
    templateSettings,
    userSettings,
    turnSettings,
    pipelineSettings,
    tagSettings,
    deviceSettings,
    backupSettings,
    accountSettings,
  ]),
]);

/** All screens of a signed-in person. Hash addresses: the window's runtime lives only at the page's root. */
export const router = createRouter({
  routeTree,
  history: createHashHistory(),
  defaultErrorComponent: ScreenError,
  defaultNotFoundComponent: NotFound,
  defaultPreload: "intent",
  defaultPendingMs: 400,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  // biome-ignore lint/style/useConsistentTypeDefinitions: the library's types are merged by interface
  interface Register {
    router: typeof router;
  }
}

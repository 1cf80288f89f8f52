import enAct from "./en/act.json";
import enAgenda from "./en/agenda.json";
import enBoard from "./en/board.json";
import enCommon from "./en/common.json";
import enContacts from "./en/contacts.json";
import enDashboard from "./en/dashboard.json";
import enDevices from "./en/devices.json";
import enErrors from "./en/errors.json";
import enExport from "./en/export.json";
import enHealth from "./en/health.json";
import enHistory from "./en/history.json";
import enHost from "./en/host.json";
import enImport from "./en/import.json";
import enInbox from "./en/inbox.json";
import enMeta from "./en/meta.json";
import enProspects from "./en/prospects.json";
import enRelay from "./en/relay.json";
import enReminders from "./en/reminders.json";
import enSettings from "./en/settings.json";
import enSetup from "./en/setup.json";
import enSignIn from "./en/sign-in.json";
import enSync from "./en/sync.json";
import enTemplates from "./en/templates.json";
import enTurns from "./en/turns.json";
import enWords from "./en/words.json";
import esAct from "./es-MX/act.json";
import esAgenda from "./es-MX/agenda.json";
import esBoard from "./es-MX/board.json";
import esCommon from "./es-MX/common.json";
import esContacts from "./es-MX/contacts.json";
import esDashboard from "./es-MX/dashboard.json";
import esDevices from "./es-MX/devices.json";
import esErrors from "./es-MX/errors.json";
import esExport from "./es-MX/export.json";
import esHealth from "./es-MX/health.json";
import esHistory from "./es-MX/history.json";
import esHost from "./es-MX/host.json";
import esImport from "./es-MX/import.json";
import esInbox from "./es-MX/inbox.json";
import esMeta from "./es-MX/meta.json";
import esProspects from "./es-MX/prospects.json";
import esRelay from "./es-MX/relay.json";
import esReminders from "./es-MX/reminders.json";
import esSettings from "./es-MX/settings.json";
import esSetup from "./es-MX/setup.json";
import esSignIn from "./es-MX/sign-in.json";
import esSync from "./es-MX/sync.json";
import esTemplates from "./es-MX/templates.json";
import esTurns from "./es-MX/turns.json";
import esWords from "./es-MX/words.json";

/** The Spanish of Mexico: the source of all keys, and what a missing English sentence falls back to. */
export const esMX = {
  common: esCommon,
  act: esAct,
  agenda: esAgenda,
  templates: esTemplates,
  turns: esTurns,
  board: esBoard,
  words: esWords,
  dashboard: esDashboard,
  contacts: esContacts,
  devices: esDevices,
  errors: esErrors,
  export: esExport,
  health: esHealth,
  history: esHistory,
  host: esHost,
  import: esImport,
  inbox: esInbox,
  meta: esMeta,
  prospects: esProspects,
  relay: esRelay,
  reminders: esReminders,
  settings: esSettings,
  setup: esSetup,
  "sign-in": esSignIn,
  sync: esSync,
};

/** English. A key that only one of the languages has does not compile. */
export const en = {
  common: enCommon,
  act: enAct,
  agenda: enAgenda,
  templates: enTemplates,
  turns: enTurns,
  board: enBoard,
  words: enWords,
  dashboard: enDashboard,
  contacts: enContacts,
  devices: enDevices,
  errors: enErrors,
  export: enExport,
  health: enHealth,
  history: enHistory,
  host: enHost,
  import: enImport,
  inbox: enInbox,
  meta: enMeta,
  prospects: enProspects,
  relay: enRelay,
  reminders: enReminders,
  settings: enSettings,
  setup: enSetup,
  "sign-in": enSignIn,
  sync: enSync,
} satisfies typeof esMX;

esMX satisfies typeof en;

import {
  type Icon,
  IconAddressBook,
  IconBrandMeta,
  IconCalendar,
  IconChartBar,
  IconCloudCheck,
  IconDatabase,
  IconDevices,
  IconFileImport,
  IconHeartbeat,
  IconHistory,
  IconInbox,
  IconLayoutKanban,
  IconRotateClockwise2,
  IconStopwatch,
  IconTags,
  IconTemplate,
  IconTrash,
  IconUserCircle,
  IconUsers,
  IconUsersGroup,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";

/** A screen the palette can go to. */
export type Screen = {
  to:
    | "/bandeja"
    | "/prospectos"
    | "/agenda"
    | "/tablero"
    | "/respuesta"
    | "/contactos"
    | "/contactos/duplicados"
    | "/contactos/fusiones"
    | "/embudo"
    | "/importar"
    | "/papelera"
    | "/historial"
    | "/salud"
    | "/sincronizacion"
    | "/ajustes/equipos"
    | "/ajustes/respaldo"
    | "/ajustes/meta"
    | "/ajustes/plantillas"
    | "/ajustes/usuarios"
    | "/ajustes/turnos"
    | "/ajustes/embudo"
    | "/ajustes/etiquetas"
    | "/ajustes/mi-cuenta";
  word: string;
  /** Further words it is found by. */
  keywords: string;
  icon: Icon;
  /** Keys pressed one after the other that lead there. */
  keys: readonly string[];
};

/** The screens this person may open. */
export function useScreens(): Screen[] {
  const { t } = useTranslation();
  const { t: act } = useTranslation("act");
  const { t: words } = useTranslation("settings");
  const { t: sync } = useTranslation("sync");
  const { t: turns } = useTranslation("turns");
  const { t: templates } = useTranslation("templates");
  const { t: contacts } = useTranslation("contacts");
  const { t: devices } = useTranslation("devices");
  const { t: board } = useTranslation("board");
  const isAdmin = useIsAdmin();
  const settings = t("nav.settings");
  const everyone: Screen[] = [
    {
      to: "/bandeja",
      word: t("nav.inbox"),
      keywords: "leads nuevos inbox",
      icon: IconInbox,
      keys: ["G", "B"],
    },
    {
      to: "/prospectos",
      word: t("nav.prospects"),
      keywords: "personas people",
      icon: IconUsers,
      keys: ["G", "P"],
    },
    {
      to: "/agenda",
      word: t("nav.agenda"),
      keywords: "citas tareas calendario semana calendar",
      icon: IconCalendar,
      keys: ["G", "A"],
    },
    {
      to: "/tablero",
      word: t("nav.dashboard"),
      keywords: "numeros totales reportes embudo graficas dashboard reports",
      icon: IconChartBar,
      keys: ["G", "T"],
    },
    {
      to: "/respuesta",
      word: t("nav.response"),
      keywords: "tiempo mediana minutos reloj horario atencion response times",
      icon: IconStopwatch,
      keys: ["G", "R"],
    },
    {
      to: "/contactos",
      word: t("nav.contacts"),
      keywords: "personas teléfonos correos people",
      icon: IconAddressBook,
      keys: ["G", "C"],
    },
    {
      to: "/contactos/duplicados",
      word: contacts("queue.title"),
      keywords: "repetidos unir duplicates",
      icon: IconUsersGroup,
      keys: [],
    },
    {
      to: "/contactos/fusiones",
      word: contacts(isAdmin ? "recent.title" : "recent.sellerTitle"),
      keywords: "unir deshacer merges",
      icon: IconUsersGroup,
      keys: [],
    },
    {
      to: "/embudo",
      word: t("nav.board"),
      keywords: "etapas tablero kanban pipeline board stages",
      icon: IconLayoutKanban,
      keys: ["G", "E"],
    },
    {
      to: "/ajustes/mi-cuenta",
      word: words("account.title"),
      keywords: `${settings} contraseña idioma tema password theme`,
      icon: IconUserCircle,
      keys: ["G", "S"],
    },
    {
      to: "/ajustes/plantillas",
      word: templates("title"),
      keywords: `${settings} mensajes correos whatsapp templates`,
      icon: IconTemplate,
      keys: [],
    },
    {
      to: "/sincronizacion",
      word: sync("title"),
      keywords: "conexion pendientes offline sync",
      icon: IconCloudCheck,
      keys: [],
    },
  ];
  if (!isAdmin) return everyone;
  return [
    ...everyone,
    {
      to: "/ajustes/meta",
      word: words("meta.title"),
      keywords: `${settings} facebook instagram formularios token`,
      icon: IconBrandMeta,
      keys: [],
    },
    {
      to: "/ajustes/usuarios",
      word: words("users.title"),
      keywords: `${settings} vendedores sellers`,
      icon: IconUsersGroup,
      keys: [],
    },
    {
      to: "/ajustes/turnos",
      word: turns("title"),
      keywords: `${settings} horarios ausencias festivos grupos reglas topes reparto turns hours rules`,
      icon: IconRotateClockwise2,
      keys: [],
    },
    {
      to: "/ajustes/embudo",
      word: board("settings.title"),
      keywords: `${settings} etapas motivos descarte requisitos stages reasons`,
      icon: IconLayoutKanban,
      keys: [],
    },
    {
      to: "/ajustes/etiquetas",
      word: act("tags.label"),
      keywords: `${settings} colores tags labels`,
      icon: IconTags,
      keys: [],
    },
    {
      to: "/ajustes/equipos",
      word: devices("title"),
      keywords: `${settings} invitar computadoras devices invite`,
      icon: IconDevices,
      keys: [],
    },
    {
      to: "/ajustes/respaldo",
      word: devices("backup.tab"),
      keywords: `${settings} recuperacion copia backup recovery`,
      icon: IconDatabase,
      keys: [],
    },
    {
      to: "/historial",
      word: t("nav.history"),
      keywords: "cambios auditoria quien bitacora audit log changes",
      icon: IconHistory,
      keys: ["G", "H"],
    },
    {
      to: "/importar",
      word: t("nav.import"),
      keywords: "archivo csv excel file",
      icon: IconFileImport,
      keys: [],
    },
    {
      to: "/papelera",
      word: act("bin.title"),
      keywords: "borrados eliminados restaurar bin trash",
      icon: IconTrash,
      keys: [],
    },
    { to: "/salud", word: t("nav.health"), keywords: "errores estado health", icon: IconHeartbeat, keys: [] },
  ];
}

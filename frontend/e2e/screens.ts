import type { Page } from "@playwright/test";

/** A screen of the program as the demonstration's administrator sees it. */
export type Screen = {
  /** Names the picture and the test. */
  name: string;
  /** Where it is, after the hash. */
  hash: string;
  /** Brings the screen to the state worth looking at, and waits for it. */
  ready: (page: Page) => Promise<void>;
};

const heading = (name: string) => async (page: Page) => {
  await page.getByRole("heading", { name, exact: true }).first().waitFor();
};

/** Opens the first prospect of the list whose seller has called already. */
async function openProspect(page: Page): Promise<void> {
  const table = page.getByRole("grid", { name: "Prospectos", exact: true });
  await table.getByRole("row").nth(1).waitFor();
  await table.getByRole("row").nth(6).click();
  await page.getByRole("region", { name: "Historial" }).getByRole("listitem").first().waitFor();
}

/** All screens behind the sign-in. */
export const screens: Screen[] = [
  {
    name: "bandeja",
    hash: "/bandeja",
    ready: async (page) => {
      await page.getByRole("grid").getByRole("row").first().waitFor();
      await page.getByRole("heading", { name: "Respuestas del formulario" }).waitFor();
    },
  },
  {
    name: "campana",
    hash: "/bandeja",
    ready: async (page) => {
      await page.getByRole("button", { name: /^Recordatorios/ }).click();
      await page.getByRole("dialog", { name: "Recordatorios" }).waitFor();
    },
  },
  {
    name: "prospectos",
    hash: "/prospectos",
    ready: async (page) => {
      await page.getByRole("grid", { name: "Prospectos", exact: true }).getByRole("row").nth(1).waitFor();
    },
  },
  {
    name: "prospectos-elegidos",
    hash: "/prospectos",
    ready: async (page) => {
      const table = page.getByRole("grid", { name: "Prospectos", exact: true });
      for (const n of [0, 1])
        await table
          .getByRole("checkbox", { name: /^Elegir a / })
          .nth(n)
          .click();
      await page.getByRole("region", { name: "Acciones sobre los elegidos" }).waitFor();
    },
  },
  {
    name: "columnas",
    hash: "/prospectos",
    ready: async (page) => {
      await page.getByRole("grid", { name: "Prospectos", exact: true }).getByRole("row").nth(1).waitFor();
      await page.getByRole("button", { name: "Columnas", exact: true }).click();
      await page.getByRole("button", { name: "Columnas de siempre" }).waitFor();
    },
  },
  { name: "papelera", hash: "/papelera", ready: heading("Papelera") },
  {
    name: "contactos",
    hash: "/contactos",
    ready: async (page) => {
      await page.getByRole("grid", { name: "Contactos", exact: true }).getByRole("row").nth(1).waitFor();
    },
  },
  {
    name: "contacto",
    hash: "/contactos?sort=recent",
    ready: async (page) => {
      await page.getByRole("grid", { name: "Contactos", exact: true }).getByRole("row").nth(1).click();
      await page.getByRole("region", { name: "Historia completa" }).getByRole("listitem").first().waitFor();
    },
  },
  {
    name: "duplicados",
    hash: "/contactos/duplicados",
    ready: async (page) => {
      await page
        .getByRole("button", { name: /^Comparar y unir a/ })
        .first()
        .waitFor();
    },
  },
  {
    name: "unir",
    hash: "/contactos/duplicados",
    ready: async (page) => {
      await page
        .getByRole("button", { name: /^Comparar y unir a/ })
        .first()
        .click();
      await page.getByText(/^Se conservarán/).waitFor();
    },
  },
  { name: "fusiones", hash: "/contactos/fusiones", ready: heading("Fusiones recientes") },
  { name: "prospecto", hash: "/prospectos?sort=activity", ready: openProspect },
  {
    name: "nuevo-prospecto",
    hash: "/prospectos",
    ready: async (page) => {
      await page.getByRole("button", { name: "Nuevo prospecto" }).click();
      await page.getByLabel("Teléfono").fill("044 55 5555");
      await page.getByText(/Falta la lada/).waitFor();
    },
  },
  {
    name: "buscar",
    hash: "/prospectos",
    ready: async (page) => {
      await page.getByRole("button", { name: "Buscar personas y pantallas" }).click();
      await page.getByRole("dialog").getByRole("textbox").fill("ma");
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /\d{4}$/ })
        .first()
        .waitFor();
    },
  },
  {
    name: "atajos",
    hash: "/prospectos",
    ready: async (page) => {
      await page.getByRole("grid", { name: "Prospectos", exact: true }).waitFor();
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Atajos de teclado" }).waitFor();
    },
  },
  {
    name: "agenda",
    hash: "/agenda",
    ready: async (page) => {
      await page
        .getByRole("region", { name: "Días y horas" })
        .getByRole("button", { name: /^(Llamada|Visita|Cita|WhatsApp)/ })
        .first()
        .waitFor();
    },
  },
  {
    name: "agenda-dia",
    hash: "/agenda?vista=dia",
    ready: async (page) => {
      await page.getByRole("region", { name: "Días y horas" }).waitFor();
    },
  },
  {
    name: "agenda-nueva",
    hash: "/agenda",
    ready: async (page) => {
      await page.getByRole("button", { name: "Nueva actividad" }).click();
      await page.getByRole("dialog", { name: "Nueva actividad" }).getByLabel("Prospecto").waitFor();
    },
  },
  {
    name: "prospecto-cambios",
    hash: "/prospectos?sort=activity",
    ready: async (page) => {
      await openProspect(page);
      await page.getByText("Cambios", { exact: true }).click();
      const changes = page.getByRole("region", { name: "Cambios de este prospecto" });
      await changes.getByRole("listitem").first().waitFor();
    },
  },
  {
    name: "exportar",
    hash: "/prospectos",
    ready: async (page) => {
      await page.getByRole("grid", { name: "Prospectos", exact: true }).getByRole("row").nth(1).waitFor();
      await page.getByRole("button", { name: "Exportar" }).click();
      await page.getByRole("dialog", { name: "Exportar prospectos" }).getByLabel("¿Para qué es?").waitFor();
    },
  },
  {
    name: "historial",
    // Without the sign-ins: the tests make too many of them.
    hash: "/historial?what=prospect",
    ready: async (page) => {
      await page.getByRole("grid", { name: "Cambios de la oficina" }).getByRole("row").nth(5).waitFor();
    },
  },
  {
    name: "tablero",
    hash: "/tablero",
    ready: async (page) => {
      await page.getByRole("heading", { name: "Tablero", exact: true }).waitFor();
      await page.locator(".recharts-bar-rectangle").first().waitFor();
    },
  },
  {
    name: "calendario",
    hash: "/tablero",
    ready: async (page) => {
      await page.getByRole("combobox", { name: "Periodo" }).click();
      await page.getByRole("option", { name: "Otro periodo" }).click();
      await page.getByRole("button", { name: "Mes anterior" }).waitFor();
    },
  },
  {
    name: "respuesta",
    hash: "/respuesta",
    ready: async (page) => {
      await page.getByRole("heading", { name: "Respuesta", exact: true }).waitFor();
      await page.getByRole("region", { name: "Por formulario" }).getByRole("row").nth(2).waitFor();
    },
  },
  {
    name: "embudo",
    hash: "/embudo",
    ready: async (page) => {
      await page.getByRole("heading", { name: "Embudo", exact: true }).waitFor();
      await page.locator("[data-card]").nth(3).waitFor();
    },
  },
  { name: "ajustes-embudo", hash: "/ajustes/embudo", ready: heading("Motivos de descarte") },
  { name: "ajustes-etiquetas", hash: "/ajustes/etiquetas", ready: heading("Etiquetas") },
  {
    name: "etapa-en-la-lista",
    hash: "/prospectos",
    ready: async (page) => {
      await page.getByRole("grid", { name: "Prospectos", exact: true }).getByRole("row").nth(1).waitFor();
      await page.keyboard.press("j");
      await page.keyboard.press("s");
      await page.getByRole("dialog", { name: /^Etapa de / }).waitFor();
    },
  },
  { name: "importar", hash: "/importar", ready: heading("Importar") },
  { name: "salud", hash: "/salud", ready: heading("Salud") },
  { name: "ajustes-mi-cuenta", hash: "/ajustes/mi-cuenta", ready: heading("Contraseña") },
  { name: "ajustes-meta", hash: "/ajustes/meta", ready: heading("Formularios") },
  { name: "ajustes-plantillas", hash: "/ajustes/plantillas", ready: heading("Plantillas") },
  {
    name: "plantilla",
    hash: "/ajustes/plantillas",
    ready: async (page) => {
      await page
        .getByRole("button", { name: /^Editar «/ })
        .first()
        .click();
      await page
        .getByRole("dialog", { name: "Editar plantilla" })
        .getByRole("group", { name: "Vista previa" })
        .getByText(/Hola/)
        .waitFor();
    },
  },
  { name: "ajustes-turnos", hash: "/ajustes/turnos", ready: heading("Quién sigue") },
  {
    name: "turnos-regla",
    hash: "/ajustes/turnos",
    ready: async (page) => {
      await page.getByRole("button", { name: "Nueva regla" }).click();
      await page.getByRole("dialog", { name: "Nueva regla" }).getByLabel("Nombre").waitFor();
    },
  },
  {
    name: "turnos-vendedor",
    hash: "/ajustes/turnos",
    ready: async (page) => {
      await page
        .getByRole("button", { name: /^Editar los turnos de/ })
        .first()
        .click();
      const dialog = page.getByRole("dialog", { name: /^Turnos de/ });
      await dialog.getByText("Uno propio", { exact: true }).click();
      await dialog.getByRole("group", { name: "Domingo" }).waitFor();
    },
  },
  {
    name: "ajustes-usuarios-entregar",
    hash: "/ajustes/usuarios",
    ready: async (page) => {
      await page.getByRole("button", { name: "Acciones de Emilio Zavala" }).click();
      await page.getByRole("menuitem", { name: "Entregar sus prospectos" }).click();
      const dialog = page.getByRole("dialog", { name: "Prospectos de Emilio Zavala" });
      await dialog.getByRole("button", { name: "Entregar" }).waitFor();
    },
  },
  { name: "ajustes-usuarios", hash: "/ajustes/usuarios", ready: heading("Usuarios") },
];

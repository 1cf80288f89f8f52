import type { Page } from "@playwright/test";
import { admin, expect, test } from "./fixtures";
import { ProspectList } from "./pages/prospect-list";
import { Shell } from "./pages/shell";
import { SignIn } from "./pages/sign-in";

const people = ["Rosa Alcántara", "Iván Solís", "Mar Quintero"];

const pick = (page: Page, name: string) => page.getByRole("checkbox", { name: `Elegir a ${name}` }).click();
const bar = (page: Page) => page.getByRole("region", { name: "Acciones sobre los elegidos" });

test("many are changed at once, kept as a view, deleted and taken back", async ({ page, office }) => {
  for (const [n, name] of people.entries()) {
    await office.call("POST", "/api/prospects", { name, phones: [`55 5512 010${n}`], emails: [] });
  }
  await new SignIn(page).open(office);
  await new SignIn(page).as(admin);
  const shell = new Shell(page);
  const list = new ProspectList(page);
  const hot = (name: string) => list.row(name).getByRole("img", { name: "Caliente" });
  await shell.go("Prospectos");
  await list.expectTotal(3);

  await test.step("two get a temperature, with one undo and one redo", async () => {
    await pick(page, "Rosa Alcántara");
    await pick(page, "Iván Solís");
    await expect(bar(page)).toContainText("2 elegidos");
    await bar(page).getByRole("button", { name: "Temperatura" }).click();
    await page.getByRole("menuitem", { name: "Caliente" }).click();
    await shell.told("2 prospectos cambiaron.");
    await expect(hot("Iván Solís")).toBeVisible();
    await expect(hot("Mar Quintero")).toHaveCount(0);
    // What offers to take it back and the bar of the next ones leave each other in sight.
    await pick(page, "Mar Quintero");
    const toast = page.getByRole("alert").filter({ hasText: "2 prospectos cambiaron." });
    await expect
      .poll(async () => {
        const [above, below] = [await toast.boundingBox(), await bar(page).boundingBox()];
        return above !== null && below !== null && above.y + above.height <= below.y;
      })
      .toBe(true);
    await pick(page, "Mar Quintero");
    await page.keyboard.press("ControlOrMeta+z");
    await expect(hot("Iván Solís")).toHaveCount(0);
    await expect(hot("Rosa Alcántara")).toHaveCount(0);
    await page.keyboard.press("ControlOrMeta+Shift+z");
    await expect(hot("Rosa Alcántara")).toBeVisible();
  });

  await test.step("what the list shows is kept as a view", async () => {
    await list.filter(/^Temperatura/, "Caliente");
    await list.expectTotal(2);
    await page.getByRole("button", { name: "Guardar vista" }).click();
    const dialog = page.getByRole("dialog", { name: "Guardar esta vista" });
    await dialog.getByLabel("Nombre de la vista").fill("Calientes");
    await dialog.getByRole("button", { name: "Guardar" }).click();
    const views = page.getByRole("navigation", { name: "Vistas" });
    await views.getByRole("button", { name: "Todos" }).click();
    await list.expectTotal(3);
    await views.getByRole("button", { name: "Calientes", exact: true }).click();
    await list.expectTotal(2);
    await list.filter(/^Etapa/, "Prospecto");
    await views.getByRole("button", { name: "Vista «Calientes», con cambios sin guardar" }).click();
    await page.getByRole("menuitem", { name: "Actualizar «Calientes» con lo que ves" }).click();
    await shell.told("Vista actualizada.");
    await views.getByRole("button", { name: "Vista «Calientes»", exact: true }).click();
    await page.getByRole("menuitem", { name: "Cambiar nombre o compartir" }).click();
    const editing = page.getByRole("dialog", { name: "Cambiar nombre o compartir" });
    await editing.getByLabel("Nombre de la vista").fill("Por cerrar");
    await editing.getByLabel("Compartirla con toda la oficina").check();
    await page.keyboard.press("Control+Enter");
    const renamed = views.getByRole("button", { name: "Por cerrar", exact: true });
    await expect(renamed).toHaveAttribute("aria-pressed", "true");
    await expect(renamed).toHaveAttribute("title", "De la oficina");
    await views.getByRole("button", { name: "Vista «Por cerrar»" }).click();
    await page.getByRole("menuitem", { name: "Borrar vista" }).click();
    await expect(renamed).toHaveCount(0);
    await page.keyboard.press("ControlOrMeta+z");
    await expect(renamed).toBeVisible();
    await views.getByRole("button", { name: "Todos" }).click();
  });

  await test.step("a tag is made, renamed and coloured, taken away and brought back", async () => {
    await page.goto(`${office.url}#/ajustes/etiquetas`);
    await page.getByRole("button", { name: "Nueva etiqueta" }).click();
    await page.getByLabel("Nombre").fill("VIP");
    await page.getByRole("radio", { name: "Rojo" }).check();
    await page.keyboard.press("Control+s");
    await expect(page.getByRole("row").filter({ hasText: "VIP" })).toContainText("Rojo");
    await page.getByRole("button", { name: "Editar «VIP»" }).click();
    await page.getByLabel("Nombre").fill("Inversionista");
    await page.getByRole("radio", { name: "Verde" }).check();
    await page.getByRole("button", { name: "Guardar" }).click();
    const row = page.getByRole("row").filter({ hasText: "Inversionista" });
    await expect(row).toContainText("Verde");
    await page.getByRole("button", { name: "Nueva etiqueta" }).click();
    await page.getByLabel("Nombre").fill("inversionista");
    await page.getByRole("button", { name: "Guardar" }).click();
    await expect(page.getByText("Ya hay una etiqueta con ese nombre.")).toBeVisible();
    await page.getByRole("button", { name: "Cancelar" }).click();
    await page.getByRole("button", { name: "Borrar «Inversionista»" }).click();
    await expect(row).toHaveCount(0);
    await page.keyboard.press("ControlOrMeta+z");
    await expect(row).toContainText("Verde");
    await shell.go("Prospectos");
  });

  await test.step("one goes to the bin and comes back", async () => {
    await pick(page, "Mar Quintero");
    await bar(page).getByRole("button", { name: "Mover a la papelera" }).click();
    await list.expectTotal(2);
    await page.getByRole("navigation", { name: "Pantallas" }).getByRole("link", { name: "Papelera" }).click();
    await page.getByRole("button", { name: "Restaurar a Mar Quintero" }).click();
    await expect(page.getByText("La papelera está vacía.")).toBeVisible();
    await shell.go("Prospectos");
    await list.expectTotal(3);
  });

  await test.step("one is deleted from its page, and Ctrl+Z brings it back", async () => {
    await list.row("Mar Quintero").click();
    await page.getByRole("button", { name: "Más acciones" }).click();
    await page.getByRole("menuitem", { name: "Mover a la papelera" }).click();
    await shell.told("Prospecto en la papelera.");
    await list.expectTotal(2);
    await page.keyboard.press("ControlOrMeta+z");
    await list.expectTotal(3);
  });

  await test.step("Ctrl+Z pressed before the program has answered takes back that change", async () => {
    await list.row("Rosa Alcántara").click();
    const temperature = (name: string) => page.getByRole("button", { name, exact: true });
    await temperature("Tibio").waitFor(); // before the page is there, the key is nobody's
    await page.keyboard.press("t");
    await page.keyboard.press("2");
    await shell.told("Temperatura: Tibio.");
    const isPatch = (url: URL) => /^.api.prospects.[^/]+$/.test(url.pathname);
    const held: (() => void)[] = [];
    await page.route(isPatch, async (route) => {
      if (route.request().method() === "PATCH") await new Promise<void>((resolve) => held.push(resolve));
      await route.continue();
    });
    const undone = page.waitForResponse(/api.undo$/);
    await page.keyboard.press("t");
    await page.keyboard.press("1");
    await expect(temperature("Frío")).toHaveAttribute("aria-pressed", "true");
    await page.keyboard.press("ControlOrMeta+z");
    await expect.poll(() => held.length).toBe(1);
    held[0]?.();
    await undone;
    await page.unroute(isPatch);
    await expect(temperature("Tibio")).toHaveAttribute("aria-pressed", "true");
    await expect(page.getByText("Temperatura: Frío.")).toHaveCount(0);
  });

  await test.step("what somebody has changed since is not taken back, and it says so", async () => {
    await page.keyboard.press("t");
    await page.keyboard.press("1");
    await shell.told("Temperatura: Frío.");
    const id = page.url().split("/").at(-1) ?? "";
    await office.call("PATCH", `/api/prospects/${id}`, { temperature: "warm" });
    await page.keyboard.press("ControlOrMeta+z");
    await shell.told(/alguien lo cambió después/);
    await expect(page.getByRole("button", { name: "Tibio" })).toHaveAttribute("aria-pressed", "true");
    await shell.go("Prospectos");
  });

  await test.step("a verb and some letters reach a person", async () => {
    await page.keyboard.press("ControlOrMeta+k");
    await page.getByRole("dialog").getByRole("textbox").fill("llam quin");
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /Llamar a Mar Quintero/ })
      .click();
    await expect(page.getByRole("heading", { name: "Mar Quintero" })).toBeVisible();
  });
});

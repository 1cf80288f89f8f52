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
    await views.getByRole("button", { name: "Todos" }).click();
  });

  await test.step("one goes to the bin and comes back", async () => {
    await pick(page, "Mar Quintero");
    await bar(page).getByRole("button", { name: "Mover a la papelera" }).click();
    await list.expectTotal(2);
    await page.goto(`${office.url}#/papelera`);
    await page.getByRole("button", { name: "Restaurar a Mar Quintero" }).click();
    await expect(page.getByText("La papelera está vacía.")).toBeVisible();
    await shell.go("Prospectos");
    await list.expectTotal(3);
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

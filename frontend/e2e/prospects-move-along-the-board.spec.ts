import type { Page } from "@playwright/test";
import { admin, expect, test } from "./fixtures";
import { SignIn } from "./pages/sign-in";

type Made = { id: string };
type Words = { stages: { id: string; name: string }[] };

const column = (page: Page, name: string) => page.getByRole("region", { name: new RegExp(`^${name}, `) });
const card = (page: Page, name: string) => page.locator("[data-card]").filter({ hasText: name });

async function drag(page: Page, name: string, to: string): Promise<void> {
  const from = await card(page, name).boundingBox();
  const place = column(page, to);
  await place.scrollIntoViewIfNeeded();
  const into = await place.boundingBox();
  if (from === null || into === null) throw new Error("not on screen");
  await page.mouse.move(from.x + 40, from.y + 20);
  await page.mouse.down();
  await page.mouse.move(from.x + 60, from.y + 30, { steps: 3 });
  await page.mouse.move(into.x + into.width / 2, into.y + 120, { steps: 12 });
  await page.mouse.up();
}

test("a prospect goes along the board by mouse and by key, as far as its stage lets it", async ({
  page,
  office,
  browser,
}) => {
  for (const name of ["Rosa Alcántara", "Iván Solís"]) {
    await office.call<Made>("POST", "/api/prospects", {
      name,
      phones: [`55 5512 01${name.length}`],
      emails: [],
    });
  }
  const { stages } = await office.call<Words>("GET", "/api/vocabulary");
  const named = (at: number) => stages[at]?.name ?? "";
  await office.call("PATCH", `/api/stages/${stages[2]?.id}`, { requires: ["temperature"] });
  await new SignIn(page).open(office);
  await new SignIn(page).as(admin);
  await page.keyboard.press("g");
  await page.keyboard.press("e");
  await expect(page.getByRole("heading", { name: "Embudo", level: 1 })).toBeVisible();
  await expect(column(page, named(0))).toContainText("2");

  await test.step("with the mouse, and back by undo", async () => {
    await drag(page, "Rosa Alcántara", named(1));
    await expect(column(page, named(1)).getByText("Rosa Alcántara")).toBeVisible();
    await expect(page.getByText(`Rosa Alcántara pasó a ${named(1)}`)).toBeVisible();
    await page.getByRole("button", { name: "Deshacer" }).first().click();
    await expect(column(page, named(0)).getByText("Rosa Alcántara")).toBeVisible();
  });

  await test.step("to the end of a column and back", async () => {
    await card(page, "Iván Solís").focus();
    await page.keyboard.press("End");
    await expect(column(page, named(0)).locator("[data-card]").last()).toBeFocused();
    await page.keyboard.press("Home");
    await expect(column(page, named(0)).locator("[data-card]").first()).toBeFocused();
  });

  await test.step("with the keys, said aloud", async () => {
    await card(page, "Rosa Alcántara").focus();
    await page.keyboard.press(" ");
    await page.keyboard.press("ArrowRight");
    await expect(page.getByText(`Rosa Alcántara sobre ${named(1)}.`)).toBeAttached();
    await page.keyboard.press("Escape");
    await expect(column(page, named(0)).getByText("Rosa Alcántara")).toBeVisible();
    await page.keyboard.press(" ");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press(" ");
    await expect(column(page, named(1)).getByText("Rosa Alcántara")).toBeVisible();
    await expect(card(page, "Rosa Alcántara")).toBeFocused();
  });

  await test.step("Ctrl+Z takes it back, and the focus with it", async () => {
    await page.keyboard.press("Control+z");
    await expect(column(page, named(0)).getByText("Rosa Alcántara")).toBeVisible();
    await expect(card(page, "Rosa Alcántara")).toBeFocused();
    await page.keyboard.press("Control+Shift+z");
    await expect(column(page, named(1)).getByText("Rosa Alcántara")).toBeVisible();
    await expect(card(page, "Rosa Alcántara")).toBeFocused();
  });

  await test.step("letters act on the card that has the focus, which stays with it", async () => {
    await page.keyboard.press("t");
    await expect(page.getByRole("dialog", { name: "Temperatura de Rosa Alcántara" })).toBeVisible();
    await page.keyboard.press("1");
    await expect(card(page, "Rosa Alcántara").getByRole("img", { name: "Frío" })).toBeVisible();
    await expect(page.getByText("Temperatura: Frío.")).toBeVisible();
    await expect(card(page, "Rosa Alcántara")).toBeFocused();
    await page.keyboard.press("Control+z");
    await expect(card(page, "Rosa Alcántara").getByRole("img", { name: "Frío" })).toHaveCount(0);
  });

  await test.step("a stage asks for what is missing", async () => {
    await drag(page, "Rosa Alcántara", named(2));
    const dialog = page.getByRole("dialog", { name: `Todavía no puede pasar a ${named(2)}` });
    await expect(dialog).toBeVisible();
    await dialog.getByRole("radio", { name: "Caliente" }).check();
    await dialog.getByRole("button", { name: "Guardar y mover" }).click();
    await expect(column(page, named(2)).getByText("Rosa Alcántara")).toBeVisible();
  });

  await test.step("going back asks why, and keeps it", async () => {
    await drag(page, "Rosa Alcántara", named(0));
    const dialog = page.getByRole("dialog", { name: `Regresar a ${named(0)}` });
    await dialog.getByRole("textbox").fill("Se cayó la cita");
    await dialog.getByRole("button", { name: "Regresar" }).click();
    await expect(column(page, named(0)).getByText("Rosa Alcántara")).toBeVisible();
    await card(page, "Rosa Alcántara").click();
    await expect(page.getByRole("region", { name: "Historial" }).getByText("Se cayó la cita")).toBeVisible();
    await page.goBack();
  });

  await test.step("somebody else's move is seen without reading anew", async () => {
    const other = await browser.newPage();
    await new SignIn(other).open(office);
    await new SignIn(other).as(admin);
    await other.goto(`${office.url}#/embudo`);
    await other.getByRole("heading", { name: "Embudo", level: 1 }).waitFor();
    await drag(other, "Iván Solís", named(1));
    await expect(column(page, named(1)).getByText("Iván Solís")).toBeVisible();
    await expect(column(page, named(0))).toContainText("1");
    await other.close();
  });

  await test.step("a person's no switches contact off until an administrator lifts it", async () => {
    await card(page, "Rosa Alcántara").focus();
    await page.keyboard.press(" ");
    for (const _ of stages) await page.keyboard.press("ArrowRight");
    await page.keyboard.press(" ");
    await page.getByRole("radio", { name: "Pidió no ser contactado" }).check();
    await page.getByRole("button", { name: "Descartar" }).last().click();
    await expect(page.getByText("no se le vuelve a contactar").first()).toBeVisible();
    await expect(card(page, "Rosa Alcántara")).toHaveCount(0);
    await expect(card(page, "Iván Solís")).toBeFocused();
    await page.getByRole("link", { name: "Ver como lista" }).click();
    await page.goto(`${office.url}#/prospectos?open=all`);
    await page.getByRole("row", { name: /Rosa Alcántara/ }).click();
    await expect(page.getByRole("button", { name: /Llamar/ }).first()).toBeDisabled();
    await page.getByRole("button", { name: "Levantar oposición" }).click();
    const dialog = page.getByRole("dialog", { name: "Levantar la oposición" });
    await dialog.getByRole("textbox").fill("Mandó otro formulario");
    await dialog.getByRole("button", { name: "Levantar" }).click();
    await expect(page.getByRole("button", { name: /Llamar/ }).first()).toBeEnabled();
  });
});

test("an administrator arranges the stages, and archiving one moves who is in it", async ({
  page,
  office,
}) => {
  await office.call<Made>("POST", "/api/prospects", {
    name: "Rosa Alcántara",
    phones: ["55 5512 0142"],
    emails: [],
  });
  const { stages } = await office.call<Words>("GET", "/api/vocabulary");
  const first = stages[0]?.name ?? "";
  const second = stages[1]?.name ?? "";
  await new SignIn(page).open(office);
  await new SignIn(page).as(admin);
  await page.goto(`${office.url}#/ajustes/embudo`);
  await page.getByRole("textbox", { name: "Nueva etapa" }).fill("Firma de contrato");
  await page.getByRole("textbox", { name: "Nueva etapa" }).press("Enter");
  await expect(page.getByRole("textbox", { name: "Cambiar el nombre de Firma de contrato" })).toBeVisible();
  await page.getByRole("button", { name: `Archivar ${first}` }).click();
  const dialog = page.getByRole("dialog", { name: `Archivar ${first}` });
  await expect(dialog.getByText("Hay 1 prospecto en esta etapa")).toBeVisible();
  await dialog.getByRole("radio", { name: second }).check();
  await dialog.getByRole("button", { name: "Archivar y mover" }).click();
  await expect(page.getByRole("heading", { name: "Etapas archivadas" })).toBeVisible();
  await page.goto(`${office.url}#/embudo`);
  await expect(column(page, second).getByText("Rosa Alcántara")).toBeVisible();
});

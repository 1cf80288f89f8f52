import { admin, expect, test } from "./fixtures";
import { ProspectPage } from "./pages/prospect-page";
import { Shell } from "./pages/shell";
import { signInAs } from "./pages/sign-in";
import { person } from "./people";

test("a planned call that ends in “call me later” asks when, and other deeds are written down", async ({
  page,
  office,
}) => {
  const { name, phone } = person(4);
  const { id } = await office.call<{ id: string }>("POST", "/api/prospects", {
    name,
    phones: [phone],
    emails: [],
  });
  const due = new Date(Date.now() - 60_000).toISOString();
  await office.call("POST", `/api/prospects/${id}/activities`, { kind: "call", done: false, due_at: due });
  await signInAs(page, office, admin);
  await page.goto(`${office.url}#/prospectos/${id}`);
  const prospect = new ProspectPage(page);
  const shell = new Shell(page);

  await test.step("the call is not over before it is said when the next one is", async () => {
    await prospect.next().getByRole("button", { name: "Hecho" }).click();
    await page.getByRole("menuitem", { name: "Pidió llamar después" }).click();
    const when = prospect.next().getByRole("group", { name: "¿Cuándo le llamas?" });
    await when.getByRole("button", { name: "mañana 9:00" }).click();
    await shell.told("Hecho: Llamada.");
    await expect(prospect.next()).toContainText("mañana 09:00");
    await prospect.expectHistory("Llamada: Pidió llamar después");
  });

  await test.step("a visit that nobody planned", async () => {
    await page.getByRole("button", { name: "Otra actividad" }).click();
    const dialog = page.getByRole("dialog", { name: "Registrar lo que ya se hizo" });
    await dialog.getByLabel("Resultado").first().click();
    await page.getByRole("option", { name: "Se realizó", exact: true }).click();
    await dialog.getByLabel("Nota").fill("Vino sin cita con su esposa");
    await dialog.getByRole("button", { name: "Registrar" }).click();
    await prospect.expectHistory("Visita: Se realizó");
    await expect(prospect.next()).toContainText("mañana 09:00");
  });

  await test.step("what is moved says from when to when", async () => {
    await prospect.next().getByRole("button", { name: "Reagendar" }).click();
    await prospect.next().getByRole("button", { name: "1 h" }).click();
    await prospect.expectHistory(/Se reagendó.*mañana 09:00 → /);
  });

  await test.step("how a call went is asked also after the program was closed, and its number is copied where nothing dials", async () => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page
      .getByRole("button", { name: /^Llamar/ })
      .first()
      .click();
    await page.getByRole("button", { name: "¿No marcó? Copiar el número" }).click();
    await shell.told(/^Copiado: \+52\d{10}/);
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^\+52\d{10}$/);
    await page.reload();
    const question = page.getByRole("region", { name: "¿Cómo salió la llamada?" });
    await question.getByRole("button", { name: "Buzón" }).click();
    await prospect.expectHistory("Llamada: Buzón");
    await expect(question).toBeHidden();
  });

  const note = page.getByRole("textbox", { name: "Nota", exact: true });

  await test.step("a note that could not be saved stays, on other screens too, until it is", async () => {
    const isActivity = /\/api\/prospects\/[^/]+\/activities$/;
    await note.fill("Quiere el precio de dos");
    await page.route(isActivity, (route) => route.abort());
    await page.getByRole("button", { name: "Guardar nota" }).click();
    await expect(
      page.getByRole("alert").filter({ hasText: "No hay conexión con el programa." }),
    ).toBeVisible();
    await expect(note).toHaveValue("Quiere el precio de dos");
    const refused = page.waitForEvent("requestfailed", (request) => isActivity.test(request.url()));
    await page.getByRole("button", { name: "Contestó", exact: true }).click();
    await refused;
    await expect(note).toBeEditable();
    await expect(note).toHaveValue("Quiere el precio de dos");
    await page.unroute(isActivity);
    await shell.go("Prospectos");
    await page.goBack();
    await expect(note).toHaveValue("Quiere el precio de dos");
    await page.getByRole("button", { name: "Guardar nota" }).click();
    await prospect.expectHistory("Quiere el precio de dos");
    await expect(note).toHaveValue("");
  });

  await test.step("of a prospect that is gone nothing stays but what one had written oneself", async () => {
    await note.fill("Viaja en mayo");
    await office.call("DELETE", `/api/prospects/${id}`);
    await expect(page.getByText("Ese prospecto no existe o no está a tu cargo.")).toBeVisible();
    await expect(page.getByRole("link", { name: "Volver a Prospectos" })).toBeVisible();
    await expect(page.getByText(name)).toHaveCount(0);
    await expect(page).toHaveTitle("SITEGROUP CRM");
    await expect(page.getByRole("button", { name: /^(Llamar|WhatsApp)/ })).toHaveCount(0);
    await expect(page.getByLabel("Lo que escribiste no se guardó").getByRole("textbox")).toHaveValue(
      "Viaja en mayo",
    );
    await page.getByRole("button", { name: "Copiar" }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("Viaja en mayo");
  });
});

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
});

import { readFile } from "node:fs/promises";
import { admin, call, expect, type Office, type Person, test } from "./fixtures";
import { signInAs } from "./pages/sign-in";

const seller: Person = { name: "Tomás Arriaga", login: "tomas", password: "una tarde larga de mayo" };

/** A seller with a prospect whose temperature they have changed twice. */
async function aProspect(office: Office): Promise<string> {
  const { id: owner } = await office.call<{ id: string }>("POST", "/api/users", {
    ...seller,
    role: "seller",
  });
  const { id } = await office.call<{ id: string }>("POST", "/api/prospects", {
    name: "=Ofelia Quiroz",
    phones: ["55 5555 2301"],
    emails: ["ofelia@example.mx"],
    owner_id: owner,
  });
  const { token } = await call<{ token: string }>(office.url, "", "POST", "/api/session", {
    login: seller.login,
    password: seller.password,
  });
  for (const temperature of ["hot", "cold"]) {
    await call(office.url, token, "PATCH", `/api/prospects/${id}`, { temperature });
  }
  return id;
}

test("an administrator sees who changed what, and puts a value back", async ({ page, office }) => {
  const id = await aProspect(office);
  await signInAs(page, office, admin);

  await test.step("the office's history names the person, the field and both values", async () => {
    await page.goto(`${office.url}#/historial?what=prospect&change=changed`);
    const row = page.getByRole("grid", { name: "Cambios de la oficina" }).getByRole("row").nth(1);
    await expect(row).toContainText("Tomás Arriaga");
    await expect(row).toContainText("Temperatura");
    await expect(row).toContainText("Caliente");
    await expect(row).toContainText("Frío");
    await row.click();
    await expect(page).toHaveURL(new RegExp(id));
  });

  await test.step("the former value comes back, and can be undone", async () => {
    await page.getByText("Cambios", { exact: true }).click();
    const changes = page.getByRole("region", { name: "Cambios de este prospecto" });
    await changes.getByRole("button", { name: "Restaurar «Caliente»" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Restaurar" }).click();
    await expect(changes.getByRole("listitem").first()).toContainText("Laura Méndez Ruiz");
    const { temperature } = await office.call<{ temperature: string }>("GET", `/api/prospects/${id}`);
    expect(temperature).toBe("hot");
    await page.getByRole("button", { name: "Deshacer" }).click();
    await expect
      .poll(
        async () => (await office.call<{ temperature: string }>("GET", `/api/prospects/${id}`)).temperature,
      )
      .toBe("cold");
  });

  await test.step("what was exported is said in words, and what was not known yet as such", async () => {
    const ask = { form: "csv", reason: "Revisión del mes", columns: [{ key: "name", title: "Nombre" }] };
    for (const list of [
      { list: "bin", filter: {} },
      { list: "prospects", filter: { q: "quiroz", status: "new" } },
    ]) {
      const job = await office.call<{ id: string }>("POST", "/api/exports", { ...ask, ...list });
      await office.call("POST", `/api/exports/${job.id}/cancel`);
    }
    await page.goto(`${office.url}#/historial?what=export`);
    const history = page.getByRole("grid", { name: "Cambios de la oficina" });
    await expect(history).toContainText(
      "Lista: Papelera · Formato: csv · Filtros: toda la lista · Motivo: Revisión del mes",
    );
    await expect(history).toContainText("Filtros: Búsqueda, Estatus «Nuevo»");
    await expect(history.getByRole("row", { name: /Filas · Papelera/ })).toContainText("aún no se sabe");
    await expect(history).not.toContainText("varios datos");
  });
});

test("a seller exports their list once an administrator allows it", async ({ page, office }) => {
  await aProspect(office);
  await signInAs(page, office, seller);

  await test.step("without the right there is no button, and the history is not theirs", async () => {
    await page.goto(`${office.url}#/prospectos`);
    await expect(page.getByRole("grid", { name: "Prospectos", exact: true })).toContainText("=Ofelia Quiroz");
    await expect(page.getByRole("button", { name: "Exportar" })).toHaveCount(0);
    await expect(page.getByRole("link", { name: "Historial" })).toHaveCount(0);
  });

  await test.step("the events of their prospect are theirs to read", async () => {
    await page.getByRole("grid", { name: "Prospectos", exact: true }).getByRole("row").nth(1).click();
    await page.getByText("Cambios", { exact: true }).click();
    const changes = page.getByRole("region", { name: "Cambios de este prospecto" });
    await expect(changes).toContainText("Tomás Arriaga");
    await expect(changes.getByRole("button", { name: /Restaurar/ })).toHaveCount(0);
  });

  const { items } = await office.call<{ items: { id: string; login: string }[] }>("GET", "/api/users");
  const user = items.find(({ login }) => login === seller.login);
  await office.call("PATCH", `/api/users/${user?.id}`, { can_export: true });

  await test.step("with it the file holds what the list shows, and no formula", async () => {
    await page.goto(`${office.url}#/prospectos`);
    await page.reload();
    await page.getByRole("button", { name: "Exportar" }).click();
    const dialog = page.getByRole("dialog", { name: "Exportar prospectos" });
    await dialog.getByText("CSV", { exact: true }).click();
    await dialog.getByRole("button", { name: "Exportar" }).click();
    await expect(dialog).toContainText("Falta este dato.");
    await dialog.getByLabel("¿Para qué es?").fill("Revisión del mes");
    const downloading = page.waitForEvent("download");
    await dialog.getByRole("button", { name: "Exportar" }).click();
    const file = await downloading;
    expect(file.suggestedFilename()).toMatch(/^prospectos \d{4}-\d{2}-\d{2}\.csv$/);
    const text = await readFile(await file.path(), "utf8");
    expect(text).toContain("Nombre,Teléfono");
    expect(text).toContain("'=Ofelia Quiroz,55 5555 2301");
    expect(text).toContain("Frío");
    await expect(dialog).toContainText("Listo: 1 fila en el archivo.");
    // What had the focus has gone twice by now: the form, then the button that stops.
    await expect(dialog.getByRole("button", { name: "Cerrar" }).last()).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(dialog).toBeHidden();
  });

  await test.step("it stands in the history, with the reason", async () => {
    const noted = await office.call<{ items: { fields: { name: string; to: { raw: unknown } }[] }[] }>(
      "GET",
      "/api/history?what=export",
    );
    const reasons = noted.items.flatMap(({ fields }) => fields.filter(({ name }) => name === "reason"));
    expect(reasons.map(({ to }) => to.raw)).toContain("Revisión del mes");
  });
});

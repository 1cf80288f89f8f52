import { expectAccessible } from "./accessible";
import { admin, expect, openedLinks, type Person, test } from "./fixtures";
import { Shell } from "./pages/shell";
import { signInAs } from "./pages/sign-in";

const seller: Person = { name: "Jorge Peña Salas", login: "jorge", password: "ciruela roja en el patio" };

test("an administrator writes a template and a seller sends it once nothing is missing", async ({
  page,
  office,
}) => {
  const { id: owner } = await office.call<{ id: string }>("POST", "/api/users", {
    ...seller,
    role: "seller",
  });
  const { id } = await office.call<{ id: string }>("POST", "/api/prospects", {
    name: "MARÍA FERNANDA LÓPEZ",
    phones: ["55 5123 4567"],
    emails: ["maria@example.com"],
    owner_id: owner,
  });
  const shell = new Shell(page);
  await signInAs(page, office, admin);

  await test.step("an unknown variable is refused by name", async () => {
    await page.goto(`${office.url}#/ajustes/plantillas`);
    await page.getByRole("button", { name: "Nueva plantilla" }).click();
    const editor = page.getByRole("dialog", { name: "Nueva plantilla" });
    await editor.getByLabel("Nombre").fill("Recordatorio de cita");
    await editor.getByLabel("Texto").fill("Hola, {{apellido}}.");
    await editor.getByRole("button", { name: "Guardar plantilla" }).click();
    await expect(editor.getByText("No existe la variable «apellido».")).toBeVisible();
    await editor.getByLabel("Texto").fill("Hola, .\nTe esperamos el {{fecha_cita}}.");
    await editor.getByLabel("Texto").evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(6, 6));
    await editor.getByRole("button", { name: "Insertar nombre" }).click();
    await expect(editor.getByRole("group", { name: "Vista previa" })).toContainText("Hola, María Fernanda.");
    await expectAccessible(page);
    await editor.getByRole("button", { name: "Guardar plantilla" }).click();
    await shell.told("Plantilla guardada: Recordatorio de cita.");
  });

  await shell.signOut(admin.name);
  await signInAs(page, office, seller);
  await page.goto(`${office.url}#/prospectos/${id}`);
  // The inbox, which stands there until then, has the same button.
  await page.getByRole("heading", { level: 1, name: "María Fernanda López" }).waitFor();
  const choose = async () => {
    await page.getByRole("button", { name: "Elegir plantilla para el chat" }).click();
    await page.getByRole("menuitem", { name: "Recordatorio de cita" }).click();
    return page.getByRole("dialog", { name: "Mensaje con plantilla" });
  };

  await test.step("without a meeting it says what is missing and does not send", async () => {
    const dialog = await choose();
    await expect(dialog.getByRole("group", { name: "Vista previa" })).toContainText("falta fecha de la cita");
    await expect(dialog.getByRole("alert")).toContainText("Agenda una cita");
    await expect(dialog.getByRole("button", { name: "Abrir WhatsApp" })).toBeDisabled();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    expect(await openedLinks(page)).toEqual([]);
  });

  await test.step("with one it opens the chat with the text, and counts once it was sent", async () => {
    const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
    await office.call("POST", `/api/prospects/${id}/activities`, { kind: "visit", done: false, due_on: day });
    const dialog = await choose();
    await dialog.getByRole("button", { name: "Abrir WhatsApp" }).click();
    const [link = ""] = await openedLinks(page);
    const chat = new URL(link);
    expect(chat.pathname).toBe("/525551234567");
    expect(chat.searchParams.get("text")).toMatch(
      /^Hola, María Fernanda\.\nTe esperamos el \S+ \d+ de \S+\.$/,
    );
    const question = page.getByRole("region", { name: "¿Enviaste el mensaje?" });
    await question.getByRole("button", { name: "¿No abrió el chat? Probar con 521" }).click();
    const again = new URL((await openedLinks(page)).at(-1) ?? "");
    expect(again.pathname).toBe("/5215551234567");
    expect(again.searchParams.get("text")).toBe(chat.searchParams.get("text"));
    await question.getByRole("button", { name: "Sí" }).click();
    await page.goto(`${office.url}#/ajustes/plantillas`);
    const row = page.getByRole("row", { name: /Recordatorio de cita/ });
    await expect(row.getByRole("cell").nth(2)).toHaveText("1");
    // It is the office's: a seller uses it and does not change it.
    await expect(row.getByRole("button")).toHaveCount(0);
  });

  await test.step("a template of one's own, for a mail", async () => {
    await page.getByRole("button", { name: "Nueva plantilla" }).click();
    const editor = page.getByRole("dialog", { name: "Nueva plantilla" });
    await editor.getByText("Correo", { exact: true }).click();
    await editor.getByLabel("Nombre").fill("Precios");
    await editor.getByLabel("Asunto").fill("Precios, {{nombre}}");
    await editor.getByLabel("Texto").fill("Van los precios.\nSaludos, {{vendedor}}");
    await editor.getByRole("button", { name: "Guardar plantilla" }).click();
    await shell.told("Plantilla guardada: Precios.");
    await page.goto(`${office.url}#/prospectos/${id}`);
    await page.getByRole("button", { name: "Elegir plantilla para escribirle" }).click();
    await page.getByRole("menuitem", { name: "Precios" }).click();
    await page.getByRole("button", { name: "Abrir el correo" }).click();
    const mail = new URL((await openedLinks(page)).at(-1) ?? "");
    expect(mail.searchParams.get("subject")).toBe("Precios, María Fernanda");
    expect(mail.searchParams.get("body")).toBe("Van los precios.\r\nSaludos, Jorge Peña Salas");
  });

  await test.step("one's own of the same name is told apart from the office's", async () => {
    await page.goto(`${office.url}#/ajustes/plantillas`);
    await page.getByRole("button", { name: "Nueva plantilla" }).click();
    const editor = page.getByRole("dialog", { name: "Nueva plantilla" });
    await editor.getByLabel("Nombre").fill("Recordatorio de cita");
    await editor.getByLabel("Texto").fill("Nos vemos pronto.");
    await editor.getByRole("button", { name: "Guardar plantilla" }).click();
    await shell.told("Plantilla guardada: Recordatorio de cita.");
    await page.goto(`${office.url}#/prospectos/${id}`);
    await page.getByRole("button", { name: "Elegir plantilla para el chat" }).click();
    await expect(page.getByRole("menuitem", { name: "Recordatorio de cita De la oficina" })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("menuitem", { name: "Recordatorio de cita Tuya" }).click();
    const dialog = page.getByRole("dialog", { name: "Mensaje con plantilla" });
    await expect(dialog.getByRole("group", { name: "Vista previa" })).toContainText("Nos vemos pronto.");
    await expect(dialog.getByRole("combobox", { name: "Plantilla" })).toHaveValue(
      "Recordatorio de cita · Tuya",
    );
  });
});

import { expectAccessible } from "./accessible";
import { admin, expect, type Office, type Person, test } from "./fixtures";
import { Shell } from "./pages/shell";
import { signInAs } from "./pages/sign-in";

const ana: Person = { name: "Ana Torres Gil", login: "ana", password: "ciruela roja en el patio" };
const beto: Person = { name: "Beto Ruiz Lara", login: "beto", password: "durazno verde en el patio" };

async function hire({ call }: Office, { name, login, password }: Person): Promise<string> {
  const body = { name, login, password, role: "seller" };
  return (await call<{ id: string }>("POST", "/api/users", body)).id;
}

async function register({ call }: Office, owner: string, name: string, phone: string, email: string) {
  const body = { name, phones: [phone], emails: [email], owner_id: owner };
  await call("POST", "/api/prospects", body);
}

test("two contacts that are one person are found, merged with the keyboard, and parted again", async ({
  page,
  office,
}) => {
  const first = await hire(office, ana);
  const second = await hire(office, beto);
  await register(office, first, "José Íñiguez Mora", "+525555551001", "jose.iniguez@example.mx");
  await register(office, second, "Jose Iñiguez Mora", "+525555551002", "pepe@example.mx");
  await register(office, first, "Irma Zúñiga Rey", "+525555551003", "irma@example.mx");
  await signInAs(page, office, admin);
  const shell = new Shell(page);
  const contacts = page.getByRole("grid", { name: "Contactos", exact: true });

  await test.step("the list shows each person, and who may be one", async () => {
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    await expect(contacts.getByRole("row")).toHaveCount(4);
    await expect(contacts.getByText("posible duplicado")).toHaveCount(2);
    await page.getByRole("searchbox", { name: "Buscar por nombre, teléfono o correo" }).fill("irma");
    await expect(contacts.getByRole("row")).toHaveCount(2);
    await expectAccessible(page);
  });

  await test.step("a person is called from their own page, which asks how it went", async () => {
    await page.evaluate(() => {
      window.open = () => null; // no test leaves this computer
    });
    await contacts.getByRole("row").nth(1).click();
    const reach = page.getByRole("region", { name: "Contactar" });
    await reach.getByRole("button", { name: "WhatsApp", exact: true }).click();
    await reach.getByRole("region", { name: "¿Enviaste el mensaje?" }).waitFor();
    await page.keyboard.press("1");
    await expect(page.getByRole("region", { name: "Historia completa" }).getByText("WhatsApp")).toBeVisible();
    await expectAccessible(page);
  });

  await test.step("the page of a prospect bears the mark, which leads to the comparison", async () => {
    await page.keyboard.press("g");
    await page.keyboard.press("p");
    await page.getByRole("row").filter({ hasText: "Jose Iñiguez Mora" }).click();
    await page.getByRole("link", { name: "posible duplicado" }).click();
    await expect(page.getByText(/^Se conservarán/)).toBeVisible();
    await page.keyboard.press("Escape");
    await page.keyboard.press("g");
    await page.keyboard.press("c");
  });

  await test.step("the queue says why, and Enter compares", async () => {
    await page.getByRole("link", { name: "Posibles duplicados (1)" }).click();
    await expect(page.getByText("Mismo nombre y un dígito distinto en el teléfono")).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press("Enter");
    await expect(
      page.getByText("Se conservarán 2 teléfonos, 2 correos, 2 solicitudes y 2 prospectos."),
    ).toBeVisible();
  });

  await test.step("the seller has to be chosen", async () => {
    const merge = page.getByRole("button", { name: "Unir contactos" });
    await expect(merge).toBeDisabled();
    await expect(page.getByRole("radio", { name: "Se queda José Íñiguez Mora" })).toBeChecked();
    await page.getByRole("radio", { name: `${ana.name} se queda con todo lo abierto` }).check();
    await expect(merge).toBeEnabled();
    await expectAccessible(page);
    await page.keyboard.press("Control+Enter");
    await shell.told("Contactos unidos");
  });

  await test.step("one person has both phones and both prospects", async () => {
    await expect(page.getByRole("heading", { level: 1, name: "José Íñiguez Mora" })).toBeVisible();
    await expect(page.getByRole("region", { name: "Datos" }).getByText("55 5555 1002")).toBeVisible();
    await expect(
      page.getByRole("region", { name: "Prospectos de esta persona" }).getByRole("link"),
    ).toHaveCount(2);
    await page.getByRole("button", { name: "Hacer principal: 55 5555 1002" }).click();
    await shell.told("Ahora es el principal");
    await expectAccessible(page);
  });

  await test.step("thirty days are left to take it back", async () => {
    await page.getByRole("link", { name: "Contactos" }).first().click();
    await page.getByRole("link", { name: "Fusiones recientes" }).click();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Deshacer la fusión de José Íñiguez Mora" }).click();
    await shell.told("Fusión deshecha");
    await page.getByRole("link", { name: "Contactos" }).first().click();
    await expect(contacts.getByText("posible duplicado")).toHaveCount(2);
  });

  await test.step("X remembers that they are two", async () => {
    await page.getByRole("link", { name: "Posibles duplicados (1)" }).click();
    await page.getByText("Mismo nombre y un dígito distinto en el teléfono").waitFor();
    await page.keyboard.press("x");
    await shell.told("Anotado: son dos personas");
    await expect(page.getByText("No hay duplicados por revisar.")).toBeVisible();
  });
});

test("a seller asks for a merge and an administrator answers", async ({ page, office }) => {
  const first = await hire(office, ana);
  const second = await hire(office, beto);
  await register(office, first, "José Íñiguez Mora", "+525555551001", "jose.iniguez@example.mx");
  await register(office, second, "Pepe Mora", "+525555559002", "pepe@example.mx");
  await signInAs(page, office, ana);
  const shell = new Shell(page);

  await test.step("the seller sees only their own, and asks", async () => {
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    const contacts = page.getByRole("grid", { name: "Contactos", exact: true });
    await expect(contacts.getByRole("row")).toHaveCount(2);
    await contacts.getByRole("row").nth(1).click();
    await page.getByRole("button", { name: "Pedir fusión" }).click();
    await page.getByLabel("Teléfono o correo de la otra persona").fill("pepe@example.mx");
    await page.getByLabel("Qué viste").fill("Me dio otro número");
    await page.getByRole("button", { name: "Enviar petición" }).click();
    await shell.told("Petición enviada");
    await shell.signOut(ana.name);
  });

  await test.step("the administrator sees who is meant and merges", async () => {
    await signInAs(page, office, admin);
    await page.goto(`${office.url}#/contactos/fusiones`);
    await expect(page.getByText("“Me dio otro número”")).toBeVisible();
    await page.getByRole("link", { name: "Revisar la petición sobre José Íñiguez Mora" }).click();
    await page.getByRole("radio", { name: "Cada quien sigue con el suyo" }).check();
    await page.getByRole("button", { name: "Unir contactos" }).click();
    await shell.told("Contactos unidos");
  });
});

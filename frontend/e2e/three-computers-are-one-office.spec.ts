import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import type { Locator } from "@playwright/test";
import { Computer, freeAddress, Host, join } from "./computers";
import { admin, expect, type Person, test } from "./fixtures";
import { ProspectList } from "./pages/prospect-list";
import { UserSettings } from "./pages/user-settings";
import { Wizard } from "./pages/wizard";

const ines: Person = { name: "Inés Cárdenas Olvera", login: "ines", password: "ciruela roja en el patio" };
const raul: Person = { name: "Raúl Ibáñez Cota", login: "raul", password: "ciruela roja en el patio" };

/** Registers somebody by hand and answers where the prospect's page is. */
async function register(computer: Computer, name: string, seller: Person): Promise<string> {
  const { page } = computer;
  await computer.open("/prospectos");
  await page.getByRole("button", { name: "Nuevo prospecto" }).first().click(); // an empty list offers it too
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Nombre").fill(name);
  await dialog.getByLabel("Correo").fill(`${name.toLowerCase().replaceAll(/\W/g, "")}@example.mx`);
  await dialog.getByRole("combobox", { name: "Vendedor" }).click();
  await page.getByRole("option", { name: seller.name }).click();
  await dialog.getByRole("button", { name: "Guardar prospecto" }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  return new URL(page.url()).hash.slice(1);
}

/** One of the three temperatures on a prospect's page. */
function temperature({ page }: Computer, word: string): Locator {
  return page.getByRole("group", { name: "Temperatura" }).getByRole("button", { name: word });
}

async function setTemperature(computer: Computer, hash: string, word: string): Promise<void> {
  await computer.open(hash);
  await temperature(computer, word).click();
  await expect(temperature(computer, word)).toHaveAttribute("aria-pressed", "true");
}

async function expectTemperature(computer: Computer, hash: string, word: string): Promise<void> {
  await computer.open(hash);
  await expect(temperature(computer, word)).toHaveAttribute("aria-pressed", "true", { timeout: 30_000 });
}

async function expectList(computer: Computer, there: string[], gone: string[]): Promise<void> {
  await computer.open("/prospectos");
  const list = new ProspectList(computer.page);
  for (const name of there) await expect(list.row(name)).toBeVisible({ timeout: 30_000 });
  for (const name of gone) await expect(list.row(name)).toHaveCount(0, { timeout: 30_000 });
}

test("three computers are one office: joining, offline, conflict, reassigning, revoking, restoring", async ({
  browser,
}) => {
  test.setTimeout(300_000);
  const address = await freeAddress();
  const folder = await mkdtemp(path(tmpdir(), "sitegroup-backups-"));
  const computers: Computer[] = [];
  const start = async (...args: string[]) => {
    const computer = await Computer.start(browser, ...args);
    computers.push(computer);
    return computer;
  };
  try {
    const first = await start("--sync-listen", address);
    const host = new Host(first);
    const wizard = new Wizard(first.page);
    await wizard.createOffice("Inmobiliaria Punta Clara", admin);
    await first.page.getByRole("button", { name: "Después" }).click();
    const users = new UserSettings(first.page);
    await first.open("/ajustes/usuarios");
    for (const seller of [ines, raul]) await users.addSeller(seller);
    const page = await register(first, "Andrea Núñez", ines);
    await register(first, "Fausto Zúñiga", raul);

    const code = await test.step("the recovery code is typed back", () => host.prepareCode());

    const [hers, his] = [await start(), await start()];
    await test.step("two sellers join and hold their own prospects", async () => {
      await join(host, hers, ines);
      await join(host, his, raul);
      await hers.expectSync("Al día");
      await his.expectSync("Al día");
      await expectList(hers, ["Andrea Núñez"], ["Fausto Zúñiga"]);
      await expectList(his, ["Fausto Zúñiga"], ["Andrea Núñez"]);
      await first.expectSync("2 equipos conectados");
    });

    await test.step("what is written without the host is sent when it is back, and the later of two stays", async () => {
      await setTemperature(first, page, "Frío");
      await expectTemperature(hers, page, "Frío");
      await first.switchOff();
      await hers.expectSync(/Sin conexión desde/);
      await setTemperature(hers, page, "Tibio");
      await hers.open("/sincronizacion");
      await expect(hers.page.getByText("Cambios por enviar")).toBeVisible();
      await hers.switchOff();
      await first.switchOn();
      await setTemperature(first, page, "Caliente");
      await hers.switchOn();
      await hers.expectSync("Al día");
      await expectTemperature(hers, page, "Caliente");
      await hers.open("/sincronizacion");
      const replaced = hers.page.getByRole("table", { name: "Reemplazados" });
      await expect(replaced.getByRole("row").nth(1)).toContainText("Andrea Núñez");
      await expect(replaced.getByRole("row").nth(1)).toContainText("Tibio");
      await expect(replaced.getByRole("row").nth(1)).toContainText(admin.name);
      await replaced.getByRole("button", { name: /^Aplicar de nuevo/ }).click();
      await expect(hers.page.getByText("Nadie ha escrito encima de lo tuyo.")).toBeVisible();
      await expectTemperature(first, page, "Tibio");
    });

    await test.step("a reassigned prospect moves whole from one computer to the other", async () => {
      await hers.open(page);
      await expect(hers.page.getByRole("heading", { level: 1, name: "Andrea Núñez" })).toBeVisible();
      await first.open(page);
      await first.page.getByRole("button", { name: /^Vendedor/ }).click();
      await first.page.getByRole("menuitemradio", { name: raul.name }).click();
      await first.page.getByRole("radio", { name: "La persona lo pidió" }).check();
      await first.page.getByRole("button", { name: "Reasignar" }).click();
      await expect(hers.page.getByText("Ese prospecto no existe o no está a tu cargo.")).toBeVisible({
        timeout: 30_000,
      });
      await expect(hers.page.getByText("Andrea Núñez")).toHaveCount(0);
      await expectList(hers, [], ["Andrea Núñez"]);
      await expectList(his, ["Andrea Núñez", "Fausto Zúñiga"], []);
      await his.open(page);
      await expect(his.page.getByRole("region", { name: "Historial" })).toContainText(raul.name);
    });

    await test.step("a revoked computer is emptied", async () => {
      await first.open("/ajustes/equipos");
      await first.page.getByRole("button", { name: "Retirar Portátil de ines" }).click();
      await first.page.getByRole("button", { name: "Retirar y borrar" }).click();
      await expect(
        hers.page.getByRole("heading", { name: "Este equipo ya no es de la oficina" }),
      ).toBeVisible({
        timeout: 30_000,
      });
      await expect(first.page.getByText("Borrado", { exact: true })).toBeVisible({ timeout: 30_000 });
    });

    await test.step("the host's disk is lost; another computer takes over from the backup", async () => {
      await first.open("/ajustes/respaldo");
      await first.page.getByLabel("Carpeta").fill(folder);
      await first.page.getByRole("button", { name: "Guardar" }).click();
      await first.page.getByRole("button", { name: "Respaldar ahora" }).click();
      await expect(first.page.getByRole("cell", { name: "sí" })).toBeVisible();
      await setTemperature(his, page, "Caliente"); // which the backup does not have
      await expectTemperature(first, page, "Caliente");
      await first.throwAway();

      const [backup] = await readdir(folder);
      const next = await start("--sync-listen", address);
      await next.page.getByRole("button", { name: "Restaurar desde un respaldo" }).click();
      await next.page.getByLabel("Archivo del respaldo").fill(path(folder, backup ?? ""));
      await next.page.getByLabel("Código de recuperación").fill(code);
      const look = "**/api/setup/restore/look"; // an old backup is told of before anything is replaced
      await next.page.route(look, (route) =>
        route.fulfill({ json: { made_at: "2026-01-02T18:00:00.000Z" } }),
      );
      await next.page.getByRole("button", { name: "Restaurar", exact: true }).click();
      await expect(next.page.getByText("de hace más de 45 días")).toBeVisible();
      await expect(next.page.getByRole("button", { name: "Usar este respaldo" })).toBeVisible();
      await next.page.unroute(look);
      await next.page.getByLabel("Código de recuperación").fill(`${code} `); // another one is asked about anew
      await next.page.getByRole("button", { name: "Restaurar", exact: true }).click();
      await next.page.getByLabel("Usuario").waitFor({ timeout: 30_000 });
      await next.signIn(admin);
      await his.expectSync("Al día");
      await expectTemperature(next, page, "Caliente");
    });
  } finally {
    for (const computer of computers) await computer.throwAway().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
});

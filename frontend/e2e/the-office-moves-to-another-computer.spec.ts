import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { Computer, freeAddress, Host, join } from "./computers";
import { admin, expect, type Person, test } from "./fixtures";
import { ProspectList } from "./pages/prospect-list";
import { UserSettings } from "./pages/user-settings";
import { Wizard } from "./pages/wizard";

const alma: Person = { name: "Alma Treviño Luna", login: "alma", password: "ciruela roja en el patio" };

/** Registers somebody by hand. */
async function register({ page, open }: { page: Computer["page"]; open: () => Promise<void> }, name: string) {
  await open();
  await page.getByRole("button", { name: "Nuevo prospecto" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Nombre").fill(name);
  await dialog.getByLabel("Correo").fill(`${name.toLowerCase().replaceAll(/\W/g, "")}@example.mx`);
  await dialog.getByRole("button", { name: "Guardar prospecto" }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
}

const at = (computer: Computer) => ({ page: computer.page, open: () => computer.open("/prospectos") });

/** What the screen says once a computer has become the host, and signing in to it. */
async function enterAsHost(computer: Computer, person: Person): Promise<void> {
  await expect(computer.page.getByRole("heading", { name: "Este equipo es el principal" })).toBeVisible({
    timeout: 60_000,
  });
  await expect(computer.page.getByText("Conecta Meta de nuevo")).toBeVisible();
  await computer.page.getByRole("button", { name: "Entrar" }).click();
  await computer.signIn(person);
}

/** Has a page hear what it hears in the moment in which the office of before is closed and the next one is not open yet. */
async function layAside(page: Computer["page"]): Promise<void> {
  const none = { status: 409, title: "Conflict", code: "setup.needed" };
  const once = { times: 1 };
  await page.route(/\/api\/me$/, (route) => route.fulfill({ status: 409, json: none }), once);
  const answered = page.waitForResponse(/\/api\/setup$/);
  await page.route(
    /\/api\/setup$/,
    async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), state: "new" } });
    },
    once,
  );
  await answered;
}

async function expectNames(computer: Computer, names: string[]): Promise<void> {
  await computer.open("/prospectos");
  const list = new ProspectList(computer.page);
  for (const name of names) await expect(list.row(name)).toBeVisible({ timeout: 30_000 });
}

test("the office moves to another administrator's computer, planned and then not", async ({ browser }) => {
  test.setTimeout(300_000);
  const addresses = [await freeAddress(), await freeAddress()] as const;
  const folder = await mkdtemp(path(tmpdir(), "sitegroup-backups-"));
  const computers: Computer[] = [];
  const start = async (...args: string[]) => {
    const computer = await Computer.start(browser, ...args);
    computers.push(computer);
    return computer;
  };
  try {
    const first = await start("--sync-listen", addresses[0]);
    const host = new Host(first);
    await new Wizard(first.page).createOffice("Inmobiliaria Punta Clara", admin);
    await first.page.getByRole("button", { name: "Después" }).click();
    await first.open("/ajustes/usuarios");
    await new UserSettings(first.page).add(alma, "Administrador");
    const code = await host.prepareCode();
    const second = await start("--sync-listen", addresses[1]);
    await join(host, second, alma);
    await second.expectSync("Al día");
    await register(at(first), "Andrea Núñez");

    await test.step("the host chooses the other computer, which accepts", async () => {
      await first.open("/ajustes/equipos");
      await first.page.getByRole("button", { name: "Pasar la oficina…" }).click();
      await first.page.getByRole("button", { name: "Elegir ese equipo" }).click();
      await expect(first.page.getByText("Falta aceptar en «Portátil de alma»")).toBeVisible();
      await register(at(second), "Beatriz Solís");
      await second.open("/ajustes/equipos");
      await second.page.getByRole("button", { name: "Recibir la oficina" }).click();
      await enterAsHost(second, alma);
      await expectNames(second, ["Andrea Núñez", "Beatriz Solís"]);
    });

    await test.step("the former host says so, and joins again by invitation", async () => {
      await expect(
        first.page.getByRole("heading", { name: "Este ya no es el equipo principal" }),
      ).toBeVisible({ timeout: 30_000 });
      await first.page.getByRole("button", { name: "Volver a unir este equipo" }).click();
      const next = new Host(second);
      const invitation = await next.invite(admin);
      await first.page.getByLabel("Invitación", { exact: true }).fill(invitation);
      await first.page.getByLabel("Nombre de este equipo").fill("Torre de la oficina");
      await first.page.getByRole("button", { name: "Unirme" }).click();
      const digits = first.page.getByRole("status").filter({ hasText: /^\d{6}$/ });
      await expect(digits).toBeVisible({ timeout: 30_000 });
      await layAside(first.page);
      await expect(digits).toBeVisible();
      await next.admit(((await digits.textContent()) ?? "").trim());
      await first.page.getByLabel("Usuario").waitFor({ timeout: 30_000 });
      await first.signIn(admin);
      await first.expectSync("Al día");
      await expectNames(first, ["Andrea Núñez", "Beatriz Solís"]);
    });

    await test.step("the new host is lost; the former one takes over with what it had not sent", async () => {
      await second.open("/ajustes/respaldo");
      await second.page.getByLabel("Carpeta").fill(folder);
      await second.page.getByRole("button", { name: "Guardar" }).click();
      await second.page.getByRole("button", { name: "Respaldar ahora" }).click();
      await expect(second.page.getByRole("cell", { name: "sí" })).toBeVisible();
      const [backup = ""] = await readdir(folder);
      const kept = path(folder, "respaldo.sgbackup");
      await copyFile(path(folder, backup), kept);
      await second.throwAway();
      await first.expectSync(/Sin conexión desde/);
      await register(at(first), "Carla Medina");
      await first.open("/ajustes/equipos");
      await first.page.getByRole("button", { name: "El principal se perdió…" }).click();
      await first.page.getByLabel("Archivo del respaldo").fill(kept);
      await first.page.getByLabel("Código de recuperación").fill(code);
      await first.page.getByRole("button", { name: "Hacer de este equipo el principal" }).click();
      await enterAsHost(first, admin);
      await expectNames(first, ["Andrea Núñez", "Beatriz Solís", "Carla Medina"]);
    });
  } finally {
    for (const computer of computers) await computer.throwAway().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
});

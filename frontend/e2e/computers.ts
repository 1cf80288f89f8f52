import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import type { Browser, Page } from "@playwright/test";
import { expect, type Person } from "./fixtures";
import { Shell } from "./pages/shell";
import { SignIn } from "./pages/sign-in";
import { type Running, run, temporaryFolder } from "./program";

/** A computer of an office: a program in a folder of its own, and the browser of who sits there. */
export class Computer {
  private running: Running | null = null;
  url = "";

  private constructor(
    private readonly folder: { path: string; remove: () => Promise<void> },
    readonly page: Page,
    private readonly args: string[],
  ) {}

  static async start(browser: Browser, ...args: string[]): Promise<Computer> {
    const context = await browser.newContext();
    const computer = new Computer(await temporaryFolder(), await context.newPage(), args);
    await computer.switchOn();
    return computer;
  }

  /** Starts the program, at the same address if it ran before, and opens its page. */
  async switchOn(): Promise<void> {
    const at = this.url === "" ? "127.0.0.1:0" : new URL(this.url).host;
    const own = ["--data", this.folder.path, "--key-file", `${this.folder.path}/keys.json`, "--addr", at];
    this.running = await run(["serve", ...own, ...this.args], /http:\/\/\S+/);
    this.url = /http:\/\/\S+/.exec(this.running.line)?.[0] ?? "";
    await this.page.goto(this.url);
  }

  async switchOff(): Promise<void> {
    await this.running?.stop();
    this.running = null;
  }

  async throwAway(): Promise<void> {
    await this.switchOff();
    await this.page.context().close();
    await this.folder.remove();
  }

  async signIn(person: Person): Promise<void> {
    await new SignIn(this.page).as(person);
  }

  /** Opens a screen by its address. */
  async open(hash: string): Promise<void> {
    await this.page.goto(`${this.url}#${hash}`);
  }

  /** Waits for what the line at the foot of the rail says. */
  async expectSync(words: string | RegExp): Promise<void> {
    await expect(this.page.getByRole("navigation", { name: "Pantallas" }).getByRole("status")).toHaveText(
      words,
      {
        timeout: 30_000,
      },
    );
  }
}

/** The host's side of an office of several computers, as its administrator works it. */
export class Host {
  constructor(readonly computer: Computer) {}

  get page(): Page {
    return this.computer.page;
  }

  /** Prepares the recovery code and types it back; answers the code. */
  async prepareCode(): Promise<string> {
    const { page } = this;
    await this.computer.open("/ajustes/equipos");
    await page.getByRole("button", { name: "Preparar el código" }).click();
    const groups = page.locator("p").filter({ hasText: /^([0-9A-Z]{4}\s*){7}$/ });
    await expect(groups).toBeVisible();
    const code = (await groups.locator("span").allTextContents()).join("-");
    await page.getByRole("button", { name: "Ya lo escribí" }).click();
    await page.getByLabel("Escribe el código del papel").fill(code.toLowerCase().replaceAll("-", " "));
    await page.getByRole("button", { name: "Confirmar" }).click();
    await new Shell(page).told("El código quedó listo");
    return code;
  }

  /** Makes an invitation for a person and answers its text. The dialog stays open. */
  async invite(person: Person): Promise<string> {
    const { page } = this;
    await this.computer.open("/ajustes/equipos");
    await page.getByRole("button", { name: "Invitar equipo" }).click();
    await page.getByRole("combobox", { name: "¿De quién será el equipo?" }).click();
    await page.getByRole("option", { name: person.name }).click();
    await page.getByRole("button", { name: "Hacer invitación" }).click();
    await expect(page.getByRole("img", { name: "Invitación en código QR" })).toBeVisible();
    return page.getByLabel("Invitación", { exact: true }).inputValue();
  }

  /** Compares the digits and lets the computer in. */
  async admit(digits: string): Promise<void> {
    const { page } = this;
    await expect(page.getByText("¿Ves los mismos números")).toBeVisible({ timeout: 30_000 });
    await expect(page.getByRole("dialog")).toContainText(digits);
    await page.getByRole("button", { name: "Coinciden, admitir" }).click();
    await expect(page.getByText("ya es de la oficina")).toBeVisible();
    await page.keyboard.press("Enter"); // on "Cerrar"
    await expect(page.getByRole("dialog")).toBeHidden();
  }
}

/** Brings a new computer into the office and signs its person in. */
export async function join(host: Host, computer: Computer, person: Person): Promise<void> {
  const invitation = await host.invite(person);
  const { page } = computer;
  await page.getByRole("button", { name: "Unirme a una oficina" }).click();
  await page.getByLabel("Invitación", { exact: true }).fill(invitation);
  await page.getByLabel("Nombre de este equipo").fill(`Portátil de ${person.login}`);
  await page.getByRole("button", { name: "Unirme" }).click();
  await expect(
    page.getByRole("heading", { name: "Pide al administrador que confirme estos números" }),
  ).toBeVisible({
    timeout: 30_000,
  });
  const digits = ((await page.getByRole("status").textContent()) ?? "").trim();
  expect(digits).toMatch(/^\d{6}$/);
  await page.reload();
  await expect(page.getByRole("status")).toHaveText(digits);
  await host.admit(digits);
  await page.getByLabel("Usuario").waitFor({ timeout: 30_000 });
  await computer.signIn(person);
}

/** An address of this computer that nobody listens on: below the ports from which connections are made, for it may be long before
 *  somebody listens there. */
export function freeAddress(): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    let tries = 0;
    const again = () => server.listen(randomInt(20_000, 32_768), "127.0.0.1");
    server.on("error", (error) => (++tries < 100 ? again() : reject(error)));
    server.once("listening", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null
          ? resolve(`127.0.0.1:${address.port}`)
          : reject(new Error("no address")),
      );
    });
    again();
  });
}

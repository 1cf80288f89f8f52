import type { Page } from "@playwright/test";
import type { Person } from "../fixtures";

/** The four small steps of a new office. */
export class Wizard {
  constructor(private readonly page: Page) {}

  async open(url: string): Promise<void> {
    await this.page.goto(url);
  }

  /** Walks through all steps and leaves towards the connection with Meta. */
  async createOffice(name: string, person: Person): Promise<void> {
    const { page } = this;
    await page.getByRole("button", { name: "Crear mi oficina" }).click();
    await page.getByLabel("Nombre de la oficina").fill(name);
    await page.getByRole("button", { name: "Siguiente" }).click();
    await page.getByLabel("Tu nombre").fill(person.name);
    await page.getByLabel("Usuario").fill(person.login);
    await page.getByLabel("Contraseña", { exact: true }).fill(person.password);
    await page.getByRole("button", { name: "Crear oficina" }).click();
    await page.getByRole("heading", { name: `${name} está lista` }).waitFor();
  }

  async goToMeta(): Promise<void> {
    await this.page.getByRole("button", { name: "Conectar Meta" }).click();
  }
}

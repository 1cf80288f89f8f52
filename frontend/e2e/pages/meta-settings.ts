import { expect, type Page } from "@playwright/test";
import type { Graph } from "../graph";

/** The connection with Meta. */
export class MetaSettings {
  constructor(private readonly page: Page) {}

  /** Pastes what connects to this Meta and waits for the forms it has. */
  async connect(graph: Graph): Promise<void> {
    const { page } = this;
    await page.getByLabel("Identificador de la app").fill(graph.appId);
    await page.getByLabel("Clave secreta de la app").fill(graph.appSecret);
    await page.getByLabel("Token de acceso").fill(graph.token);
    await page.getByRole("button", { name: "Opciones avanzadas" }).click();
    await page.getByLabel("Dirección de la API").fill(graph.url);
    await page.getByRole("button", { name: "Conectar y revisar" }).click();
    await page.getByRole("heading", { name: "Formularios" }).waitFor();
  }

  /** Asks Meta for a form's leads now, and waits until the program says what came of it. */
  async pull(form: string, told: RegExp): Promise<void> {
    await this.page.getByRole("button", { name: `Traer ahora los leads de ${form}` }).click();
    // A toast can be closed; a notice of the screen that says the same cannot.
    const close = this.page.getByRole("button");
    const toast = this.page.getByRole("alert").filter({ hasText: told }).filter({ has: close });
    await expect(toast).toBeVisible({ timeout: 60_000 });
    await toast.getByRole("button").click();
    await expect(toast).toBeHidden();
  }
}

import { expect, type Locator, type Page } from "@playwright/test";
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
    const cross = this.page.getByRole("button");
    const toast = this.page.getByRole("alert").filter({ hasText: told }).filter({ has: cross });
    await expect(toast).toBeVisible({ timeout: 60_000 });
    await close(toast);
  }

  /** Switches a form off by mistake, and takes that back. */
  async mistakenlySwitchOff(form: string): Promise<void> {
    const read = this.page.getByRole("switch", { name: `Leer ${form}` });
    await expect(read).toBeChecked();
    await read.press("Space");
    await expect(read).not.toBeChecked();
    await this.undo();
    await expect(read).toBeChecked();
  }

  /** Sends a form's answer somewhere else by mistake, and takes that back. */
  async mistakenlyMap(form: string, question: string): Promise<void> {
    const { page } = this;
    const target = page.getByRole("combobox", { name: `Destino de ${question}` });
    const open = () => page.getByRole("button", { name: `Mapeo de ${form}` }).click();
    await open();
    await expect(target).toHaveValue("Guardar como respuesta");
    await target.click();
    await page.getByRole("option", { name: "Ciudad" }).click();
    await page.getByRole("button", { name: "Guardar", exact: true }).click();
    await expect(target).toBeHidden();
    await this.undo();
    await open();
    await expect(target).toHaveValue("Guardar como respuesta");
    await page.getByRole("button", { name: "Cancelar" }).click();
    await expect(target).toBeHidden();
  }

  private async undo(): Promise<void> {
    await this.page.getByRole("button", { name: "Deshacer" }).click();
    const told = this.page.getByRole("alert").filter({ hasText: "Deshecho" });
    await expect(told).toBeVisible();
    await close(told);
  }
}

/** Closes a toast, or waits until it goes by itself: it stays while the mouse is over it. */
async function close(toast: Locator): Promise<void> {
  await toast
    .getByRole("button")
    .click({ timeout: 1000 })
    .catch(() => toast.page().mouse.move(0, 0));
  await expect(toast).toBeHidden();
}

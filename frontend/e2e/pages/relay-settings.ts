import { expect, type Locator, type Page } from "@playwright/test";

/** The office's relay, as its administrator sees it. */
export class RelaySettings {
  constructor(private readonly page: Page) {}

  /** Types where the relay is and waits until the office is linked with it. */
  async connect(address: string, admission: string): Promise<void> {
    const { page } = this;
    await page.getByLabel("Dirección del relevo").fill(address);
    await page.getByRole("textbox", { name: "Código de admisión" }).fill(admission);
    await page.getByRole("button", { name: "Conectar", exact: true }).click();
    await this.expectLinked();
  }

  async expectLinked(): Promise<void> {
    await expect(this.page.getByText("Conectado", { exact: true })).toBeVisible({ timeout: 30_000 });
  }

  /** Has the program tell Meta where to call. */
  async subscribe(): Promise<void> {
    await this.page.getByRole("button", { name: "Suscribir por mí" }).click();
    await expect(this.page.getByRole("alert").filter({ hasText: "Meta enviará sus avisos" })).toBeVisible();
  }

  /** Tries every switch and waits until a test lead has made the whole way. */
  async check(): Promise<void> {
    await this.page.getByRole("button", { name: "Probar", exact: true }).click();
    await expect(this.page.getByText(/^Tardó .* s en llegar\.$/)).toBeVisible({ timeout: 60_000 });
  }

  /** One of the switches between a form and the office. */
  one(title: string): Locator {
    return this.page.getByRole("listitem").filter({ hasText: title });
  }
}

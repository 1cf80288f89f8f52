import { expect, type Locator, type Page } from "@playwright/test";

/** Everything about one prospect. */
export class ProspectPage {
  readonly history: Locator;

  constructor(private readonly page: Page) {
    this.history = page.getByRole("region", { name: "Historial" });
  }

  async expectName(name: string): Promise<void> {
    await expect(this.page.getByRole("heading", { level: 1, name })).toBeVisible();
  }

  async expectHistory(words: string | RegExp): Promise<void> {
    await expect(this.history.getByRole("listitem").filter({ hasText: words }).first()).toBeVisible();
  }

  /** The bar with the next step. */
  next(): Locator {
    return this.page.getByRole("region", { name: "Próxima acción" });
  }
}

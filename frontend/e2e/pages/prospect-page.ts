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

  /** Says beside the seller, and in the history, that they have the prospect by turn, and which of how many it was. */
  async expectTurn(why: string, seller: string, of: number): Promise<void> {
    const turn = `turno [1-${of}] de ${of}`;
    await expect(this.page.getByText(new RegExp(`^${why} ${turn} ·`))).toBeVisible();
    await this.expectHistory(new RegExp(`Asignado a ${seller}, ${turn}`));
  }

  /** The bar with the next step. */
  next(): Locator {
    return this.page.getByRole("region", { name: "Próxima acción" });
  }
}

import { expect, type Locator, type Page } from "@playwright/test";

/** The list of prospects. */
export class ProspectList {
  readonly table: Locator;

  constructor(private readonly page: Page) {
    this.table = page.getByRole("grid", { name: "Prospectos", exact: true });
  }

  /** How many the list holds, as its heading says. */
  async total(): Promise<number> {
    const note = this.page.getByText(/^[\d,]+ prospectos?$/);
    await expect(note).toBeVisible();
    return Number(((await note.textContent()) ?? "").replace(/\D/g, ""));
  }

  async expectTotal(count: number): Promise<void> {
    await expect(
      this.page.getByText(`${count} ${count === 1 ? "prospecto" : "prospectos"}`, { exact: true }),
    ).toBeVisible();
  }

  async search(words: string): Promise<void> {
    await this.page.getByLabel("Buscar prospectos").fill(words);
  }

  /** Chooses one entry of a filter's menu. */
  async filter(name: string | RegExp, choice: string): Promise<void> {
    await this.page.getByRole("button", { name }).click();
    await this.page.getByRole("menuitemradio", { name: choice }).click();
  }

  row(person: string): Locator {
    return this.table.getByRole("row").filter({ hasText: person });
  }
}

import { expect, type Locator, type Page } from "@playwright/test";

/** Prospects that wait. */
export class Inbox {
  readonly list: Locator;

  constructor(private readonly page: Page) {
    this.list = page.getByRole("grid", { name: /Prospectos sin atender/ });
  }

  /** The person whose card is chosen. */
  chosen(): Locator {
    return this.list.getByRole("row", { selected: true });
  }

  /** The name on it; the detail beside the list is called by it. */
  async chosenName(): Promise<string> {
    return (await this.page.getByRole("heading", { level: 2 }).first().textContent()) ?? "";
  }

  async expectCount(count: number): Promise<void> {
    await expect(this.page.getByText(`${count} sin atender`)).toBeVisible();
  }

  /** Answers the question after a call. */
  async answerCall(result: string): Promise<void> {
    const question = this.page.getByRole("region", { name: "¿Cómo salió la llamada?" });
    await question.getByRole("button", { name: result, exact: true }).click();
    await expect(question).toBeHidden();
  }
}

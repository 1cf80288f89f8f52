import { expect, type Page } from "@playwright/test";

/** A file on its way in. */
export class ImportPage {
  constructor(private readonly page: Page) {}

  async choose(name: string, bytes: Buffer): Promise<void> {
    const chooser = this.page.waitForEvent("filechooser");
    await this.page.getByRole("button", { name: "Elegir archivo" }).click();
    await (await chooser).setFiles({ name, mimeType: "text/csv", buffer: bytes });
    await expect(this.page.getByRole("heading", { name })).toBeVisible();
  }

  /** Says what a column is to be taken for, by what stands in its list. */
  async take(header: string, target: string): Promise<void> {
    const column = this.page.getByRole("combobox", { name: `Destino de la columna ${header}`, exact: true });
    await column.click();
    await this.page.getByRole("option", { name: target, exact: true }).click();
    await expect(column).toHaveValue(target);
  }

  async run(rows: number): Promise<void> {
    await this.page
      .getByRole("button", { name: rows === 1 ? "Importar 1 fila" : `Importar ${rows} filas` })
      .click();
  }

  async expectDone(rows: number): Promise<void> {
    await expect(this.page.getByText(`Terminada: ${rows} filas leídas.`)).toBeVisible({ timeout: 60_000 });
  }

  /** How many rows ended so, as the result counts them. */
  async expectCount(what: string, count: number): Promise<void> {
    await expect(this.page.getByRole("definition").filter({ hasText: String(count) })).not.toHaveCount(0);
    const term = this.page.getByRole("term").filter({ hasText: what });
    await expect(term.locator("..")).toContainText(String(count));
  }

  /** The file of rows that stayed out. */
  async downloadErrors(): Promise<string> {
    const download = this.page.waitForEvent("download");
    await this.page.getByRole("button", { name: "Descargar filas" }).click();
    const stream = await (await download).createReadStream();
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return decode(Buffer.concat(chunks));
  }
}

/** The text of a file that may be UTF-16 like the one it answers. */
function decode(bytes: Buffer): string {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isWide ? "utf-16le" : "utf-8").decode(bytes);
}

import { expect, type Page } from "@playwright/test";
import type { Person } from "../fixtures";

/** The people of the office. */
export class UserSettings {
  constructor(private readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.getByRole("link", { name: "Usuarios" }).click();
  }

  addSeller(person: Person): Promise<void> {
    return this.add(person, "Vendedor");
  }

  async add(person: Person, role: string): Promise<void> {
    await this.page.getByRole("button", { name: "Agregar usuario" }).click();
    const dialog = this.page.getByRole("dialog");
    await dialog.getByLabel("Nombre").fill(person.name);
    await dialog.getByLabel("Usuario").fill(person.login);
    await dialog.getByLabel("Contraseña inicial").fill(person.password);
    await dialog.getByText(role, { exact: true }).click();
    await dialog.getByRole("button", { name: "Crear usuario" }).click();
    await expect(dialog).toBeHidden();
    await expect(this.page.getByRole("row").filter({ hasText: person.name })).toBeVisible();
  }
}

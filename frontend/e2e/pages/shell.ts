import { expect, type Page } from "@playwright/test";

/** The frame around every screen. */
export class Shell {
  constructor(private readonly page: Page) {}

  /** Opens a screen from the rail. */
  async go(screen: "Bandeja" | "Prospectos" | "Importar" | "Ajustes" | "Salud"): Promise<void> {
    await this.page
      .getByRole("navigation", { name: "Pantallas" })
      .getByRole("link", { name: screen })
      .click();
  }

  /** Says goodbye to the person whose name is at the foot of the rail. */
  async signOut(name: string): Promise<void> {
    await this.page.getByRole("button", { name }).click();
    await this.page.getByRole("menuitem", { name: "Cerrar sesión" }).click();
    await this.page.getByLabel("Usuario").waitFor();
  }

  /** Waits for what a toast says. */
  async told(sentence: string | RegExp): Promise<void> {
    await expect(this.page.getByRole("alert").filter({ hasText: sentence }).first()).toBeVisible();
  }
}

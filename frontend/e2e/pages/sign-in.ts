import type { Page } from "@playwright/test";
import type { Person, Program } from "../fixtures";

/** The first screen of an office that exists. */
export class SignIn {
  constructor(private readonly page: Page) {}

  async open({ url }: Program): Promise<void> {
    await this.page.goto(url);
    await this.page.getByLabel("Usuario").waitFor();
  }

  /** Enters and waits until the program is there. */
  async as(person: Pick<Person, "login" | "password">): Promise<void> {
    await this.page.getByLabel("Usuario").fill(person.login);
    await this.page.getByLabel("Contraseña", { exact: true }).fill(person.password);
    await this.page.getByRole("button", { name: "Entrar" }).click();
    await this.page.getByRole("navigation", { name: "Pantallas" }).waitFor();
  }
}

/** Opens the program and enters as this person. */
export async function signInAs(page: Page, program: Program, person: Person): Promise<void> {
  const signIn = new SignIn(page);
  await signIn.open(program);
  await signIn.as(person);
}

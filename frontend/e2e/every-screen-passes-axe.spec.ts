import { expectAccessible } from "./accessible";
import { demoAdmin, expect, test } from "./fixtures";
import { signInAs } from "./pages/sign-in";
import { screens } from "./screens";

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme });

    test("the wizard is accessible", async ({ page, program }) => {
      await page.goto(program.url);
      await page.getByRole("button", { name: "Crear mi oficina" }).waitFor();
      await expectAccessible(page);
      await page.getByRole("button", { name: "Crear mi oficina" }).click();
      await page.getByLabel("Nombre de la oficina").fill("Punta Clara");
      await expectAccessible(page);
      await page.getByRole("button", { name: "Siguiente" }).click();
      await page.getByLabel("Tu nombre").waitFor();
      await expectAccessible(page);
    });

    test("the sign-in screen is accessible", async ({ page, demo }) => {
      await page.goto(demo.url);
      await page.getByLabel("Usuario").waitFor();
      await expectAccessible(page);
    });
  });
}

for (const { name, hash, ready } of screens) {
  test(`${name} is accessible in light and dark, and asks for nothing that is not there`, async ({
    page,
    demo,
  }) => {
    const refused: string[] = [];
    page.on("response", (response) => {
      if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`);
    });
    await page.emulateMedia({ colorScheme: "light" });
    await signInAs(page, demo, demoAdmin);
    await page.goto(`${demo.url}#${hash}`);
    await ready(page);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", colorScheme);
      await expectAccessible(page);
    }
    expect(refused).toEqual([]);
  });
}

import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { demoAdmin, test } from "./fixtures";
import { signInAs } from "./pages/sign-in";
import { screens } from "./screens";

const folder = fileURLToPath(new URL("../../docs/img/", import.meta.url));
/** The documents show the first; its pictures carry no size in their names. */
const sizes = [
  { viewport: { width: 1280, height: 800 }, suffix: "" },
  { viewport: { width: 1920, height: 1080 }, suffix: "-1920" },
];

test.beforeAll(() => mkdir(folder, { recursive: true }));

for (const colorScheme of ["light", "dark"] as const) {
  for (const { viewport, suffix } of sizes) {
    test.describe(`${colorScheme} ${viewport.width}`, () => {
      test.use({ colorScheme, viewport });
      const path = (name: string) => `${folder}${name}-${colorScheme}${suffix}.png`;

      test("inicio", async ({ page, program }) => {
        await page.goto(program.url);
        await page.getByRole("button", { name: "Crear mi oficina" }).waitFor();
        await page.screenshot({ path: path("inicio") });
      });

      test("entrar", async ({ page, demo }) => {
        await page.goto(demo.url);
        await page.getByLabel("Usuario").waitFor();
        await page.screenshot({ path: path("entrar") });
      });

      for (const { name, hash, ready } of screens) {
        test(name, async ({ page, demo }) => {
          await signInAs(page, demo, demoAdmin);
          await page.goto(`${demo.url}#${hash}`);
          await ready(page);
          await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
          await page.mouse.move(0, 0);
          await page.screenshot({ path: path(name) });
        });
      }
    });
  }
}

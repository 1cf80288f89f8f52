import { demoAdmin, expect, test } from "./fixtures";
import { signInAs } from "./pages/sign-in";
import { screens } from "./screens";

// A window of 1280×800 at 200 % is a page of 640×400 (WCAG 1.4.4 and 1.4.10).
test.use({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 });

// The tray shows either its list or a prospect there; the test at the end goes through both.
for (const { name, hash, ready } of screens.filter((screen) => screen.name !== "bandeja")) {
  test(`${name} fits at 200 % without scrolling sideways`, async ({ page, demo }) => {
    await signInAs(page, demo, demoAdmin);
    await page.goto(`${demo.url}#${hash}`);
    await ready(page);
    const { content, view } = await page.evaluate(() => ({
      content: Math.max(
        document.documentElement.scrollWidth,
        document.querySelector("main")?.scrollWidth ?? 0,
      ),
      view: document.documentElement.clientWidth,
    }));
    expect(content).toBeLessThanOrEqual(view);
  });
}

test("a seller's first call works at 200 %", async ({ page, demo }) => {
  await signInAs(page, demo, demoAdmin);
  await page.goto(`${demo.url}#/bandeja`);
  const list = page.getByRole("grid", { name: /Prospectos sin atender/ });
  await list.getByRole("row").first().click();
  const dial = page.getByRole("button", { name: /^Llamar/ }).first();
  // The page may still be taking the list's place: the button is looked up again until it stays.
  await expect(async () => {
    await dial.scrollIntoViewIfNeeded({ timeout: 2_000 });
    await expect(dial).toBeInViewport({ timeout: 2_000 });
  }).toPass();
  await dial.click();
  const question = page.getByRole("region", { name: "¿Cómo salió la llamada?" });
  await expect(question.getByRole("button", { name: "Contestó", exact: true })).toBeInViewport();
});

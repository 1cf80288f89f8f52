import { demoAdmin, expect, test } from "./fixtures";
import { signInAs } from "./pages/sign-in";

/** A date so many days ago, as an address holds it. */
function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

test("every number of the dashboard opens a list of so many", async ({ page, demo }) => {
  await signInAs(page, demo, demoAdmin);
  await page.locator("body").press("g");
  await page.locator("body").press("t");
  await page.getByRole("heading", { name: "Tablero" }).waitFor();
  await expect(page.locator(".recharts-bar-rectangle").first()).toBeVisible();
  // The demonstration's leads go on coming: days that are over stand still.
  await page.goto(`${demo.url}#/tablero?from=${daysAgo(90)}&to=${daysAgo(2)}`);
  await page.getByText("Ver los números").click();
  const numbers = await page
    .getByRole("main")
    .locator("section, dl")
    .filter({ hasNot: page.getByRole("heading", { name: /Sin atender|Embudo|Carga/ }) })
    .getByRole("link", { name: /^Ver la lista: / })
    .evaluateAll((links) =>
      links.map((link) => ({
        href: link.getAttribute("href") ?? "",
        name: link.getAttribute("aria-label") ?? "",
      })),
    );
  const ofPeriod = numbers.filter(({ href, name }) => /_(from|to)=/.test(href) && !name.includes("Mediana"));
  expect(ofPeriod.length).toBeGreaterThan(30);
  let counted = 0;
  for (const { href, name } of ofPeriod.filter((_, n) => n < 16 || n % 11 === 0)) {
    const n = name.slice(name.lastIndexOf(" ") + 1);
    await page.goto(`${demo.url}${href.slice(href.indexOf("#"))}`);
    await expect(page.getByRole("status").first(), name).toHaveText(new RegExp(`^${n} prospecto`));
    if (n !== "0") counted++;
  }
  expect(counted).toBeGreaterThan(3);
});

test("an administrator looks at one seller's numbers and opens one", async ({ page, demo }) => {
  await signInAs(page, demo, demoAdmin);
  await page.goto(`${demo.url}#/tablero`);
  await page.getByRole("heading", { name: "Carga por vendedor" }).waitFor();
  await page.getByRole("combobox", { name: "Vendedor" }).click();
  await page.getByRole("option").nth(1).click();
  await expect(page).toHaveURL(/seller=/);
  await expect(page.getByRole("row").filter({ hasText: "Sin vendedor" })).toHaveCount(0);
  const active = page.getByRole("link", { name: /^Ver la lista: Prospectos activos/ });
  const own = (await active.textContent()) ?? "";
  await active.click();
  await expect(page.getByRole("status").first()).toHaveText(new RegExp(`^${own} prospecto`));
});

test("an address keeps what its screen understands, and the screen sees nothing else of it", async ({
  page,
  demo,
}) => {
  await signInAs(page, demo, demoAdmin);
  const fault = page.getByRole("main").getByRole("alert");
  const visit = async (dirty: string, clean: RegExp) => {
    await page.goto(`${demo.url}#${dirty}`);
    await expect(page).toHaveURL(clean);
  };
  await visit("/prospectos?sort=bad&etapa=xyz&utm_source=correo", /#\/prospectos$/);
  await expect(page.getByRole("status").first()).toHaveText(/^[\d,]+ prospectos/);
  await expect(page.getByRole("button", { name: "Quitar filtros" })).toHaveCount(0);
  await expect(page.getByText("sort.bad")).toHaveCount(0);
  await page.goto("about:blank"); // the next one is where the page begins
  await visit("/prospectos?utm_source=correo&temperature=hot", /#\/prospectos\?temperature=hot$/);
  await page.getByRole("button", { name: "Guardar vista" }).click();
  await page.getByRole("textbox", { name: "Nombre" }).fill("Calientes de siempre");
  await page.getByRole("button", { name: "Guardar", exact: true }).click();
  await expect(page.getByRole("button", { name: "Calientes de siempre", exact: true })).toBeVisible();
  for (const [dirty, clean, heading] of [
    ["/contactos?sort=zzz", /#\/contactos$/, "Contactos"],
    ["/embudo?temperature=foo", /#\/embudo$/, "Embudo"],
    ["/tablero?period=foo", /#\/tablero$/, "Tablero"],
  ] as const) {
    await visit(dirty, clean);
    await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
    await expect(page.getByRole("main").getByRole("link").first()).toBeVisible();
    await expect(fault).toHaveCount(0);
  }
});

test("the response clock opens whom it timed", async ({ page, demo }) => {
  await signInAs(page, demo, demoAdmin);
  await page.goto(`${demo.url}#/tablero?from=${daysAgo(90)}&to=${daysAgo(2)}`);
  await page.getByRole("link", { name: "Por vendedor y formulario" }).click();
  await expect(page).toHaveURL(/#\/respuesta\?from=/);
  const form = page.getByRole("region", { name: "Por formulario" }).getByRole("row").nth(2);
  const answered = form.getByRole("link", { name: /, Respondidos, / });
  const n = (await answered.textContent()) ?? "";
  expect(Number(n)).toBeGreaterThan(0);
  await answered.click();
  await expect(page.getByRole("status").first()).toHaveText(new RegExp(`^${n} prospecto`));
  await page.goBack();
  await page.getByRole("link", { name: /^Ver la lista: Desde que llegó a la oficina, 0 a 5 min/ }).click();
  await expect(page.getByText("Respuesta desde que llegó: 0 a 5 min")).toBeVisible();
});

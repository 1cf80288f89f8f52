import type { Page } from "@playwright/test";
import { expectAccessible } from "./accessible";
import { admin, call, expect, type Office, type Person, test } from "./fixtures";
import { Shell } from "./pages/shell";
import { SignIn, signInAs } from "./pages/sign-in";

const seller: Person = { name: "Tomás Arriaga", login: "tomas", password: "una tarde larga de mayo" };
const name = "Ofelia Quiroz";

/** A prospect of the seller's, on the seller's list and the administrator's. */
async function aProspect(office: Office): Promise<string> {
  const { id: owner } = await office.call<{ id: string }>("POST", "/api/users", {
    ...seller,
    role: "seller",
  });
  const body = { name, phones: ["55 5555 2301"], emails: [], owner_id: owner };
  return (await office.call<{ id: string }>("POST", "/api/prospects", body)).id;
}

const temperature = async (office: Office, id: string) =>
  (await office.call<{ temperature: string }>("GET", `/api/prospects/${id}`)).temperature;

/** Makes the prospect on screen hot and leaves the toast that offers to take it back. */
async function makeHot(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await page.keyboard.press("t");
  await page.keyboard.press("3");
  await expect(page.getByRole("button", { name: "Deshacer" })).toBeVisible();
}

/** What has the focus after each of so many Tabs. */
async function tabbed(page: Page, times: number): Promise<string[]> {
  const reached: string[] = [];
  for (let n = 0; n < times; n++) {
    await page.keyboard.press("Tab");
    reached.push(
      await page.evaluate(
        () => document.activeElement?.getAttribute("type") ?? document.activeElement?.tagName ?? "",
      ),
    );
  }
  return reached;
}

test("behind the lock nothing is seen and no key acts, and after it all is as it was", async ({
  page,
  office,
}) => {
  const id = await aProspect(office);
  await page.clock.install();
  await page.clock.resume();
  await signInAs(page, office, admin);
  await page.goto(`${office.url}#/prospectos/${id}`);
  const password = page.getByRole("textbox", { name: "Contraseña" });
  const title = page.getByRole("heading", { level: 1, name: admin.name });
  const unlock = async () => {
    await password.fill(admin.password);
    await page.keyboard.press("Enter");
    await expect(password).toHaveCount(0);
  };
  const changes: string[] = [];
  page.on("request", (request) => {
    if (request.method() !== "GET") changes.push(new URL(request.url()).pathname);
  });

  await test.step("locked from the menu: the program locks too, and the offer to undo is gone", async () => {
    await makeHot(page);
    const locking = page.waitForResponse((response) => response.url().endsWith("/api/session/lock"));
    await page.getByRole("button", { name: admin.name }).click();
    await page.getByRole("menuitem", { name: "Bloquear pantalla" }).click();
    expect((await locking).ok()).toBe(true);
    await expect(title).toBeVisible();
    await expect(password).toBeFocused();
    await expect(page).toHaveTitle("SITEGROUP CRM");
    await expect(page.getByRole("alert")).toHaveCount(0);
    await expect(page.getByText(name).filter({ visible: true })).toHaveCount(0);
    await expectAccessible(page);
  });

  await test.step("no key acts, from the field or beside it, and Tab stays", async () => {
    changes.length = 0;
    for (const place of [password, title]) {
      await place.click();
      for (const key of ["Control+z", "Control+Shift+z", "Control+k", "?", "n", "g", "p", "/"])
        await page.keyboard.press(key);
    }
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await password.fill("");
    await password.focus();
    expect(new Set(await tabbed(page, 8))).toEqual(new Set(["submit", "button", "BODY", "password"]));
    expect(changes).toEqual([]);
    expect(await temperature(office, id)).toBe("hot");
  });

  await test.step("after it the toast is not back, and what was done can be taken back", async () => {
    await unlock();
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    await expect(page).toHaveTitle(new RegExp(name));
    await expect(page.getByRole("alert")).toHaveCount(0);
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await page.keyboard.press("Control+z");
    await expect.poll(() => temperature(office, id)).toBe("");
  });

  await test.step("locked by doing nothing, an open dialog is out of sight, and there again afterwards", async () => {
    await page.goto(`${office.url}#/prospectos`);
    await page.getByRole("button", { name: "Nuevo prospecto" }).first().click();
    const field = page.getByRole("dialog").getByLabel("Nombre");
    await field.fill("Ximena Té");
    changes.length = 0;
    await page.clock.fastForward("16:00");
    await expect(title).toBeVisible();
    await expect(password).toBeFocused();
    await expect.poll(() => changes).toContain("/api/session/lock");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(field).toBeHidden();
    await page.keyboard.press("Escape");
    await title.click();
    await password.focus();
    expect(await tabbed(page, 3)).toEqual(["submit", "button", "BODY"]);
    await unlock();
    await expect(field).toHaveValue("Ximena Té");
    await expect(field).toBeFocused();
    await page.keyboard.type("llez");
    await expect(field).toHaveValue("Ximena Téllez");
  });
});

test("the next person on the same page finds nothing of the last one's", async ({ page, office }) => {
  const id = await aProspect(office);
  await signInAs(page, office, admin);
  await page.goto(`${office.url}#/prospectos/${id}`);
  const palette = page.getByRole("dialog", { name: "Buscar personas" });
  const recent = palette.getByText(name, { exact: true });
  const undone: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/undo")) undone.push(request.url());
  });
  /** Nothing to see, nothing to take back. */
  const expectNothing = async () => {
    await expect(page).toHaveURL(/#\/bandeja$/);
    await expect(page.getByRole("alert")).toHaveCount(0);
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+k");
    await expect(palette.getByText("Bandeja", { exact: true })).toBeVisible();
    await expect(recent).toHaveCount(0);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    expect(undone).toEqual([]);
  };

  await test.step("after signing out from the menu", async () => {
    await makeHot(page);
    await page.keyboard.press("Control+k");
    await expect(recent).toBeVisible();
    await page.keyboard.press("Escape");
    await new Shell(page).signOut(admin.name);
    await expect(page).toHaveTitle("SITEGROUP CRM");
    await expect(page.getByRole("alert")).toHaveCount(0);
    await new SignIn(page).as(seller);
    await expectNothing();
    expect(await temperature(office, id)).toBe("hot");
  });

  await test.step("after a session that ended in the program, with the palette open", async () => {
    await page.goto(`${office.url}#/prospectos/${id}`);
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    await page.keyboard.press("t");
    await page.keyboard.press("1");
    await expect(page.getByRole("button", { name: "Deshacer" })).toBeVisible();
    const token = await page.evaluate(() => sessionStorage.getItem("sitegroup.session"));
    await call(office.url, token ?? "", "DELETE", "/api/session");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("ofe");
    await page.getByLabel("Usuario").waitFor();
    await expect(page.getByText("Temperatura")).toHaveCount(0);
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await new SignIn(page).as(admin);
    await expectNothing();
  });
});

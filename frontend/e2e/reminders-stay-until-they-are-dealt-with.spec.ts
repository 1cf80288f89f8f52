import { expectAccessible } from "./accessible";
import { expect, type Office, type Person, test } from "./fixtures";
import { noteNotifications, notified } from "./notifications";
import { Shell } from "./pages/shell";
import { signInAs } from "./pages/sign-in";
import { person } from "./people";

const seller: Person = { name: "Jorge Peña Salas", login: "jorge", password: "ciruela roja en el patio" };

const minutesFromNow = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

/** A prospect of the seller with a call that is due then. */
async function planCall({ call }: Office, owner: string, n: number, minutes: number): Promise<void> {
  const { name, phone } = person(n);
  const body = { name, phones: [phone], emails: [], owner_id: owner };
  const { id } = await call<{ id: string }>("POST", "/api/prospects", body);
  const due = minutesFromNow(minutes);
  const step = { kind: "call", body: "Confirmar la cita", done: false, due_at: due, remind_at: due };
  await call("POST", `/api/prospects/${id}/activities`, step);
}

test("a due reminder is announced once, stays in the bell, and goes when it is done or put off", async ({
  page,
  office,
}) => {
  const { id: owner } = await office.call<{ id: string }>("POST", "/api/users", {
    name: seller.name,
    login: seller.login,
    role: "seller",
    password: seller.password,
  });
  await planCall(office, owner, 1, -60 * 24);
  await planCall(office, owner, 2, -30);
  await planCall(office, owner, 3, 4);
  await noteNotifications(page);
  await page.clock.install();
  await page.clock.resume();
  await signInAs(page, office, seller);
  const shell = new Shell(page);
  const bell = (count: number) => page.getByRole("button", { name: `Recordatorios: ${count} pendiente` });
  const list = page.getByRole("dialog", { name: "Recordatorios" });

  await test.step("those missed while the program was closed are announced as one", async () => {
    await expect(bell(2)).toBeVisible();
    expect(await notified(page)).toEqual([
      `2 recordatorios pendientes | ${person(1).name}, ${person(2).name}`,
    ]);
  });

  await test.step("another comes due while the page is open", async () => {
    await page.clock.fastForward("05:00");
    await expect(bell(3)).toBeVisible();
    expect((await notified(page)).slice(1)).toEqual([
      `Recordatorio: Llamada | ${person(3).name} · Confirmar la cita`,
    ]);
  });

  await test.step("none of them is announced again by a page that is loaded anew", async () => {
    await page.reload();
    await expect(bell(3)).toBeVisible();
    expect(await notified(page)).toEqual([]);
  });

  await test.step("with the keyboard: done, and taken back", async () => {
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await expect(list.getByRole("listitem")).toHaveCount(3);
    await expectAccessible(page);
    await list.getByRole("button", { name: `Hecho: Llamada con ${person(1).name}` }).focus();
    await page.keyboard.press("Enter");
    await shell.told("Llamada: hecho");
    await expect(list.getByRole("listitem")).toHaveCount(2);
    // The keyboard has moved on to the next one.
    await expect(list.getByRole("button", { name: `Hecho: Llamada con ${person(2).name}` })).toBeFocused();
    await page.getByRole("button", { name: "Deshacer" }).click();
    await expect(bell(3)).toBeVisible();
  });

  await test.step("put off, it comes back later", async () => {
    if (!(await list.isVisible())) await bell(3).click();
    await list.getByRole("button", { name: `Posponer 15 min: ${person(2).name}` }).click();
    await shell.told("Recordatorio pospuesto");
    await expect(list.getByRole("listitem")).toHaveCount(2);
    // Not in one go: somebody who does nothing for that long is locked out.
    await page.clock.fastForward("08:00");
    await page.keyboard.press("Shift");
    await page.clock.fastForward("08:00");
    await expect(bell(3)).toBeVisible();
  });

  await test.step("one click leads to the prospect", async () => {
    if (!(await list.isVisible())) await bell(3).click();
    await list.getByRole("link", { name: person(3).name }).click();
    await expect(list).toBeHidden();
    await expect(page.getByRole("heading", { level: 1, name: person(3).name })).toBeVisible();
  });
});

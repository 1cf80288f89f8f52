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
  await office.call("PATCH", "/api/turns", { remind_after: 0 }); // of planned steps alone
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
    await expect
      .poll(async () => (await notified(page)).slice(1))
      .toEqual([`Recordatorio: Llamada | ${person(3).name} · Confirmar la cita`]);
  });

  await test.step("none of them is announced again by a page that is loaded anew", async () => {
    await page.reload();
    await expect(bell(3)).toBeVisible();
    expect(await notified(page)).toEqual([]);
  });

  await test.step("with the keyboard: done, and taken back", async () => {
    await page.keyboard.press("g");
    await page.keyboard.press("n");
    await expect(list.getByRole("listitem")).toHaveCount(3);
    await expectAccessible(page);
    await list.getByRole("button", { name: `Hecho: Llamada con ${person(1).name}` }).focus();
    await page.keyboard.press("Enter");
    await expect(list.getByRole("button", { name: "Contestó", exact: true })).toBeFocused();
    await expectAccessible(page);
    await page.keyboard.press("Tab");
    await expect(list.getByRole("button", { name: "No contestó" })).toBeFocused();
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
    await list.getByRole("button", { name: `Recordarme después: ${person(2).name}` }).click();
    await expect(list.getByText("la fecha no cambia")).toBeVisible();
    await expectAccessible(page);
    await list.getByRole("button", { name: "10 min", exact: true }).click();
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

test("what came due while the computer slept is listed on wake, and put off at once", async ({
  page,
  office,
}) => {
  const { id: owner } = await office.call<{ id: string }>("POST", "/api/users", {
    ...seller,
    role: "seller",
  });
  await office.call("PATCH", "/api/turns", { remind_after: 0 });
  await planCall(office, owner, 1, -30);
  for (const n of [2, 3]) await planCall(office, owner, n, 200 + n);
  await noteNotifications(page);
  await page.clock.install();
  await page.clock.resume();
  await signInAs(page, office, seller);
  const bell = (count: number) => page.getByRole("button", { name: `Recordatorios: ${count} pendiente` });
  const list = page.getByRole("dialog", { name: "Recordatorios" });
  await expect(bell(1)).toBeVisible();
  await expect(list).toBeHidden();

  await test.step("on wake", async () => {
    // The clock leaps, as after sleep: nothing ran meanwhile.
    await page.clock.pauseAt(Date.now() + 4 * 60 * 60_000);
    await page.clock.runFor(31_000);
    await page.clock.resume();
    const unlock = page.getByRole("textbox", { name: "Contraseña" });
    await expect(unlock.or(list)).toBeVisible();
    if (await unlock.isVisible()) {
      await unlock.fill(seller.password);
      await page.keyboard.press("Enter");
    }
    const missed = list.getByRole("list", { name: "Mientras no estabas" });
    await expect(missed.getByRole("listitem")).toHaveCount(2);
    await expect(list.getByRole("listitem")).toHaveCount(3);
    await expectAccessible(page);
  });

  await test.step("a clock that is set back takes none of them away", async () => {
    await page.reload();
    await expect(bell(3)).toBeVisible();
    await page.clock.setSystemTime(Date.now());
    await page.reload();
    await expect(bell(3)).toBeVisible();
  });

  await test.step("all of them later, with one undo", async () => {
    await bell(3).click();
    await list.getByRole("button", { name: "Recordarme todos después" }).click();
    await list.getByRole("button", { name: "mañana 9:00" }).click();
    await expect(page.getByRole("button", { name: "Recordatorios: ninguno pendiente" })).toBeVisible();
    await page.getByRole("button", { name: "Deshacer" }).click();
    await expect(bell(3)).toBeVisible();
  });

  await test.step("rescheduled, the date moves and the reminder with it", async () => {
    if (!(await list.isVisible())) await bell(3).click();
    await list.getByRole("button", { name: `Reagendar: ${person(1).name}` }).click();
    await list.getByRole("button", { name: "mañana 9:00" }).click();
    await new Shell(page).told("Reagendado");
    await expect(bell(2)).toBeVisible();
  });
});

test("the buttons of a notification ask how a call went, and put it off", async ({
  page,
  office,
  context,
}) => {
  const { id: owner } = await office.call<{ id: string }>("POST", "/api/users", {
    ...seller,
    role: "seller",
  });
  await planCall(office, owner, 1, -5);
  await context.grantPermissions(["notifications"], { origin: new URL(office.url).origin });
  await signInAs(page, office, seller);
  await expect(page.getByRole("button", { name: "Recordatorios: 1 pendiente" })).toBeVisible();
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"));
  type Scope = {
    kept: { title: string } | undefined;
    registration: { getNotifications: () => Promise<{ title: string; actions: { action: string }[] }[]> };
    NotificationEvent: new (type: string, init: object) => Event;
    dispatchEvent: (event: Event) => void;
  };
  const shown = () =>
    worker.evaluate(async () => {
      const { registration } = globalThis as unknown as Scope;
      return (await registration.getNotifications()).map(({ title, actions }) => [
        title,
        ...(actions ?? []).map(({ action }) => action),
      ]);
    });
  await expect.poll(shown).toEqual([["Recordatorio: Llamada", "done", "later"]]);
  const press = (pressed: string) =>
    worker.evaluate(async (action) => {
      const scope = globalThis as unknown as Scope;
      const [notification = scope.kept] = await scope.registration.getNotifications();
      scope.kept = notification; // a notification goes away with the first press
      scope.dispatchEvent(new scope.NotificationEvent("notificationclick", { notification, action }));
    }, pressed);
  await press("done");
  const list = page.getByRole("dialog", { name: "Recordatorios" });
  await expect(list.getByRole("button", { name: "Contestó", exact: true })).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.press("Enter");
  await new Shell(page).told("Llamada: hecho");
  await page.keyboard.press("Escape");
  await expect(list).toBeHidden();
  await page.keyboard.press("ControlOrMeta+z");
  await expect(page.getByRole("button", { name: "Recordatorios: 1 pendiente" })).toBeVisible();
  await press("later");
  await new Shell(page).told("Recordatorio pospuesto");
  await expect(page.getByRole("button", { name: "Recordatorios: ninguno pendiente" })).toBeVisible();
});

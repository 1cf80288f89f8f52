import { admin, expect, test } from "./fixtures";
import { ProspectList } from "./pages/prospect-list";
import { ProspectPage } from "./pages/prospect-page";
import { SignIn } from "./pages/sign-in";

test("a prospect is created, called, planned, warmed up and undone with the keyboard alone", async ({
  page,
  office,
}) => {
  await page.clock.install({ time: new Date("2026-11-24T11:00:00-06:00") });
  await page.clock.resume();
  const { keyboard } = page;
  const prospect = new ProspectPage(page);

  await test.step("sign in", async () => {
    await new SignIn(page).open(office);
    await keyboard.type(admin.login);
    await keyboard.press("Tab");
    await keyboard.type(admin.password);
    await keyboard.press("Enter");
    await page.getByRole("navigation", { name: "Pantallas" }).waitFor();
  });

  await test.step("G P opens the prospects, N a new one", async () => {
    await keyboard.press("g");
    await keyboard.press("p");
    await page.getByRole("heading", { name: "Prospectos" }).waitFor();
    // Enter on a button presses it, although Enter opens rows; and what closes gives the focus back.
    const open = page.getByRole("button", { name: "Nuevo prospecto" }).first();
    await open.focus();
    await keyboard.press("Enter");
    await expect(page.getByLabel("Nombre")).toBeFocused();
    await keyboard.press("Escape");
    await expect(open).toBeFocused();
    // At once: the dialog that is fading away holds nothing up.
    await keyboard.press("n");
    await expect(page.getByLabel("Nombre")).toBeFocused();
    await keyboard.type("Ximena Téllez");
    await keyboard.press("Tab");
    await keyboard.type("044 55 5555 0142");
    await expect(page.getByText("55 5555 0142 es un número completo")).toBeVisible();
    await keyboard.press("Enter");
    await prospect.expectName("Ximena Téllez");
  });

  await test.step("L 2 logs a call that nobody answered", async () => {
    await keyboard.press("l");
    await keyboard.press("2");
    await prospect.expectHistory("Llamada: No contestó");
  });

  await test.step("W asks about the chat, and L still logs a call before it is answered", async () => {
    await page.evaluate(() => {
      window.open = () => null; // no test leaves this computer
    });
    await keyboard.press("w");
    const question = page.getByRole("region", { name: "¿Enviaste el mensaje?" });
    await expect(question).toBeVisible();
    await keyboard.press("l");
    await keyboard.press("3");
    await prospect.expectHistory("Llamada: Buzón");
    await expect(question).toBeVisible();
    await expect(prospect.history.getByText("WhatsApp", { exact: false })).toHaveCount(0);
    await keyboard.press("1");
    await expect(question).toHaveCount(0);
    await prospect.expectHistory("WhatsApp");
  });

  await test.step("R 4 plans the next one for tomorrow", async () => {
    await keyboard.press("r");
    await keyboard.press("4");
    await expect(prospect.next()).toContainText("Llamada");
    await expect(prospect.next()).toContainText("mañana 09:00");
  });

  await test.step("N writes a note", async () => {
    await keyboard.press("n");
    await keyboard.type("Prefiere por la tarde.");
    await keyboard.press("Control+Enter");
    await prospect.expectHistory("Prefiere por la tarde.");
    await keyboard.press("Escape");
  });

  await test.step("T 3 makes it hot, Ctrl+Z takes that back", async () => {
    const hot = page.getByRole("button", { name: "Caliente" });
    await keyboard.press("t");
    await keyboard.press("3");
    await expect(hot).toHaveAttribute("aria-pressed", "true");
    await expect(page.getByRole("alert").filter({ hasText: "Temperatura: Caliente." })).toBeVisible();
    await keyboard.press("Control+z");
    await expect(hot).toHaveAttribute("aria-pressed", "false");
  });

  await test.step("S and the arrows move the stage", async () => {
    await keyboard.press("s");
    await keyboard.press("ArrowRight");
    await keyboard.press("Enter");
    await expect(page.getByRole("button", { name: "Perfilado" })).toHaveAttribute("aria-current", "step");
    await prospect.expectHistory("Etapa: Prospecto → Perfilado");
  });

  await test.step("in the list the same letters act on the active row", async () => {
    const row = new ProspectList(page).row("Ximena Téllez");
    await keyboard.press("g");
    await keyboard.press("p");
    await row.waitFor();
    await keyboard.press("j");
    await expect(row).toHaveAttribute("aria-selected", "true");
    await keyboard.press("t");
    await expect(page.getByRole("dialog", { name: "Temperatura de Ximena Téllez" })).toBeVisible();
    await keyboard.press("3");
    await expect(row.getByRole("img", { name: "Caliente" })).toBeVisible();
    await keyboard.press("Control+z");
    await expect(row.getByRole("img", { name: "Caliente" })).toHaveCount(0);
    await keyboard.press("s");
    await expect(page.getByRole("button", { name: "Perfilado" })).toBeFocused();
    await keyboard.press("ArrowUp");
    await keyboard.press("Enter");
    await page.getByLabel("¿Por qué regresa?").fill("Era de otra persona");
    await keyboard.press("Control+Enter");
    await expect(row).toContainText("Prospecto");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await keyboard.press("w");
    const question = page.getByRole("region", { name: "¿Enviaste el mensaje?" });
    await expect(question).toBeVisible();
    await keyboard.press("3");
    await expect(question).toHaveCount(0);
    await keyboard.press("r");
    await expect(page.getByRole("dialog", { name: "Nueva actividad" })).toBeVisible();
    await keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  });

  await test.step("Escape closes what is open and nothing behind it", async () => {
    const bar = page.getByRole("region", { name: "Acciones sobre los elegidos" });
    await keyboard.press("x");
    await expect(bar).toBeVisible();
    await keyboard.press("t");
    await expect(page.getByRole("menu")).toBeVisible();
    await keyboard.press("Escape");
    await expect(page.getByRole("menu")).toHaveCount(0);
    await expect(bar).toBeVisible();
    await keyboard.press("Escape");
    await expect(bar).toHaveCount(0);
  });

  await test.step("no letter acts while one types, and Ctrl+S saves what is edited where it stands", async () => {
    const search = page.getByLabel("Buscar prospectos");
    await search.focus();
    await keyboard.type("x");
    await keyboard.type("stale");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(search).toHaveValue("xstale");
    await search.fill("");
    await keyboard.press("Escape");
    await new ProspectList(page).row("Ximena Téllez").waitFor();
    await keyboard.press("j");
    await keyboard.press("e");
    await expect(page.getByRole("textbox", { name: "Nombre" })).toBeFocused();
    await keyboard.type("Ximena Téllez Ruiz");
    await keyboard.press("Control+s");
    await prospect.expectName("Ximena Téllez Ruiz");
    await expect(page.getByRole("alert").filter({ hasText: "Guardado." }).first()).toBeVisible();
    await keyboard.press("Control+z");
    await expect(page.getByRole("heading", { level: 1, name: "Ximena Téllez", exact: true })).toBeVisible();
  });

  await test.step("Ctrl+K finds the person by the last digits", async () => {
    const palette = page.getByRole("dialog");
    await keyboard.press("Control+k");
    await expect(palette.getByRole("textbox")).toBeFocused();
    await keyboard.type("0142");
    await expect(palette.getByText("Ximena Téllez")).toBeVisible();
    await keyboard.press("Escape");
    await expect(palette).toBeHidden();
  });

  await test.step("G B opens the tray, where nobody waits any more", async () => {
    await keyboard.press("g");
    await keyboard.press("b");
    await page.getByRole("heading", { name: "Bandeja" }).waitFor();
    await expect(page.getByText("Nadie espera respuesta.", { exact: false })).toBeVisible();
  });

  await test.step("L and W say it where there is no phone, in the tray and with the person", async () => {
    const toldOnce = async () => {
      const told = page.getByRole("alert").filter({ hasText: "Sin teléfono" });
      await expect(told).toBeVisible();
      await told.getByRole("button").click();
      await expect(told).toHaveCount(0);
    };
    const body = { name: "Noé Ibarra", phones: [], emails: ["noe@example.com"] };
    await office.call("POST", "/api/prospects", body);
    await page.getByRole("row", { name: /Noé Ibarra/ }).waitFor();
    await expect(page.getByRole("link", { name: /^Bandeja ?, 1 sin atender$/ })).toBeVisible();
    for (const key of ["l", "w"]) {
      await keyboard.press(key);
      await toldOnce();
    }
    await page.goto(`${office.url}#/contactos`);
    await page.getByRole("row", { name: /Noé Ibarra/ }).click();
    await expect(page.getByRole("button", { name: "WhatsApp", exact: true })).toBeDisabled();
    for (const key of ["l", "w"]) {
      await keyboard.press(key);
      await toldOnce();
    }
  });
});

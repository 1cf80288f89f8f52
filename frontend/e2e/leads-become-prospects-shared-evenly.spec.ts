import { admin, expect, openedLinks, type Person, test } from "./fixtures";
import type { Graph } from "./graph";
import { Inbox } from "./pages/inbox";
import { MetaSettings } from "./pages/meta-settings";
import { ProspectList } from "./pages/prospect-list";
import { ProspectPage } from "./pages/prospect-page";
import { Shell } from "./pages/shell";
import { SignIn } from "./pages/sign-in";
import { UserSettings } from "./pages/user-settings";
import { Wizard } from "./pages/wizard";
import { person } from "./people";

const formName = "Bosques del Encino, preventa";
const sellers: Person[] = ["Jorge Peña Salas", "Inés Cárdenas Olvera", "Raúl Ibáñez Cota"].map((name, n) => ({
  name,
  login: `vende${n + 1}`,
  password: "ciruela roja en el patio",
}));

/** What a pull says when it worked; the program's own polling may have been there first. */
const caughtUp = /Llegó|Llegaron|Nada nuevo/;

/** What the leads amount to: 43 people, five of whom ask again, a test lead and one that nobody can read. */
const people = 43;
const repeats = 5;

test("fifty leads become exactly the right prospects, shared evenly, and a seller works only with their own", async ({
  page,
  program,
  graph,
}) => {
  const form = await graph.addForm({
    page: graph.page,
    name: formName,
    questions: [
      { label: "¿Cuándo piensas comprar?", key: "cuando" },
      { type: "FULL_NAME", key: "full_name" },
      { type: "PHONE", key: "phone_number" },
      { type: "EMAIL", key: "email" },
    ],
  });
  const shell = new Shell(page);
  const meta = new MetaSettings(page);
  const list = new ProspectList(page);

  await test.step("the wizard makes the office", async () => {
    const wizard = new Wizard(page);
    await wizard.open(program.url);
    await wizard.createOffice("Inmobiliaria Punta Clara", admin);
    await wizard.goToMeta();
    await meta.connect(graph);
  });

  await test.step("what was changed by mistake is taken back", async () => {
    await meta.mistakenlySwitchOff(formName);
    await meta.mistakenlyMap(formName, "¿Cuándo piensas comprar?");
  });

  await test.step("three sellers take turns", async () => {
    const users = new UserSettings(page);
    await users.open();
    for (const seller of sellers) await users.addSeller(seller);
  });

  await test.step("leads come in, the token dies in the middle, and nothing is lost", async () => {
    await page.getByRole("link", { name: "Meta", exact: true }).click();
    await sendFirstHalf(graph, form.id);
    await meta.pull(formName, caughtUp);
    await graph.killToken();
    await sendSecondHalf(graph, form.id);
    await meta.pull(formName, /token/);
    await graph.reviveToken();
    await page.getByRole("button", { name: "Revisar ahora" }).click();
    await meta.pull(formName, caughtUp);
    await shell.go("Prospectos");
    await list.expectTotal(people);
  });

  await test.step("each seller has their fair share", async () => {
    const shares: number[] = [];
    for (const [n, { name }] of sellers.entries()) {
      await list.filter(n === 0 ? "Vendedor" : /^Vendedor: /, name);
      await expect(page).toHaveURL(/seller=/);
      await expect(list.table.getByRole("row").nth(1)).toContainText(name);
      shares.push(await list.total());
    }
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(people);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
  });

  const foreign =
    await test.step("a prospect of the last seller has an address, and says whose turn it was", async () => {
      await list.table.getByRole("row").nth(1).click();
      await page.getByRole("heading", { level: 1 }).waitFor();
      await new ProspectPage(page).expectTurn("Por qué le tocó:", sellers[2]?.name ?? "", sellers.length);
      return page.url();
    });

  await test.step("the first seller sees their own only", async () => {
    await shell.signOut(admin.name);
    await new SignIn(page).as(sellers[0] ?? admin);
    await shell.go("Prospectos");
    expect(await list.total()).toBeLessThanOrEqual(Math.ceil(people / sellers.length));
    await expect(page.getByRole("search").getByRole("button", { name: "Vendedor" })).toHaveCount(0);
    await page.goto(foreign);
    await expect(page.getByText("Ese prospecto no existe o no está a tu cargo.")).toBeVisible();
  });

  await test.step("and logs a call", async () => {
    await shell.go("Bandeja");
    const inbox = new Inbox(page);
    await expect(inbox.chosen()).toBeVisible();
    const name = await inbox.chosenName();
    await page.keyboard.press("l");
    await inbox.answerCall("Contestó");
    expect(await openedLinks(page)).toEqual([expect.stringMatching(/^tel:\+52555555\d{4}$/)]);
    await shell.told("Registrado. Llamada: Contestó");
    await expect(inbox.chosen()).not.toContainText(name);
    await shell.go("Prospectos");
    await list.search(name);
    await list.table.getByRole("row").nth(1).click();
    const prospect = new ProspectPage(page);
    await prospect.expectHistory("Llamada: Contestó");
    await prospect.expectTurn("Por qué me tocó:", sellers[0]?.name ?? "", sellers.length);
  });
});

/** Answers of the n-th person, their phone written in some way. */
function answers(n: number, phone = person(n).phone): Record<string, string[]> {
  const { name, email } = person(n);
  return { full_name: [name], phone_number: [phone], email: [email], cuando: ["Este mes"] };
}

/** 25 leads: 22 people, two of them again with the number written the old way, and Meta's own test. */
async function sendFirstHalf(graph: Graph, form: string): Promise<void> {
  for (let n = 0; n < 22; n++) await graph.addLead({ form, answers: answers(n), wide: n % 5 === 0 });
  await graph.addLead({ form, answers: answers(3, `044 ${person(3).phone.slice(3)}`) });
  await graph.addLead({ form, answers: answers(4, `+52 1 ${person(4).phone.slice(3)}`) });
  await graph.addLead({ form, test: true });
}

/** 25 leads: 21 people, three of them with the keys in Spanish, three who ask again, one that is broken. */
async function sendSecondHalf(graph: Graph, form: string): Promise<void> {
  for (let n = 22; n < people; n++) {
    await graph.addLead({ form, answers: answers(n), localised_keys: n >= people - 3 });
    if (n === 30) await graph.addLead({ form, answers: answers(30), broken: true });
  }
  for (let n = 0; n < repeats - 2; n++) await graph.addLead({ form, answers: answers(n) });
}

import { Computer, Host, join } from "./computers";
import { admin, call, expect, type Person, test } from "./fixtures";
import type { Graph } from "./graph";
import { MetaSettings } from "./pages/meta-settings";
import { RelaySettings } from "./pages/relay-settings";
import { UserSettings } from "./pages/user-settings";
import { Wizard } from "./pages/wizard";
import { person } from "./people";
import { admission, startRelay } from "./relay";

const ines: Person = { name: "Inés Cárdenas Olvera", login: "ines", password: "ciruela roja en el patio" };
const raul: Person = { name: "Raúl Ibáñez Cota", login: "raul", password: "ciruela roja en el patio" };

/** How many people fill in the form while the host is there, and how many while it is off. */
const burst = 24;
const meanwhile = 12;

/** Calls the API of a computer as somebody who signs in there. */
async function signedIn(computer: Computer, { login, password }: Person) {
  const { token } = await call<{ token: string }>(computer.url, "", "POST", "/api/session", {
    login,
    password,
  });
  return <T>(path: string) => call<T>(computer.url, token, "GET", path);
}

type Reader = Awaited<ReturnType<typeof signedIn>>;

/** Who is in somebody's list, in order. */
async function names(read: Reader, query = ""): Promise<string[]> {
  const list = await read<{ items: { name: string }[] | null }>(`/api/prospects?open=all&limit=200${query}`);
  return (list.items ?? []).map(({ name }) => name).sort();
}

/** The names of the first people who have filled in the form. */
function first(count: number): string[] {
  return Array.from({ length: count }, (_, n) => person(n).name).sort();
}

/** Fills in the form for some people, whom Meta announces together, mixed and more than once. */
async function send(graph: Graph, form: string, from: number, to: number): Promise<void> {
  const how = { min_delay: 0, max_delay: 300, batch_up_to: 5, duplicates: 2, shuffle: true };
  await graph.deliver({ ...how, paused: true });
  for (let n = from; n < to; n++) {
    const { name, phone, email } = person(n);
    await graph.addLead({ form, answers: { full_name: [name], phone_number: [phone], email: [email] } });
  }
  await graph.deliver(how);
}

test("leads and a seller come through the relay alone: every lead once, in the right hands", async ({
  browser,
  graph,
}) => {
  test.setTimeout(300_000); // under a minute, unless the computer is busy
  const form = await graph.addForm({
    page: graph.page,
    name: "Bosques del Encino, preventa",
    questions: [
      { type: "FULL_NAME", key: "full_name" },
      { type: "PHONE", key: "phone_number" },
      { type: "EMAIL", key: "email" },
    ],
  });
  const relay = await startRelay();
  const computers: Computer[] = [];
  const start = async () => {
    const computer = await Computer.start(browser); // nobody listens on the network unless told to
    computers.push(computer);
    return computer;
  };
  try {
    const main = await start();
    const host = new Host(main);
    const settings = new RelaySettings(main.page);

    await test.step("an office with two sellers, connected with Meta", async () => {
      const wizard = new Wizard(main.page);
      await wizard.createOffice("Inmobiliaria Punta Clara", admin);
      await wizard.goToMeta();
      await new MetaSettings(main.page).connect(graph);
      await main.open("/ajustes/usuarios");
      for (const seller of [ines, raul]) await new UserSettings(main.page).addSeller(seller);
      await host.prepareCode();
    });

    await test.step("the administrator types the relay's address, subscribes and tries every switch", async () => {
      await main.open("/ajustes/relevo");
      await settings.connect(relay.url, admission);
      await settings.subscribe();
      await settings.check();
      for (const title of [
        "Relevo conectado",
        "A · La app",
        "B · La página",
        "C · Acceso",
        "lead de prueba",
      ]) {
        await expect(settings.one(title).getByText(/Suscribir por mí|no responde|aún no llega/)).toHaveCount(
          0,
        );
      }
    });

    const hers = await start();
    await test.step("a seller joins from outside the office", async () => {
      await join(host, hers, ines);
      await hers.expectSync("Al día · por relevo");
    });
    const herList = await signedIn(hers, ines);

    await test.step("a burst with duplicates, out of order", async () => {
      await send(graph, form.id, 0, burst);
      const office = await signedIn(main, admin);
      await expect.poll(() => names(office), { timeout: 30_000 }).toEqual(first(burst));
    });

    await test.step("what Meta tells while the host is off is there when it is back", async () => {
      await main.switchOff();
      await hers.expectSync(/Sin conexión desde/);
      await send(graph, form.id, burst, burst + meanwhile);
      await expect.poll(async () => (await graph.delivered()).open, { timeout: 30_000 }).toBe(0);
      await main.switchOn();
      const office = await signedIn(main, admin);
      await expect.poll(() => names(office), { timeout: 30_000 }).toEqual(first(burst + meanwhile));
    });

    await test.step("every lead is there once, and in the right hands", async () => {
      const office = await signedIn(main, admin);
      const { items } = await office<{ items: { id: string; name: string }[] }>("/api/users");
      const of = (name: string) => `&seller=${items.find((user) => user.name === name)?.id ?? "nobody"}`;
      await hers.expectSync("Al día · por relevo");
      const [mine, his] = [await names(office, of(ines.name)), await names(office, of(raul.name))];
      expect([...mine, ...his].sort()).toEqual(first(burst + meanwhile));
      expect(mine).toHaveLength((burst + meanwhile) / 2);
      await expect.poll(() => names(herList), { timeout: 30_000 }).toEqual(mine);
      const { counts } = await office<{ counts: { failed: number } }>("/api/leads");
      expect(counts.failed).toBe(0);
      await main.open("/ajustes/relevo");
      await settings.expectLinked();
      await expect(
        main.page.getByText("En espera en el relevo").locator("xpath=following-sibling::dd"),
      ).toHaveText("0");
    });
  } finally {
    for (const computer of computers) await computer.throwAway().catch(() => undefined);
    await relay.stop();
  }
});

import { admin, expect, test } from "./fixtures";
import type { Graph } from "./graph";
import { ImportPage } from "./pages/import-page";
import { ProspectList } from "./pages/prospect-list";
import { Shell } from "./pages/shell";
import { signInAs } from "./pages/sign-in";
import { person } from "./people";

const rows = 30;

/** The people, somebody who cannot be reached, and the row with the mistake. */
const all = rows + 2;

test("the file that Meta's Leads Centre offers is imported, and rows with mistakes come back to be mended", async ({
  page,
  office,
  graph,
}) => {
  const file = await fileWithOneMistake(graph);
  await signInAs(page, office, admin);
  const shell = new Shell(page);
  const importing = new ImportPage(page);

  await test.step("the preview reads UTF-16 and its accents", async () => {
    await shell.go("Importar");
    await importing.choose("leads-noviembre.csv", file);
    await expect(page.getByText("UTF-16LE", { exact: false })).toBeVisible();
    await expect(
      page.getByRole("cell", { name: /Núñez Ávila|Zúñiga Rey|Peña Güereca/ }).first(),
    ).toBeVisible();
  });

  await test.step("a column that is left out stays to be taken back", async () => {
    const address = page.getByRole("cell", { name: /@example\.mx/ }).first();
    await importing.take("email", "No importar");
    await expect(address).toBeVisible();
    await expect(address).toHaveAttribute("data-ignored", "true");
    await importing.take("email", "Correo");
    await expect(address).toHaveAttribute("data-ignored", "false");
  });

  await test.step("all rows but one become prospects", async () => {
    await importing.run(all);
    await importing.expectDone(all);
    await importing.expectCount("prospectos nuevos", rows + 1);
    await importing.expectCount("con error", 1);
    await expect(page.getByText("1 entró sin teléfono ni correo que se pueda usar.")).toBeVisible();
  });

  await test.step("the row with the mistake comes back in the same layout", async () => {
    const errors = await importing.downloadErrors();
    expect(errors).toContain("created_time");
    expect(errors).toContain("ayer por la tarde");
    expect(errors.trim().split("\n")).toHaveLength(2);
  });

  await test.step("the people are in the list", async () => {
    await shell.go("Prospectos");
    const list = new ProspectList(page);
    await list.expectTotal(rows + 1);
    await list.search("zuniga");
    await expect(list.row("Zúñiga Rey").first()).toBeVisible();
  });

  await test.step("the same file a second time doubles nobody", async () => {
    await shell.go("Importar");
    await importing.choose("leads-noviembre.csv", file);
    await importing.run(all);
    await importing.expectDone(all);
    await importing.expectCount("ya estaban", rows + 1);
    await shell.go("Prospectos");
    await new ProspectList(page).expectTotal(rows + 1);
  });
});

/** Meta's own export, with a person nobody can reach and a row at its end whose date somebody typed by hand. */
async function fileWithOneMistake(graph: Graph): Promise<Buffer> {
  const form = await graph.addForm({
    page: graph.page,
    name: "Terrenos Valle Marfil",
    questions: [
      { type: "FULL_NAME", key: "full_name" },
      { type: "PHONE", key: "phone_number" },
      { type: "EMAIL", key: "email" },
    ],
  });
  for (let n = 0; n < rows; n++) {
    const { name, phone, email } = person(n);
    const answers = { full_name: [name], phone_number: [phone], email: [email] };
    await graph.addLead({ form: form.id, answers, wide: n % 2 === 0 });
  }
  const nowhere = { full_name: ["Tadeo Sin Datos"], phone_number: ["no tengo"], email: ["tampoco"] };
  await graph.addLead({ form: form.id, answers: nowhere, wide: false });
  const text = (await graph.exportFile(form.id)).toString("utf16le");
  const lines = text.trimEnd().split(/\r?\n/);
  const cells = (lines[1] ?? "").split("\t");
  cells[0] = "l:1234567890999999";
  cells[1] = "ayer por la tarde";
  return Buffer.from(`${[...lines, cells.join("\t")].join("\r\n")}\r\n`, "utf16le");
}

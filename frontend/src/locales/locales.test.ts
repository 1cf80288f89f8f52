import { describe, expect, it } from "vitest";

type Tree = { [key: string]: string | Tree };

// The files themselves and not the list of imports, so that a file nobody lists is compared too.
const files = import.meta.glob<Tree>("./{es-MX,en}/*.json", { eager: true, import: "default" });

/** Every sentence under its dotted key. */
function flatten(tree: Tree, prefix = ""): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") flat.set(prefix + key, value);
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) flat.set(inner, text);
  }
  return flat;
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/{{\s*([\w.]+)/g)].map((match) => match[1] ?? "").sort();
}

const namesOf = (language: string) =>
  Object.keys(files)
    .filter((path) => path.startsWith(`./${language}/`))
    .map((path) => path.slice(language.length + 3))
    .sort();

describe("languages", () => {
  it("have the same files", () => expect(namesOf("en")).toEqual(namesOf("es-MX")));
});

describe.each(namesOf("es-MX"))("%s", (name) => {
  const spanish = flatten(files[`./es-MX/${name}`] ?? {});
  const english = flatten(files[`./en/${name}`] ?? {});

  it("has the same keys in both languages", () => {
    expect([...english.keys()].sort()).toEqual([...spanish.keys()].sort());
  });
  it("has no empty sentence", () => {
    const empty = [...spanish, ...english].filter(([, text]) => text.trim() === "").map(([key]) => key);
    expect(empty).toEqual([]);
  });
  it("asks for the same values in both languages", () => {
    const differing = [...spanish.keys()].filter(
      (key) => placeholders(spanish.get(key) ?? "").join() !== placeholders(english.get(key) ?? "").join(),
    );
    expect(differing).toEqual([]);
  });
  it("does not shout in Spanish", () => {
    const shouting = [...spanish].filter(([, text]) => /[¡!]/.test(text)).map(([key]) => key);
    expect(shouting).toEqual([]);
  });
});

import { createMemoryHistory, createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import { describe, expect, it } from "vitest";
import { parseProspectSearch } from "@/features/prospects/prospect-search";
import { cleanAddress } from "./clean-address";

/** Where an address leads, and what the screen there reads of it. */
async function open(address: string) {
  const root = createRootRoute({ beforeLoad: cleanAddress as () => void });
  const list = createRoute({
    getParentRoute: () => root,
    path: "/prospectos",
    validateSearch: parseProspectSearch,
  });
  const one = createRoute({ getParentRoute: () => root, path: "/prospectos/$id" });
  const history = createMemoryHistory({ initialEntries: ["/prospectos", address] });
  const routeTree = root.addChildren([list, one]);
  const router = createRouter({ routeTree, history, isServer: false, origin: "http://127.0.0.1" });
  await router.load();
  const { location, matches } = router.state;
  return { path: location.href, read: matches.at(-1)?.search, entries: history.length };
}

describe("cleanAddress", () => {
  it.each([
    ["/prospectos?sort=bad", "/prospectos", {}],
    ["/prospectos?utm_source=correo&sort=name", "/prospectos?sort=name", { sort: "name" }],
    ["/prospectos?etapa=xyz", "/prospectos", {}],
    ["/prospectos/p1?a=1", "/prospectos/p1", {}],
    ["/nowhere?a=1", "/nowhere", {}],
    [
      "/prospectos?unattended=true&tag=t1",
      "/prospectos?unattended=true&tag=t1",
      { unattended: true, tag: "t1" },
    ],
  ])("%s", async (address, path, read) => expect(await open(address)).toEqual({ path, read, entries: 2 }));
});

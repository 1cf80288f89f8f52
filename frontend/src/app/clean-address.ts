import { redirect } from "@tanstack/react-router";

/** What a screen's parser, with those of the screens around it, has let through. */
type Parsed = { _strictSearch: object };

/** The router's own type of the matches is made of the routes, which cannot be made of it in turn. */
type Going = { location: { pathname: string; search: object }; matches: unknown };

/**
 * Goes on to the same screen with what its parser lets through of the address, and nothing else. The router merges the parsed
 * search over the raw one: without this every screen would read what its parser has dropped. Stands before every screen.
 */
export function cleanAddress({ location, matches }: Going): void {
  const search = (matches as readonly Parsed[]).at(-1)?._strictSearch ?? {};
  if (Object.keys(location.search).every((name) => name in search)) return;
  throw redirect({ to: location.pathname, search, replace: true });
}

import { useDebouncedValue } from "@mantine/hooks";
import { createSpotlight, Spotlight, useSpotlight } from "@mantine/spotlight";
import { IconSearch, IconUser } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { Card } from "@/shared/api/types";
import { formatPhone } from "@/shared/lib/phones";
import { matchesWords } from "@/shared/lib/text";
import { Kbd } from "@/shared/ui/Kbd";
import classes from "./Palette.module.css";
import { type Screen, useScreens } from "./screens";

const [store, actions] = createSpotlight();

/** Opens the palette from anywhere. */
export function openPalette(): void {
  actions.open();
}

/**
 * Marks the first action, so that Enter opens it. The library does this as one types, but people arrive a
 * moment later and push in above what it marked.
 */
function selectFirst(): void {
  const list = document.getElementById(store.getState().listId);
  const first = list?.querySelector("[data-action]");
  list?.querySelector("[data-selected]")?.removeAttribute("data-selected");
  first?.setAttribute("data-selected", "true");
  store.updateState((state) => ({ ...state, selected: first ? 0 : -1 }));
}

/** Fewest letters that start a search of people. */
const shortest = 2;

function usePeople(query: string): { people: Card[]; searching: boolean } {
  const [asked] = useDebouncedValue(query.trim(), 120);
  const search = useQuery({
    queryKey: ["prospects", "palette", asked],
    queryFn: () =>
      answer(api.GET("/api/prospects", { params: { query: { q: asked, open: "all", limit: 8 } } })),
    enabled: asked.length >= shortest,
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
  const people = query.trim().length >= shortest ? (search.data?.items ?? []) : [];
  return { people, searching: search.isFetching };
}

/** One field over people and screens, on Ctrl+K or ⌘K. */
export function Palette() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [query, setQuery] = useState("");
  const screens = useScreens().filter(({ word, keywords }) => matchesWords(`${word} ${keywords}`, query));
  const { people, searching } = usePeople(query);
  const { opened } = useSpotlight(store);
  const shown = [...people.map(({ id }) => id), ...screens.map(({ to }) => to)].join(" ");
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list has another first
  useEffect(() => {
    if (opened) selectFirst();
  }, [opened, shown]);
  return (
    <Spotlight.Root
      store={store}
      query={query}
      onQueryChange={setQuery}
      shortcut={["mod + K"]}
      tagsToIgnore={[]}
      scrollable
      maxHeight={420}
      overlayProps={{ blur: 0, backgroundOpacity: 0.25 }}
      size={560}
      centered={false}
      yOffset="12vh"
      attributes={{ content: { "aria-label": t("palette.field") } }}
    >
      <Spotlight.Search
        placeholder={t("palette.placeholder")}
        aria-label={t("palette.field")}
        leftSection={<IconSearch size={18} stroke={1.6} />}
      />
      <Spotlight.ActionsList>
        {people.length > 0 && (
          <Spotlight.ActionsGroup label={t("palette.people")}>
            {people.map((person) => (
              <Person
                key={person.id}
                person={person}
                onOpen={() => void navigate({ to: "/prospectos/$id", params: { id: person.id } })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {screens.length > 0 && (
          <Spotlight.ActionsGroup label={t("palette.screens")}>
            {screens.map((screen) => (
              <ScreenAction key={screen.to} screen={screen} onOpen={() => void navigate({ to: screen.to })} />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {people.length + screens.length === 0 && (
          <Spotlight.Empty>
            {searching ? t("palette.searching") : t("palette.empty", { query })}
          </Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

function Person({ person, onOpen }: { person: Card; onOpen: () => void }) {
  return (
    <Spotlight.Action onClick={onOpen} className={classes.action}>
      <IconUser size={18} stroke={1.6} aria-hidden className={classes.icon} />
      <span className={classes.word}>{person.name}</span>
      <span className={classes.detail}>{person.phone === "" ? "" : formatPhone(person.phone)}</span>
    </Spotlight.Action>
  );
}

function ScreenAction({ screen, onOpen }: { screen: Screen; onOpen: () => void }) {
  const Mark = screen.icon;
  return (
    <Spotlight.Action onClick={onOpen} className={classes.action}>
      <Mark size={18} stroke={1.6} aria-hidden className={classes.icon} />
      <span className={classes.word}>{screen.word}</span>
      <span className={classes.keys}>
        {screen.keys.map((key) => (
          <Kbd key={key} keys={[key]} />
        ))}
      </span>
    </Spotlight.Action>
  );
}

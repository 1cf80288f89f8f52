import { useDebouncedValue } from "@mantine/hooks";
import { createSpotlight, Spotlight, useSpotlight } from "@mantine/spotlight";
import { IconSearch, IconUser } from "@tabler/icons-react";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { forgetAtSignOut } from "@/shared/api/session";
import type { Card } from "@/shared/api/types";
import { formatPhone } from "@/shared/lib/phones";
import { fold, matchesWords } from "@/shared/lib/text";
import { call, openChat } from "@/shared/prospect/reach";
import { prospectNow } from "@/shared/prospect/use-prospect";
import { useReachOut } from "@/shared/prospect/use-reach-out";
import { Kbd } from "@/shared/ui/Kbd";
import { showError } from "@/shared/ui/undo-toast";
import classes from "./Palette.module.css";
import { readVerb, type Verb } from "./palette-verb";
import { recentProspects } from "./recent";
import { type Screen, useScreens } from "./screens";
import { type PaletteAction, usePaletteActions } from "./use-palette-actions";

const [store, spotlight] = createSpotlight();

forgetAtSignOut(spotlight.close);

/** Opens the palette from anywhere. */
export function openPalette(): void {
  spotlight.open();
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

/** Most people that are offered, out of so many found: the search finds words in what people answered too. */
const mostPeople = 8;
const foundPeople = 24;

/** Most actions that are offered: to a line, and before there is one. */
const mostActions = 12;
const mostAtRest = 6;

type People = {
  people: Card[];
  /** Somebody is called so, or has that number: not only a word of an answer was found. */
  hasNamed: boolean;
  searching: boolean;
};

function usePeople(query: string): People {
  const [asked] = useDebouncedValue(query.trim(), 60);
  const search = useQuery({
    queryKey: ["prospects", "palette", asked],
    queryFn: () =>
      answer(api.GET("/api/prospects", { params: { query: { q: asked, open: "all", limit: foundPeople } } })),
    enabled: asked.length >= shortest,
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
  const found = query.trim().length >= shortest ? (search.data?.items ?? []) : [];
  // Who types "ma" means María before Ana Martínez, and both before somebody who answered "más de dos".
  const beginsSo = ({ name }: Card) => Number(fold(name).startsWith(fold(asked)));
  const named = found
    .filter(({ name }) => matchesWords(name, asked))
    .sort((one, other) => beginsSo(other) - beginsSo(one));
  const others = found.filter((card) => !named.includes(card));
  const people = [...named, ...others].slice(0, mostPeople);
  return { people, hasNamed: named.length > 0 || /\d/.test(asked), searching: search.isFetching };
}

/** One field over people, screens and actions, on Ctrl+K or ⌘K. */
export function Palette({ onHelp }: { onHelp: () => void }) {
  const { t } = useTranslation();
  const { t: act } = useTranslation("act");
  const navigate = useNavigate();
  const client = useQueryClient();
  const [query, setQuery] = useState("");
  const spoken = readVerb(query);
  const isEmpty = query.trim() === "";
  const screens = useScreens().filter(({ word, keywords }) => matchesWords(`${word} ${keywords}`, query));
  const actions = usePaletteActions(onHelp)
    .filter(({ word }) => matchesWords(word, query))
    .slice(0, isEmpty ? mostAtRest : mostActions);
  const { people, hasNamed, searching } = usePeople(spoken === null ? query : spoken.rest);
  const { opened } = useSpotlight(store);
  const recent = isEmpty && opened ? recentProspects() : [];
  const shown = [
    hasNamed,
    ...recent.map(({ id }) => id),
    ...people.map(({ id }) => id),
    ...actions.map(({ id }) => id),
    ...screens.map(({ to }) => to),
  ].join(" ");
  const isNothing = recent.length + people.length + actions.length + screens.length === 0;
  const peopleGroup = people.length > 0 && (
    <Spotlight.ActionsGroup label={t("palette.people")}>
      {people.map((person) => (
        <Person
          key={person.id}
          person={person}
          word={spoken === null ? person.name : act(`palette.${spoken.verb}`, { name: person.name })}
          onOpen={() => (spoken === null ? open(person.id) : void reach(spoken.verb, person.id))}
        />
      ))}
    </Spotlight.ActionsGroup>
  );
  // "papel" means the bin before somebody who answered "tengo los papeles".
  const peopleFirst = hasNamed || spoken !== null;
  const open = (id: string) => void navigate({ to: "/prospectos/$id", params: { id } });
  const reachOut = useReachOut();
  /** Calls or writes to somebody; who cannot be reached is only shown. */
  const reach = async (verb: Verb, id: string) => {
    open(id);
    try {
      const prospect = await prospectNow(client, id);
      reachOut(prospect, verb === "call" ? call : openChat);
    } catch (thrown) {
      showError(thrown);
    }
  };
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
        {recent.length > 0 && (
          <Spotlight.ActionsGroup label={act("palette.recent")}>
            {recent.map(({ id, name }) => (
              <Spotlight.Action key={id} onClick={() => open(id)} className={classes.action}>
                <IconUser size={18} stroke={1.6} aria-hidden className={classes.icon} />
                <span className={classes.word}>{name}</span>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {peopleFirst && peopleGroup}
        {actions.length > 0 && (
          <Spotlight.ActionsGroup label={t("palette.actions")}>
            {actions.map((action) => (
              <DeedAction key={action.id} action={action} />
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
        {!peopleFirst && peopleGroup}
        {isNothing && (
          <Spotlight.Empty>
            {searching ? t("palette.searching") : t("palette.empty", { query })}
          </Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

function DeedAction({ action }: { action: PaletteAction }) {
  const Mark = action.icon;
  return (
    <Spotlight.Action onClick={action.run} className={classes.action}>
      <Mark size={18} stroke={1.6} aria-hidden className={classes.icon} />
      <span className={classes.word}>{action.word}</span>
      <span className={classes.keys}>
        {action.keys.map((together) => (
          <Kbd key={together.join("")} keys={together} />
        ))}
      </span>
    </Spotlight.Action>
  );
}

type PersonProps = { person: Card; word: string; onOpen: () => void };

function Person({ person, word, onOpen }: PersonProps) {
  return (
    <Spotlight.Action onClick={onOpen} className={classes.action}>
      <IconUser size={18} stroke={1.6} aria-hidden className={classes.icon} />
      <span className={classes.word}>{word}</span>
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

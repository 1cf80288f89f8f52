import { Button, CloseButton, Group, Menu, Modal, Progress, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import { usersQuery } from "@/shared/api/users";
import { useVocabulary } from "@/shared/api/vocabulary";
import { useShortcuts } from "@/shared/lib/keyboard";
import { formatCount } from "@/shared/lib/text";
import { ReassignDialog } from "@/shared/prospect/ReassignDialog";
import { useTags } from "@/shared/tags/tag-queries";
import { faultSentence } from "@/shared/ui/fault-sentence";
import { showError } from "@/shared/ui/undo-toast";
import classes from "./BulkBar.module.css";
import type { BulkDeed } from "./bulk-run";
import { DiscardDialog } from "./DiscardDialog";
import type { ProspectSearch } from "./prospect-search";
import { quietly, useBulk } from "./use-bulk";
import { mostPicked, type Picked } from "./use-selection";

type BulkBarProps = {
  picked: Picked;
  search: ProspectSearch;
  /** How many the list has, -1 while nobody knows. */
  total: number;
  onMatching: (search: ProspectSearch) => Promise<void>;
  onClear: () => void;
};

/** What can be done to the rows that are picked. */
export function BulkBar({ picked, search, total, onMatching, onClear }: BulkBarProps) {
  const { t } = useTranslation("act");
  const { t: prospects } = useTranslation("prospects");
  const { t: common } = useTranslation();
  const isAdmin = useIsAdmin();
  const vocabulary = useVocabulary();
  const tags = useTags();
  const users = useQuery({ ...usersQuery, enabled: isAdmin }).data?.items ?? [];
  const sellers = users.filter(({ role, active }) => role === "seller" && active);
  const bulk = useBulk(onClear);
  const [asked, setAsked] = useState<{ deed: BulkDeed; reason: boolean } | null>(null);
  const [discarding, setDiscarding] = useState(false);
  const [hands, setHands] = useState<{ id: string; name: string } | null>(null);
  const bar = useRef<HTMLElement>(null);
  const press = (key: string) => () =>
    bar.current?.querySelector<HTMLElement>(`[data-key="${key}"]`)?.click();
  useShortcuts({ Escape: onClear, a: press("A"), s: press("S"), t: press("T") }, bulk.progress === null);

  const act = (deed: BulkDeed) => {
    const reason = deed.stage_id !== undefined;
    if (picked.size > quietly || reason) setAsked({ deed, reason });
    else void bulk.run([...picked], deed);
  };
  const n = formatCount(picked.size);
  if (bulk.progress !== null) {
    const { done, of } = bulk.progress;
    const words = t("bulk.running", { done: formatCount(done), n: formatCount(of) });
    return (
      <section className={classes.bar} aria-label={t("select.label")}>
        <span className={classes.count} role="status">
          {words}
        </span>
        <Progress className={classes.progress} value={(100 * done) / of} aria-label={words} />
        <Button size="compact-sm" variant="default" onClick={bulk.stop}>
          {t("bulk.cancel")}
        </Button>
      </section>
    );
  }
  return (
    <section ref={bar} className={classes.bar} aria-label={t("select.label")}>
      <span className={classes.count} role="status">
        {t("select.count", { count: picked.size, n })}
      </span>
      {picked.size === mostPicked && <span className={classes.limit}>{t("select.most", { n })}</span>}
      {total > picked.size && picked.size < mostPicked && (
        <Button size="compact-sm" variant="subtle" onClick={() => void onMatching(search).catch(showError)}>
          {t(total > mostPicked ? "select.first" : "select.matching", {
            n: formatCount(Math.min(total, mostPicked)),
          })}
        </Button>
      )}
      {isAdmin && (
        <Choices word={t("bulk.assign")} letter="A" none={t("bulk.noSellers")}>
          {[...sellers, { id: "", name: prospects("seller.none") }].map(({ id, name }) => (
            <Menu.Item key={id} onClick={() => setHands({ id, name })}>
              {name}
            </Menu.Item>
          ))}
        </Choices>
      )}
      <Choices word={t("bulk.stage")} letter="S">
        {(vocabulary?.stages ?? []).map(({ id, name }) => (
          <Menu.Item key={id} onClick={() => act({ stage_id: id })}>
            {name}
          </Menu.Item>
        ))}
      </Choices>
      <Choices word={t("bulk.temperature")} letter="T">
        {(["hot", "warm", "cold"] as const).map((value) => (
          <Menu.Item key={value} onClick={() => act({ temperature: value })}>
            {common(`temperature.${value}`)}
          </Menu.Item>
        ))}
        <Menu.Item onClick={() => act({ temperature: "" })}>{t("bulk.noTemperature")}</Menu.Item>
      </Choices>
      <Choices word={t("bulk.tag")} none={t("bulk.noTags")}>
        {tags.map(({ id, name }) => (
          <Menu.Item key={id} onClick={() => act({ add_tags: [id] })}>
            {name}
          </Menu.Item>
        ))}
      </Choices>
      {tags.length > 0 && (
        <Choices word={t("bulk.untag")}>
          {tags.map(({ id, name }) => (
            <Menu.Item key={id} onClick={() => act({ remove_tags: [id] })}>
              {name}
            </Menu.Item>
          ))}
        </Choices>
      )}
      <Button size="compact-sm" variant="default" onClick={() => setDiscarding(true)}>
        {t("bulk.discard")}
      </Button>
      {isAdmin && (
        <Button size="compact-sm" variant="default" onClick={() => act({ delete: true })}>
          {t("bulk.delete")}
        </Button>
      )}
      <CloseButton
        size="md"
        className={classes.clear}
        aria-label={t("select.none")}
        title={t("select.none")}
        onClick={onClear}
      />
      <ReassignDialog
        opened={hands !== null}
        title={
          hands === null || hands.id === ""
            ? t("bulk.toTray", { count: picked.size, n })
            : t("bulk.to", { count: picked.size, n, name: hands.name })
        }
        onClose={() => setHands(null)}
        onReason={(owner_reason) => {
          if (hands !== null) void bulk.run([...picked], { owner_id: hands.id, owner_reason });
          setHands(null);
        }}
      />
      <DiscardDialog
        opened={discarding}
        onClose={() => setDiscarding(false)}
        onReason={(reason_id) => {
          setDiscarding(false);
          act({ status: "discarded", reason_id });
        }}
      />
      <Modal
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={t("bulk.confirmTitle", { n })}
        size="sm"
      >
        {asked !== null && (
          <Confirm
            n={n}
            reason={asked.reason}
            onClose={() => setAsked(null)}
            onGo={(reason) => {
              setAsked(null);
              void bulk.run(
                [...picked],
                reason === "" ? asked.deed : { ...asked.deed, stage_reason: reason },
              );
            }}
          />
        )}
      </Modal>
      <Refusals list={bulk.refused} onClose={bulk.forgetRefused} />
    </section>
  );
}

type ChoicesProps = {
  word: string;
  /** The key that opens it. */
  letter?: string;
  none?: string;
  children: ReactNode[];
};

function Choices({ word, letter, none, children }: ChoicesProps) {
  return (
    <Menu position="top-start">
      <Menu.Target>
        <Button size="compact-sm" variant="default" data-key={letter} title={letter}>
          {word}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: "auto" }}>
        {children.length === 0 ? <Menu.Label>{none}</Menu.Label> : children}
      </Menu.Dropdown>
    </Menu>
  );
}

type ConfirmProps = { n: string; reason: boolean; onClose: () => void; onGo: (reason: string) => void };

function Confirm({ n, reason, onClose, onGo }: ConfirmProps) {
  const { t } = useTranslation("act");
  const { t: common } = useTranslation();
  const [why, setWhy] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onGo(why.trim());
      }}
    >
      <Stack gap="sm">
        <p style={{ margin: 0 }}>{t("bulk.confirm")}</p>
        {reason && (
          <TextInput
            label={t("bulk.reason")}
            description={t("bulk.reasonHint")}
            data-autofocus
            autoComplete="off"
            maxLength={300}
            value={why}
            onChange={(event) => setWhy(event.currentTarget.value)}
          />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {common("action.cancel")}
          </Button>
          <Button type="submit" data-autofocus={!reason || undefined}>
            {t("bulk.go", { n })}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type RefusalsProps = {
  list: readonly { id: string; name: string; code: string; args: Record<string, unknown> }[];
  onClose: () => void;
};

/** Who stayed as they were, and why. */
export function Refusals({ list, onClose }: RefusalsProps) {
  const { t } = useTranslation("act");
  const { t: common } = useTranslation();
  return (
    <Modal
      opened={list.length > 0}
      onClose={onClose}
      title={t("bulk.refusedTitle", { count: list.length, n: formatCount(list.length) })}
    >
      <p>{t("bulk.refusedHint")}</p>
      <ul className={classes.refused}>
        {list.map(({ id, name, code, args }) => (
          <li key={id}>
            {name === "" ? t("bulk.unseen") : name}
            <span className={classes.why}>{faultSentence(code, args)}</span>
          </li>
        ))}
      </ul>
      <Group justify="flex-end" mt="md">
        <Button data-autofocus onClick={onClose}>
          {common("action.close")}
        </Button>
      </Group>
    </Modal>
  );
}

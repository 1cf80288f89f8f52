import { Button, Combobox, useCombobox } from "@mantine/core";
import { IconTag } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { useIsAdmin } from "@/shared/api/me";
import type { Prospect } from "@/shared/api/types";
import { fold, matchesWords } from "@/shared/lib/text";
import { useProspectChange } from "@/shared/prospect/use-prospect-change";
import { TagChips } from "@/shared/tags/TagChips";
import { useTags } from "@/shared/tags/tag-queries";
import { Section } from "@/shared/ui/Section";
import { showError } from "@/shared/ui/undo-toast";

/** What stands for a new tag among the choices. */
const fresh = "+";

/** The tags of a prospect: put on, taken off and, by an administrator, made. */
export function ProspectTags({ prospect }: { prospect: Prospect }) {
  const { t } = useTranslation("act");
  const isAdmin = useIsAdmin();
  const client = useQueryClient();
  const tags = useTags();
  const [typed, setTyped] = useState("");
  const { mutate } = useProspectChange(prospect.id);
  const combobox = useCombobox({
    onDropdownClose: () => setTyped(""),
    onDropdownOpen: () => combobox.focusSearchInput(),
  });
  const offered = tags.filter(({ id, name }) => !prospect.tags.includes(id) && matchesWords(name, typed));
  const isNew = isAdmin && typed.trim() !== "" && !tags.some(({ name }) => fold(name) === fold(typed));

  const set = (add: string[], remove: string[]) =>
    mutate({
      message: t("tags.done"),
      send: () =>
        answer(
          api.POST("/api/prospects/{id}/tags", {
            params: { path: { id: prospect.id } },
            body: { add, remove },
          }),
        ),
      prospect: (known) => ({ ...known, tags: changed(known.tags, add, remove) }),
      card: (card) => ({ ...card, tags: changed(card.tags, add, remove) }),
    });
  const choose = async (value: string) => {
    combobox.closeDropdown();
    if (value !== fresh) return set([value], []);
    try {
      const made = await answer(api.POST("/api/tags", { body: { name: typed.trim() } }));
      await client.invalidateQueries({ queryKey: ["tags"] });
      set([made.id], []);
    } catch (thrown) {
      showError(thrown);
    }
  };
  return (
    <Section title={t("tags.label")}>
      <TagChips ids={prospect.tags} wrap onRemove={({ id }) => set([], [id])} />
      <div>
        <Combobox store={combobox} width={240} position="bottom-start" onOptionSubmit={(v) => void choose(v)}>
          <Combobox.Target withAriaAttributes={false}>
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={<IconTag size={14} stroke={1.6} aria-hidden />}
              onClick={() => combobox.toggleDropdown()}
            >
              {t("tags.add")}
            </Button>
          </Combobox.Target>
          <Combobox.Dropdown>
            <Combobox.Search
              aria-label={isAdmin ? t("tags.search") : t("tags.searchOnly")}
              placeholder={isAdmin ? t("tags.search") : t("tags.searchOnly")}
              maxLength={40}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
            <Combobox.Options aria-label={t("tags.label")}>
              {offered.map(({ id, name }) => (
                <Combobox.Option key={id} value={id}>
                  {name}
                </Combobox.Option>
              ))}
              {isNew && (
                <Combobox.Option value={fresh}>{t("tags.create", { name: typed.trim() })}</Combobox.Option>
              )}
            </Combobox.Options>
            {isAdmin && (
              <Combobox.Footer>
                <Link to="/ajustes/etiquetas">{t("tags.manage")}</Link>
              </Combobox.Footer>
            )}
            {offered.length === 0 && !isNew && !isAdmin && <Combobox.Empty>{t("tags.none")}</Combobox.Empty>}
          </Combobox.Dropdown>
        </Combobox>
      </div>
    </Section>
  );
}

function changed(tags: readonly string[], add: readonly string[], remove: readonly string[]): string[] {
  return [...tags.filter((id) => !remove.includes(id)), ...add.filter((id) => !tags.includes(id))];
}

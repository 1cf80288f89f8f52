import { Button, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Prospect, Template } from "@/shared/api/types";
import { TemplateDialog } from "./TemplateDialog";
import classes from "./Templates.module.css";
import { templatesQuery } from "./template-queries";
import { useTemplateOwner } from "./use-template-owner";

type TemplateMenuProps = { prospect: Prospect; channel: "whatsapp" | "email"; disabled: boolean };

/** The templates of a channel, beside the button that opens it without one. */
export function TemplateMenu({ prospect, channel, disabled }: TemplateMenuProps) {
  const { t } = useTranslation("templates");
  const [chosen, setChosen] = useState<Template | null>(null);
  const templates = (useQuery(templatesQuery).data?.items ?? []).filter((one) => one.channel === channel);
  const owner = useTemplateOwner(templates);
  const label = t(channel === "email" ? "menu.mail" : "menu.chat");
  return (
    <>
      <Menu position="bottom-end" width={280}>
        <Menu.Target>
          <Button
            variant="default"
            className={classes.more ?? ""}
            disabled={disabled}
            aria-label={label}
            title={label}
          >
            <IconChevronDown size={16} stroke={1.6} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {templates.map((one) => (
            <Menu.Item
              key={one.id}
              rightSection={owner(one) !== "" && <span className={classes.owner}>{owner(one)}</span>}
              onClick={() => setChosen(one)}
            >
              {one.name}
            </Menu.Item>
          ))}
          {templates.length > 0 && <Menu.Divider />}
          <Menu.Item component={Link} to="/ajustes/plantillas">
            {t(templates.length === 0 ? "menu.first" : "menu.manage")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <TemplateDialog prospect={prospect} template={chosen} templates={templates} onChoose={setChosen} />
    </>
  );
}

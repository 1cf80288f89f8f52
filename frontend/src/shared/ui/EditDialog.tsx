import { Modal, type ModalProps } from "@mantine/core";
import { Fragment, type ReactNode } from "react";

type EditDialogProps<Thing> = {
  /** What is edited: "new" for one that is to be made, null while nothing is. */
  edited: Thing | "new" | null;
  titles: { new: string; edit: string };
  onClose: () => void;
  size?: ModalProps["size"];
  /** The form, for one thing or (null) for a new one. It begins afresh with each. */
  children: (thing: Thing | null) => ReactNode;
};

/** A dialog in which one thing of a list is edited, or a new one made. */
export function EditDialog<Thing extends { id: string }>(props: EditDialogProps<Thing>) {
  const { edited, titles, onClose, size = "md", children } = props;
  const thing = edited === "new" ? null : edited;
  return (
    <Modal
      opened={edited !== null}
      onClose={onClose}
      title={thing === null ? titles.new : titles.edit}
      size={size}
    >
      {edited !== null && <Fragment key={thing?.id ?? "new"}>{children(thing)}</Fragment>}
    </Modal>
  );
}

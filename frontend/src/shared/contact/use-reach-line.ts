import { useTranslation } from "react-i18next";
import { type Person, type PersonChange, putFirst, type WritePerson } from "./contact-write";

type ReachLine<One> = {
  one: One;
  write: WritePerson;
  /** The person with the list edited in which it stands. */
  within: (edit: (list: One[]) => One[]) => (person: Person) => Person;
  patch: (body: { first?: boolean; raw?: string }) => ReturnType<PersonChange["send"]>;
  remove: PersonChange["send"];
  /** What is said when it is gone. */
  removed: string;
  /** How it looks, written otherwise, until the program has read it. */
  written: (raw: string) => Partial<One>;
};

/** What is done to one phone or address where it stands: put first, taken away, written otherwise. */
export function useReachLine<One extends { id: string }>(line: ReachLine<One>) {
  const { t } = useTranslation("prospects");
  const { one, write, within, patch, remove, removed, written } = line;
  return {
    onFirst: () =>
      write({
        message: t("data.madeFirst"),
        send: () => patch({ first: true }),
        foresee: within((list) => putFirst(list, one.id)),
      }),
    onRemove: () =>
      write({
        message: removed,
        send: remove,
        foresee: within((list) => list.filter(({ id }) => id !== one.id)),
      }),
    onSave: (raw: string) =>
      write({
        message: t("data.saved"),
        send: () => patch({ raw }),
        foresee: within((list) =>
          list.map((each) => (each.id === one.id ? { ...each, raw, ...written(raw) } : each)),
        ),
      }),
  };
}

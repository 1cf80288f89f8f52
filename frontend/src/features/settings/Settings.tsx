import type { ReactNode } from "react";

export function Settings({ children }: { children: ReactNode }) {
  return <div>{children}</div>;
}

import { run } from "./program";

/** A form as the simulator takes it; questions without a type are the advertiser's own. */
export type FormSpec = {
  page: string;
  name: string;
  questions: { type?: string; label?: string; key?: string }[];
};

/** A lead as the simulator takes it. Answers are by question key. */
export type LeadSpec = {
  form: string;
  answers?: Record<string, string[]>;
  test?: boolean;
  broken?: boolean;
  localised_keys?: boolean;
  wide?: boolean;
  blank?: string[];
};

/** How the simulator calls a webhook. */
export type Delivery = {
  min_delay?: number;
  max_delay?: number;
  batch_up_to?: number;
  duplicates?: number;
  shuffle?: boolean;
  paused?: boolean;
};

/** Meta, simulated by the program itself. */
export class Graph {
  private constructor(
    readonly url: string,
    readonly appId: string,
    readonly appSecret: string,
    readonly token: string,
    readonly page: string,
    readonly stop: () => Promise<void>,
  ) {}

  /** Starts a simulator with an invented page that has no leads yet. */
  static async start(): Promise<Graph> {
    const { line, stop } = await run(["graphsim"], /^\{/);
    const started = JSON.parse(line) as Record<"url" | "app_id" | "app_secret" | "token" | "page", string>;
    return new Graph(started.url, started.app_id, started.app_secret, started.token, started.page, stop);
  }

  /** Adds a form and answers its id and the keys of its questions, in their order. */
  async addForm(spec: FormSpec): Promise<{ id: string; keys: string[] }> {
    const form = await this.control<{ id: string; questions: { key: string }[] }>("forms", spec);
    return { id: form.id, keys: form.questions.map(({ key }) => key) };
  }

  /** Sends a form in. */
  async addLead(spec: LeadSpec): Promise<void> {
    await this.control("leads", spec);
  }

  /** How calls are made from now on; delays are in milliseconds. */
  async deliver(how: Delivery): Promise<void> {
    await this.control("webhooks", how);
  }

  /** How many calls were answered with 200, and how many were not or still wait. */
  async delivered(): Promise<{ done: number; open: number }> {
    const response = await fetch(`${this.url}/_control/deliveries`);
    if (!response.ok) throw new Error(`deliveries: ${response.status} ${await response.text()}`);
    const all = ((await response.json()) ?? []) as { state: string; status: number }[];
    const done = all.filter(({ state, status }) => state === "sent" && status === 200).length;
    return { done, open: all.length - done };
  }

  /** Lets the office's token die, as when somebody changes their password. */
  killToken(): Promise<unknown> {
    return this.control("tokens/kill", { token: this.token, subcode: 460 });
  }

  /** Brings it back to life, as when the page is connected again. */
  reviveToken(): Promise<unknown> {
    return this.control("tokens/kill", { token: this.token, revive: true });
  }

  /** The file that Meta's Leads Centre offers for a form: UTF-16 with tabs. */
  async exportFile(form: string): Promise<Buffer> {
    const response = await fetch(`${this.url}/_control/export?form=${form}&encoding=utf16le`);
    if (!response.ok) throw new Error(`export: ${response.status} ${await response.text()}`);
    return Buffer.from(await response.arrayBuffer());
  }

  private async control<T>(path: string, body: unknown): Promise<T> {
    const response = await fetch(`${this.url}/_control/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }
}

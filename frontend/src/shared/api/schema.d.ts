// Shape of the HTTP API. Written by build/apigen from backend/api/openapi.json.
type Problem = {
  status: number;
  title: string;
  code: string;
  field?: string;
  args?: Record<string, unknown>;
  trace?: string;
};
type Changed = { tx_id: string };
type Named = { id: string; name: string };
type Page<T> = { items: T[]; next: string };

export type components = {
  schemas: {
    Problem: Problem;
    Setup: {
      state: "new" | "ready";
      demo: boolean;
      office_name: string;
      version: string;
      keyring: boolean;
      surface: "window" | "browser";
    };
    Session: { token: string; expires_at: string; user: components["schemas"]["User"] };
    User: {
      id: string;
      login: string;
      name: string;
      role: "admin" | "seller";
      active: boolean;
      paused: boolean;
      created_at: string;
    };
    Preferences: {
      language: "es-MX" | "en";
      theme: "auto" | "light" | "dark";
      density: "dense" | "roomy";
      lock_minutes: number;
      hide_names: boolean;
    };
    Me: {
      user: components["schemas"]["User"];
      office: { id: string; name: string; timezone: string };
      preferences: components["schemas"]["Preferences"];
      demo: boolean;
    };
    Vocabulary: {
      stages: { id: string; name: string; position: number }[];
      statuses: string[];
      temperatures: string[];
      reasons: { id: string; name: string; opposition: boolean }[];
      activity_kinds: string[];
      call_results: string[];
      sources: string[];
    };
    NextAction: { id: string; kind: string; at: string | null; on: string | null };
    Card: {
      id: string;
      contact_id: string;
      name: string;
      phone: string;
      stage_id: string;
      status: string;
      temperature: string;
      owner_id: string;
      owner_name: string;
      form_name: string;
      campaign_name: string;
      lead_at: string;
      received_at: string;
      attended_at: string | null;
      next: components["schemas"]["NextAction"] | null;
      last_activity_at: string | null;
    };
    InboxCard: components["schemas"]["Card"] & {
      answers: { label: string; values: string[] }[];
      enquiries: number;
    };
    Phone: { id: string; e164: string; raw: string; national: string; problem: string; wa_variant: string };
    Email: { id: string; address: string; raw: string; problem: string; suggestion: string };
    Submission: {
      id: string;
      lead_id: string;
      form_id: string;
      form_name: string;
      campaign_name: string;
      adset_name: string;
      ad_name: string;
      platform: string;
      is_organic: boolean | null;
      origin: string;
      lead_at: string;
      received_at: string;
      answers: { name: string; label: string; type: string; values: string[] }[];
      disclaimers: { key: string; text: string; checked: boolean }[];
    };
    Prospect: {
      id: string;
      contact: {
        id: string;
        name: string;
        city: string;
        phones: components["schemas"]["Phone"][];
        emails: components["schemas"]["Email"][];
      };
      owner_id: string;
      owner_name: string;
      stage_id: string;
      status: string;
      temperature: string;
      reason_id: string;
      source: string;
      form_name: string;
      campaign_name: string;
      lead_at: string;
      received_at: string;
      attended_at: string | null;
      assigned_at: string | null;
      assigned_why: { rule: "turn" | "owner" | "fixed" | "manual" | "tray"; turn: number; of: number; by: string };
      next: components["schemas"]["NextAction"] | null;
      created_at: string;
      submissions: components["schemas"]["Submission"][];
    };
    TimelineItem: {
      id: string;
      type: "activity" | "event" | "submission";
      at: string;
      author_id: string;
      author_name: string;
      kind: string;
      result: string;
      body: string;
      due_at: string | null;
      due_on: string | null;
      done_at: string | null;
      data: Record<string, unknown>;
    };
    Reminder: {
      id: string;
      prospect_id: string;
      prospect_name: string;
      activity_id: string;
      kind: string;
      body: string;
      due_at: string | null;
      due_on: string | null;
      remind_at: string;
    };
    MetaCheck: { code: string; state: "ok" | "missing" | "unknown" | "warn"; args: Record<string, unknown> };
    MetaPage: Named & { active: boolean; tasks: string[]; problem: string; checked_at: string };
    MetaForm: Named & {
      page_id: string;
      page_name: string;
      status: string;
      locale: string;
      active: boolean;
      leads_count: number;
      inherited_from: string | null;
      inherited_name: string;
      pulled_at: string | null;
      problem: string;
      problem_args: Record<string, unknown>;
      questions: { key: string; label: string; type: string; options: { key: string; value: string }[] }[];
      mapping: Record<string, string>;
    };
    Meta: {
      configured: boolean;
      app_id: string;
      version: string;
      base_url: string;
      checked_at: string;
      problem: string;
      checks: components["schemas"]["MetaCheck"][];
      token: {
        type: string;
        expires_at: string | null;
        data_access_expires_at: string | null;
        scopes: string[];
      };
      pages: components["schemas"]["MetaPage"][];
      forms: components["schemas"]["MetaForm"][];
    };
    Pull: {
      received: number;
      registered: number;
      linked: number;
      test: number;
      held: number;
      failed: number;
      known: number;
    };
    Lead: {
      lead_id: string;
      form_id: string;
      form_name: string;
      page_id: string;
      origin: string;
      state: "received" | "fetched" | "registered" | "linked" | "test" | "held" | "failed";
      problem: string;
      problem_args: Record<string, unknown>;
      class: string;
      attempts: number;
      next_try_at: string | null;
      lead_at: string | null;
      received_at: string;
      fetched_at: string | null;
      registered_at: string | null;
      prospect_id: string;
      seen_again: number;
    };
    ImportColumn: { index: number; header: string; target: string; samples: string[] };
    Import: {
      id: string;
      name: string;
      state: string;
      encoding: string;
      separator: string;
      sheet: string;
      columns: components["schemas"]["ImportColumn"][];
      preview: string[][];
      total: number;
      created_at: string;
      ask: string;
      day_first: boolean | null;
      progress: {
        done: number;
        registered: number;
        linked: number;
        known: number;
        test: number;
        held: number;
        failed: number;
      };
      source: string;
    };
    HealthItem: { code: string; level: "ok" | "warn" | "bad"; args: Record<string, unknown>; action: string };
    Health: {
      level: "ok" | "warn" | "bad";
      items: components["schemas"]["HealthItem"][];
      forms: (Named & {
        page_name: string;
        active: boolean;
        pulled_at: string | null;
        problem: string;
        problem_args: Record<string, unknown>;
      })[];
      database: { bytes: number; rev: number; path_bytes_free: number; encrypted: boolean; cipher: string };
      version: string;
    };
  };
};
type S = components["schemas"];

type Answer<T> = {
  200: { headers: Record<string, unknown>; content: { "application/json": T } };
  default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } };
};
type Parameters<Query, Path> = {
  query?: Query;
  path: Path;
  header?: never;
  cookie?: never;
};
type Get<T, Query = never> = { parameters: { query?: Query; path?: never; header?: never; cookie?: never }; requestBody?: never; responses: Answer<T> };
type GetOne<T, Query = never> = { parameters: Parameters<Query, { id: string }>; requestBody?: never; responses: Answer<T> };
type Send<T, Body> = { parameters: { query?: never; path?: never; header?: never; cookie?: never }; requestBody: { content: { "application/json": Body } }; responses: Answer<T> };
type SendTo<T, Body> = { parameters: { query?: never; path: { id: string }; header?: never; cookie?: never }; requestBody: { content: { "application/json": Body } }; responses: Answer<T> };
type Act<T> = Get<T>;
type ActOn<T> = GetOne<T>;
type ProspectQuery = {
  q?: string;
  stage?: string;
  status?: string;
  temperature?: string;
  seller?: string;
  form?: string;
  source?: string;
  open?: "true" | "false" | "all";
  unattended?: boolean;
  no_next?: boolean;
  sort?: "recent" | "name" | "next" | "activity";
  cursor?: string;
  limit?: number;
};
type Due = { due_at?: string; due_on?: string; remind_at?: string };

export type paths = {
  "/api/setup": {
    get: Get<S["Setup"]>;
    post: Send<
      S["Session"],
      {
        office_name: string;
        timezone: string;
        admin: { name: string; login: string; password: string };
        language: "es-MX" | "en";
      }
    >;
  };
  "/api/setup/demo": { post: Act<S["Session"]> };
  "/api/setup/leave-demo": { post: Act<Record<string, never>> };
  "/api/session": {
    post: Send<S["Session"], { login: string; password: string }>;
    delete: Act<Record<string, never>>;
  };
  "/api/session/unlock": { post: Send<Record<string, never>, { password: string }> };
  "/api/me": { get: Get<S["Me"]> };
  "/api/me/password": { put: Send<Changed, { current: string; new: string }> };
  "/api/me/preferences": { patch: Send<Changed, Partial<S["Preferences"]>> };
  "/api/users": {
    get: Get<{ items: S["User"][] }>;
    post: Send<S["User"] & Changed, { login: string; name: string; role: "admin" | "seller"; password: string }>;
  };
  "/api/users/{id}": {
    patch: SendTo<Changed, { name?: string; role?: "admin" | "seller"; active?: boolean; paused?: boolean }>;
  };
  "/api/users/{id}/password": { put: SendTo<Changed, { password: string }> };
  "/api/vocabulary": { get: Get<S["Vocabulary"]> };
  "/api/prospects": {
    get: Get<Page<S["Card"]> & { total: number }, ProspectQuery>;
    post: Send<
      { id: string; linked: boolean } & Changed,
      { name: string; phones: string[]; emails: string[]; city?: string; note?: string; owner_id?: string }
    >;
  };
  "/api/inbox": {
    get: Get<Page<S["InboxCard"]> & { count: number }, { cursor?: string; limit?: number }>;
  };
  "/api/inbox/count": { get: Get<{ count: number }> };
  "/api/prospects/{id}": {
    get: GetOne<S["Prospect"]>;
    patch: SendTo<
      Changed,
      {
        stage_id?: string;
        stage_reason?: string;
        status?: string;
        temperature?: string;
        reason_id?: string;
        owner_id?: string;
        owner_reason?: string;
      }
    >;
  };
  "/api/prospects/{id}/timeline": { get: GetOne<Page<S["TimelineItem"]>, { cursor?: string; limit?: number }> };
  "/api/prospects/{id}/activities": {
    post: SendTo<
      { id: string } & Changed,
      {
        kind: string;
        result?: string;
        body?: string;
        done?: boolean;
        next?: { kind: string; body?: string } & Due;
      } & Due
    >;
  };
  "/api/contacts/{id}": { patch: SendTo<Changed, { name?: string; city?: string }> };
  "/api/contacts/{id}/phones": { post: SendTo<{ id: string } & Changed, { raw: string }> };
  "/api/contacts/{id}/emails": { post: SendTo<{ id: string } & Changed, { raw: string }> };
  "/api/phones/{id}": {
    patch: SendTo<Changed, { raw?: string; wa_variant?: string }>;
    delete: ActOn<Changed>;
  };
  "/api/emails/{id}": { patch: SendTo<Changed, { raw?: string }>; delete: ActOn<Changed> };
  "/api/activities/{id}": {
    patch: SendTo<Changed, { body?: string; result?: string } & Due>;
    delete: ActOn<Changed>;
  };
  "/api/activities/{id}/done": {
    post: SendTo<Changed, { result?: string; body?: string; next?: { kind: string; body?: string } & Due }>;
  };
  "/api/reminders": { get: Get<{ items: S["Reminder"][] }, { until?: string }> };
  "/api/reminders/{id}": { patch: SendTo<Changed, { remind_at?: string }> };
  "/api/reminders/{id}/done": { post: ActOn<Changed> };
  "/api/undo": { post: Send<Changed, { tx_id: string }> };
  "/api/meta": { get: Get<S["Meta"]> };
  "/api/meta/connection": {
    put: Send<
      S["Meta"],
      { app_id: string; app_secret: string; token: string; base_url?: string; version?: string }
    >;
    delete: Act<Changed>;
  };
  "/api/meta/check": { post: Act<S["Meta"]> };
  "/api/meta/discover": { post: Act<S["Meta"]> };
  "/api/meta/pages": { post: Send<S["Meta"], { id: string }> };
  "/api/meta/pages/{id}": { patch: SendTo<Changed, { active: boolean }> };
  "/api/meta/forms/{id}": { patch: SendTo<Changed, { active?: boolean; mapping?: Record<string, string> }> };
  "/api/meta/forms/{id}/pull": { post: ActOn<S["Pull"]> };
  "/api/leads": {
    get: Get<Page<S["Lead"]> & { counts: Record<S["Lead"]["state"], number> }, { state?: string; cursor?: string }>;
  };
  "/api/leads/{id}": { get: GetOne<S["Lead"] & { raw?: { name: string; values: string[] }[] }> };
  "/api/leads/{id}/retry": { post: ActOn<S["Lead"]> };
  "/api/imports": {
    get: Get<{ items: S["Import"][] }>;
    post: {
      parameters: { query: { name: string }; path?: never; header?: never; cookie?: never };
      requestBody: { content: { "application/octet-stream": string } };
      responses: Answer<S["Import"]>;
    };
  };
  "/api/imports/{id}": {
    get: GetOne<S["Import"]>;
    patch: SendTo<S["Import"], { columns?: Record<string, string>; day_first?: boolean }>;
  };
  "/api/imports/{id}/run": { post: ActOn<S["Import"]> };
  "/api/imports/{id}/cancel": { post: ActOn<S["Import"]> };
  "/api/imports/{id}/errors.csv": {
    get: {
      parameters: Parameters<never, { id: string }>;
      requestBody?: never;
      responses: { 200: { headers: Record<string, unknown>; content: { "text/csv": string } } };
    };
  };
  "/api/health": { get: Get<S["Health"]> };
  "/api/window/notification": {
    post: Send<Record<string, never>, { title: string; body: string; prospect_id?: string }>;
  };
  "/api/window/save": { post: Send<Record<string, never>, { name: string; content_base64: string }> };
  "/api/window/session": { put: Act<Record<string, never>> };
};

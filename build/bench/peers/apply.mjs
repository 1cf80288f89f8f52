// Applies the same edits through Actual Budget's CRDT and through cr-sqlite, and prints edits a second of each as JSON.
// Usage: node apply.mjs edits.json, a list of [entity, row, field, value, milliseconds].
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { create, EncryptedDataSchema, fromBinary, MessageSchema, merkle, Timestamp, toBinary } from "@actual-app/crdt";

void EncryptedDataSchema;
const edits = JSON.parse(readFileSync(process.argv[2], "utf8"));
const frame = 500;

/** What Actual does with messages from elsewhere, without its database: decode, note in the merkle trie, prune and write
 *  the trie out once a frame. */
function actual() {
  const node = "0123456789ABCDEF";
  const messages = edits.map(([dataset, row, column, value, at], i) => ({
    timestamp: new Timestamp(at, i % 65536, node).toString(),
    content: toBinary(MessageSchema, create(MessageSchema, { dataset, row, column, value: `S:${value}` })),
  }));
  let trie = {};
  let written = 0;
  const begun = performance.now();
  for (let i = 0; i < messages.length; i += frame) {
    for (const m of messages.slice(i, i + frame)) {
      const content = fromBinary(MessageSchema, m.content);
      if (content.column === "") throw new Error("empty");
      trie = merkle.insert(trie, Timestamp.parse(m.timestamp));
    }
    trie = merkle.prune(trie);
    written += JSON.stringify(trie).length;
  }
  return { perSecond: (messages.length / (performance.now() - begun)) * 1000, written };
}

/** Cells of another site written into crsql_changes, a transaction a frame. */
async function crsqlite() {
  const require = createRequire(import.meta.url);
  const wasm = require.resolve("@vlcn.io/crsqlite-wasm/crsqlite.wasm");
  globalThis.fetch = async () => new Response(readFileSync(wasm), { headers: { "content-type": "application/wasm" } });
  globalThis.indexedDB = { open: () => new EventTarget() }; // for its file system in browsers, which ":memory:" does not use
  const init = (await import("@vlcn.io/crsqlite-wasm")).default;
  const sqlite = await init(() => wasm);
  const schema = [...new Set(edits.map(([entity]) => entity))].map((entity) => ({
    entity,
    columns: [...new Set(edits.filter((e) => e[0] === entity).map((e) => e[2]))],
  }));
  const open = async () => {
    const db = await sqlite.open();
    for (const { entity, columns } of schema) {
      await db.exec(`CREATE TABLE "${entity}" (id TEXT PRIMARY KEY NOT NULL, ${columns.map((c) => `"${c}" TEXT`).join(", ")})`);
      await db.exec(`SELECT crsql_as_crr('${entity}')`);
    }
    return db;
  };
  const there = await open();
  await there.tx(async (tx) => {
    for (const { entity } of schema)
      for (const row of new Set(edits.filter((e) => e[0] === entity).map((e) => e[1])))
        await tx.exec(`INSERT INTO "${entity}" (id) VALUES (?)`, [row]);
  });
  const here = await open();
  const insert = `INSERT INTO crsql_changes ("table", pk, cid, val, col_version, db_version, site_id, cl, seq) VALUES (?,?,?,?,?,?,?,?,?)`;
  const copy = async (from) => {
    const rows = await there.execA(
      `SELECT "table", pk, cid, val, col_version, db_version, crsql_site_id(), cl, seq FROM crsql_changes WHERE db_version > ?`, [from]);
    return rows;
  };
  const apply = async (rows) => {
    for (let i = 0; i < rows.length; i += frame)
      await here.tx(async (tx) => {
        const st = await tx.prepare(insert);
        for (const r of rows.slice(i, i + frame)) await st.run(tx, ...r);
        await st.finalize(tx);
      });
  };
  await apply(await copy(0));
  const [[base]] = await there.execA("SELECT crsql_db_version()");
  await there.tx(async (tx) => {
    for (const [entity, row, field, value] of edits) await tx.exec(`UPDATE "${entity}" SET "${field}" = ? WHERE id = ?`, [value, row]);
  });
  const changes = await copy(base);
  const begun = performance.now();
  await apply(changes);
  return { perSecond: (changes.length / (performance.now() - begun)) * 1000, cells: changes.length };
}

const a = actual();
const c = await crsqlite();
console.log(JSON.stringify({ actual: a.perSecond, crsqlite: c.perSecond, cells: c.cells, edits: edits.length }));

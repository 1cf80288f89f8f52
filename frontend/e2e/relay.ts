import { writeFile } from "node:fs/promises";
import { freeAddress } from "./computers";
import { run, temporaryFolder } from "./program";

/** The token that every operator here has written down. */
export const admission = "FICHA-INVENTADA-DE-LA-PRUEBA";

/** A relay on this computer. */
export async function startRelay(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = await temporaryFolder();
  const address = await freeAddress();
  const url = `http://${address}`;
  const tokens = `${folder.path}/admission.txt`;
  await writeFile(tokens, `${admission}\n`, { mode: 0o600 });
  const where = ["--data", folder.path, "--admission-file", tokens];
  const running = await run(["relay", "--url", url, "--addr", address, ...where], /http:\/\/\S+/);
  return {
    url,
    stop: async () => {
      await running.stop();
      await folder.remove();
    },
  };
}

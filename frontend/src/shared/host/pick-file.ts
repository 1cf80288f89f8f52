import type { PickedFile } from "./host";

/** Reads a dropped or chosen file into memory; only its bytes travel on, never the File. */
export async function readFile(file: File): Promise<PickedFile> {
  return { name: file.name, bytes: await file.arrayBuffer() };
}

/** Asks for one file. `accept` as the HTML attribute: ".csv,.xlsx". `null` when the person closes the dialog. */
export function pickFile(accept: string): Promise<PickedFile | null> {
  return new Promise((resolve, reject) => {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = accept;
    input.addEventListener("cancel", () => resolve(null));
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      if (file === undefined) resolve(null);
      else readFile(file).then(resolve, reject);
    });
    input.click();
  });
}

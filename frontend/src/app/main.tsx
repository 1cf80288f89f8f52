import "@mantine/core/styles.layer.css";
import "@mantine/dates/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "@mantine/spotlight/styles.layer.css";
import "./fonts.css";
import "./tokens.css";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { installLock } from "./locked-away";
import { Providers } from "./providers";
import { styleNonce } from "./style-nonce";

// Dialogs lock scrolling with a style element of their own, which asks this package for the nonce.
setNonce(styleNonce());

installLock();

// A file dropped beside its place must not replace the program on screen.
for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

createRoot(root).render(
  <StrictMode>
    <Providers>
      <App />
    </Providers>
  </StrictMode>,
);

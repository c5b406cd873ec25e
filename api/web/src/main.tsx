// The page begins here.
import "./theme.css";
import "./page.css";
import { render } from "preact";
import { App } from "./app";
import { follow } from "./state/location";
import { followTheme } from "./state/theme";

follow();
followTheme();
const host = document.getElementById("app");
if (host) render(<App />, host);

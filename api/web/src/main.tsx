// The page begins here.
import "./theme.css";
import "./page.css";
import "./touch.css";
import { render } from "preact";
import { App } from "./app";
import { followAnswers } from "./components/shell/announcing";
import { follow } from "./state/location";
import { followServer } from "./state/server";
import { followTheme } from "./state/theme";
import { followVersions } from "./state/versions";

follow();
followTheme();
followServer();
followVersions();
followAnswers();
const host = document.getElementById("app");
if (host) render(<App />, host);

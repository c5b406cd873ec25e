// The bar at the top: the box, the views, the moment, and the tools of the page.
import "./bar.css";
import { fresh, location } from "../../state/location";
import { VIEWS } from "../../views";
import { Box } from "../box/box";
import { Moment } from "./moment";
import { SignInOrOut } from "./sign_in";
import { ThemeChoice } from "./theme_choice";

export function Bar({ view }: { view: string }) {
  const { who } = location.value;
  return (
    <header class="bar">
      <h1>
        <a href={fresh({})}>Inroads</a>
      </h1>
      <Box />
      <nav aria-label="Views">
        {VIEWS.filter((each) => each.tab).map((each) => (
          <a
            key={each.name}
            href={fresh({ view: each.name, ...(each.about && who && { who }) })}
            aria-current={each.name === view ? "page" : undefined}
          >
            {each.tab}
          </a>
        ))}
      </nav>
      <div class="bar-tools">
        <Moment />
        <SignInOrOut />
        <ThemeChoice />
      </div>
    </header>
  );
}

import { Page, PageHeader } from "@blok/ui";
import { Atoms } from "./Atoms.tsx";
import { Molecules } from "./Molecules.tsx";
import { Tokens } from "./Tokens.tsx";

/** Every part that pages are made of, in each of its states, for those who build pages. */
export default function Gallery() {
  return (
    <Page title="Gallery">
      <PageHeader title="Gallery">
        The parts that every page is made of. Change the theme in the sidebar to see them in the other one.
      </PageHeader>
      <Tokens />
      <Atoms />
      <Molecules />
    </Page>
  );
}

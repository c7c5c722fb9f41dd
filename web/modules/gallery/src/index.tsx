import { Page } from "@blok/ui";

export default function Module() {
  return <Page title="gallery">gallery</Page>;
}

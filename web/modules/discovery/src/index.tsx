import { Page } from "@blok/ui";

export default function Module() {
  return <Page title="discovery">discovery</Page>;
}

import { Route, Switch } from "wouter";
import { CreatePage } from "./create/CreatePage.tsx";
import { EditPage } from "./edit/EditPage.tsx";

/** The pages to write workflows on. */
export default function Editor() {
  return (
    <Switch>
      <Route path="/workflows/create" component={CreatePage} />
      <Route path="/workflows/:owner/:name/edit">
        {({ owner, name }) => <EditPage key={`${owner}/${name}`} owner={owner} name={name} />}
      </Route>
    </Switch>
  );
}

import { Route, Switch } from "wouter";
import { DiscoverPage } from "./discover/DiscoverPage.tsx";
import { HomePage } from "./home/HomePage.tsx";
import { NodePage } from "./nodes/NodePage.tsx";
import { NodesPage } from "./nodes/NodesPage.tsx";
import { PackagePage } from "./package/PackagePage.tsx";

/** The pages to find, read and run what others have published. */
export default function Discovery() {
  return (
    <Switch>
      <Route path="/" component={HomePage} />
      <Route path="/workflows" component={DiscoverPage} />
      <Route path="/workflows/:owner/:name">
        {({ owner, name }) => <PackagePage key={`${owner}/${name}`} owner={owner} name={name} />}
      </Route>
      <Route path="/nodes" component={NodesPage} />
      <Route path="/nodes/:owner/:name">
        {({ owner, name }) =>
          owner.startsWith("@") ? (
            <NodePage name={`${owner}/${name}`} />
          ) : (
            <PackagePage key={`${owner}/${name}`} owner={owner} name={name} />
          )
        }
      </Route>
      <Route path="/nodes/:name">{({ name }) => <NodePage name={decodeURIComponent(name)} />}</Route>
    </Switch>
  );
}

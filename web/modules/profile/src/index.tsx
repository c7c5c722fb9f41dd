import { Route, Switch } from "wouter";
import { DashboardPage } from "./DashboardPage.tsx";
import { LoginPage } from "./LoginPage.tsx";
import { ProfilePage } from "./ProfilePage.tsx";
import { RegisterPage } from "./RegisterPage.tsx";
import { SettingsPage } from "./SettingsPage.tsx";

/** The pages about people: who they are, what they have made, and how they come in. */
export default function Profile() {
  return (
    <Switch>
      <Route path="/login" component={LoginPage} />
      <Route path="/register" component={RegisterPage} />
      <Route path="/dashboard" component={DashboardPage} />
      <Route path="/settings" component={SettingsPage} />
      <Route path="/profile/:handle">{({ handle }) => <ProfilePage key={handle} handle={handle} />}</Route>
    </Switch>
  );
}

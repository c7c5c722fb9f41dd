import { answer, api, type OwnProfile, Problem } from "@blok/api";
import { reloadUser, setTheme, type Theme, tell, useTheme } from "@blok/state";
import { Button, Notice, Page, PageHeader, Section, Select, TextArea, TextField } from "@blok/ui";
import { type FormEvent, useState } from "react";
import css from "./profile.module.css";
import { SignedIn } from "./SignedIn.tsx";

const FIELDS = ["/display_name", "/bio", "/location", "/website"];
const THEMES: { value: Theme; label: string }[] = [
  { value: "system", label: "As this machine" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

/** The public profile, and how the hub looks in this browser. */
export function SettingsPage() {
  const theme = useTheme(state => state.theme);
  return (
    <SignedIn title="Settings">
      {user => (
        <Page title="Settings" width="narrow">
          <PageHeader title="Settings">What others see of you, and how the hub looks to you.</PageHeader>
          <ProfileForm user={user} />
          <Section title="Looks">
            <div className={css.narrowField}>
              <Select label="Theme" value={theme} onChange={event => setTheme(event.target.value as Theme)}>
                {THEMES.map(({ value, label }) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </Select>
            </div>
          </Section>
        </Page>
      )}
    </SignedIn>
  );
}

function ProfileForm({ user }: { user: OwnProfile }) {
  const [values, setValues] = useState({
    display_name: user.display_name,
    bio: user.bio,
    location: user.location,
    website: user.website,
  });
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const change = (field: keyof typeof values) => (event: { target: { value: string } }) =>
    setValues({ ...values, [field]: event.target.value });

  async function save(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await answer(api.PATCH("/api/users/me", { body: values }));
      await reloadUser();
      tell("Your profile is saved.");
    } catch (error) {
      setProblem(error instanceof Problem ? error : Problem.unreachable());
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className={css.form} onSubmit={save}>
      {problem && !problem.isAbout(FIELDS) && <Notice tone="error">{problem.message}</Notice>}
      <TextField
        label="Name"
        value={values.display_name}
        maxLength={100}
        error={problem?.at("/display_name")}
        onChange={change("display_name")}
      />
      <TextArea label="About you" value={values.bio} error={problem?.at("/bio")} onChange={change("bio")} />
      <TextField
        label="Place"
        value={values.location}
        error={problem?.at("/location")}
        onChange={change("location")}
      />
      <TextField
        label="Website"
        type="url"
        placeholder="https://"
        value={values.website}
        error={problem?.at("/website")}
        onChange={change("website")}
      />
      <div>
        <Button type="submit" variant="primary" busy={busy}>
          Save
        </Button>
      </div>
    </form>
  );
}

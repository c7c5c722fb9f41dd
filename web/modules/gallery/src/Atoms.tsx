import {
  Avatar,
  Badge,
  Button,
  Checkbox,
  Code,
  Command,
  IconButton,
  icons,
  Kbd,
  Logo,
  Section,
  Select,
  Skeleton,
  Spinner,
  TextArea,
  TextField,
  type Tone,
} from "@blok/ui";
import { useState } from "react";
import css from "./gallery.module.css";

const TONES: Tone[] = ["neutral", "primary", "success", "warning", "error", "violet", "cyan"];
const SAMPLE = '{\n  "use": "@blokjs/expr",\n  "retries": 3,\n  "active": true\n}';

/** The smallest parts. */
export function Atoms() {
  const [ticked, setTicked] = useState(true);
  const [pressed, setPressed] = useState(true);
  return (
    <>
      <Section title="Buttons">
        <div className={css.row}>
          <Button variant="primary" icon={icons.Play}>
            Primary
          </Button>
          <Button icon={icons.GitFork}>Secondary</Button>
          <Button variant="quiet">Quiet</Button>
          <Button variant="danger" icon={icons.Trash2}>
            Danger
          </Button>
          <Button variant="primary" busy>
            Busy
          </Button>
          <Button disabled>Disabled</Button>
          <Button size="small">Small</Button>
          <Button size="large">Large</Button>
          <IconButton
            icon={icons.LayoutGrid}
            label="Pressed"
            pressed={pressed}
            onClick={() => setPressed(!pressed)}
          />
          <IconButton icon={icons.List} label="Not pressed" />
        </div>
      </Section>
      <Section title="Badges and marks">
        <div className={css.row}>
          {TONES.map(tone => (
            <Badge key={tone} tone={tone} icon={icons.CircleCheck}>
              {tone}
            </Badge>
          ))}
          <Avatar handle="blok" />
          <Avatar handle="ada-lovelace" size={32} />
          <Avatar handle="grace" size={64} />
          <Logo />
          <Kbd keys="Mod+Enter" />
          <Spinner />
        </div>
      </Section>
      <Section title="Fields">
        <div className={css.fields}>
          <TextField label="Text" placeholder="Something to write" hint="A hint says what is expected." />
          <TextField
            label="With an error"
            defaultValue="Not A Name"
            error="Lower-case letters, digits and hyphens only."
          />
          <Select label="Choice">
            <option>The first</option>
            <option>The second</option>
          </Select>
          <TextArea label="Several lines" mono defaultValue={SAMPLE} />
          <Checkbox label="A box to tick" count={12} checked={ticked} onChange={() => setTicked(!ticked)} />
        </div>
      </Section>
      <Section title="Code">
        <div className={css.stack}>
          <Code text={SAMPLE} language="json" label="A sample" />
          <Command text="blok install blok/csv-to-json" />
          <Skeleton width="60%" height={20} />
        </div>
      </Section>
    </>
  );
}

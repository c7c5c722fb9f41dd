import { Section } from "@blok/ui";
import css from "./gallery.module.css";

const COLOURS = [
  ["bg", "surface", "sunken", "line", "line-strong", "dot"],
  ["text", "muted", "faint", "link", "primary", "primary-soft"],
  ["success", "success-fill", "success-soft", "warning", "warning-fill", "warning-soft"],
  ["error", "error-fill", "error-soft", "violet", "violet-soft", "cyan", "cyan-soft"],
];
const SIZES = [48, 32, 24, 20, 18, 16, 14, 12];

/** Colours and sizes of type. */
export function Tokens() {
  return (
    <>
      <Section title="Colours">
        <ul className={css.colours}>
          {COLOURS.flat().map(name => (
            <li key={name}>
              <span className={css.swatch} style={{ background: `var(--${name})` }} />
              <code>{name}</code>
            </li>
          ))}
        </ul>
      </Section>
      <Section title="Type">
        <ul className={css.type}>
          {SIZES.map(size => (
            <li key={size}>
              <code>{size}</code>
              <span style={{ fontSize: `var(--size-${size})`, fontWeight: size > 18 ? 600 : 400 }}>
                Every step with its data
              </span>
            </li>
          ))}
          <li>
            <code>mono</code>
            <code>@blokjs/api-call · 0.3 ms</code>
          </li>
        </ul>
      </Section>
    </>
  );
}

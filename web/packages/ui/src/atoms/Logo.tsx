import css from "./Logo.module.css";

/** The mark of the house: four blocks. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 28 28" aria-hidden className={css.logo}>
      <rect width="28" height="28" rx="8" className={css.ground} />
      <rect x="7" y="7" width="6" height="6" rx="1.5" fill="#ffffff" />
      <rect x="15" y="7" width="6" height="6" rx="1.5" fill="#10b981" />
      <rect x="7" y="15" width="6" height="6" rx="1.5" fill="#93b4ff" />
      <rect x="15" y="15" width="6" height="6" rx="1.5" fill="#f59e0b" />
    </svg>
  );
}

import type { LintProblem } from "@blok/api";
import { icons, Notice } from "@blok/ui";
import type { WorkflowDocument } from "./useDocument.ts";
import css from "./Workbench.module.css";

/** What is wrong with the file, each with its line and how to mend it. */
export function Problems({ document }: { document: WorkflowDocument }) {
  if (document.lintProblem) return <Notice tone="error">{document.lintProblem.message}</Notice>;
  const problems = document.lint?.problems;
  if (!problems) return <p className={css.none}>The file is being checked…</p>;
  if (problems.length === 0) {
    return (
      <p className={css.clean}>
        <icons.CircleCheck size={16} aria-hidden />
        The file keeps every rule of the format.
      </p>
    );
  }
  return (
    <ul className={css.problems} aria-label="Problems">
      {problems.map(each => (
        <Row key={`${each.line}:${each.column} ${each.rule} ${each.message}`} problem={each} />
      ))}
    </ul>
  );
}

function Row({ problem }: { problem: LintProblem }) {
  const error = problem.severity === "error";
  return (
    <li className={error ? css.error : css.warning}>
      {error ? (
        <icons.CircleAlert size={16} aria-label="Error" />
      ) : (
        <icons.TriangleAlert size={16} aria-label="Hint" />
      )}
      <div>
        <p>
          <strong>Line {problem.line}</strong> {problem.message}
        </p>
        {problem.fix && <p className={css.fix}>{problem.fix}</p>}
      </div>
      <code>{problem.rule}</code>
    </li>
  );
}

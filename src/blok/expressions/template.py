"""Templates: any JSON value of a workflow file, with `js/` and `${}` strings in it, compiled once.

A template is rendered in two passes when it feeds a module node: first without data, then with the data of
the previous step. The second pass only looks at what the AUTHOR wrote and the first pass could not resolve.
Text that came out of data is never evaluated, however much it looks like an expression.
"""

import re
from typing import Any

from blok.expressions.engine import Evaluator
from blok.expressions.errors import (
    FailedExpression,
    MapperResolutionError,
    missing_state_error,
    resolution_error,
)
from blok.expressions.rendering import Ctx, Failed, Profile, Render, compile_value

_STATE_PATH = re.compile(
    r"""\s*(?:ctx\.)?(?:state|vars)(?:\.([A-Za-z_$][\w$]*)|\[(?:"([^"\\]+)"|'([^'\\]+)')\])""", re.ASCII
)


class Template:
    """A compiled value.

    `constant` says that rendering never changes anything; `value` is what it was made of.
    """

    def __init__(self, value: Any, profile: Profile) -> None:
        self.value = value
        self.profile = profile
        rendering = compile_value(value, profile)
        self.constant = not rendering.dynamic
        self._once, self._twice = rendering.once, rendering.twice

    def render(
        self,
        evaluator: Evaluator,
        ctx: Ctx,
        data: Any = None,
        *,
        step: str | None = None,
        workflow: str | None = None,
    ) -> Any:
        """One pass.

        Returns fresh containers (parts taken from ctx by `js/` are the very objects of ctx). A `js/` value
        that is undefined is left out of an object, is null in an array, and is UNDEFINED on its own. Raises
        MapperResolutionError in strict mode.
        """
        try:
            return self._once(evaluator, ctx, data)
        except Failed as failed:
            raise _explain(failed, ctx, step, workflow) from failed.cause

    def render_twice(
        self,
        evaluator: Evaluator,
        ctx: Ctx,
        data: Any,
        *,
        step: str | None = None,
        workflow: str | None = None,
    ) -> Any:
        """Both passes: what fails without data is tried again with it.

        Strict templates fail in the first pass.
        """
        try:
            return self._twice(evaluator, ctx, data)
        except Failed as failed:
            raise _explain(failed, ctx, step, workflow) from failed.cause

    def bound(self, step: str | None, workflow: str | None, *, twice: bool = False) -> Render:
        """`render` or `render_twice` for one step, as a function of (evaluator, ctx, data): the quick way."""
        render = self._twice if twice else self._once

        def run(evaluator: Evaluator, ctx: Ctx, data: Any) -> Any:
            try:
                return render(evaluator, ctx, data)
            except Failed as failed:
                raise _explain(failed, ctx, step, workflow) from failed.cause

        return run


def compile_template(value: Any, profile: Profile) -> Template:
    """Compile a JSON value of a workflow file (references in it must have been lowered)."""
    return Template(value, profile)


def _explain(failed: Failed, ctx: Ctx, step: str | None, workflow: str | None) -> MapperResolutionError:
    name = workflow if workflow is not None else ctx.get("workflow_name")
    context = FailedExpression(failed.source, failed.syntax, name, step, failed.cause)
    found = _STATE_PATH.match(failed.source)
    if found:
        state_id = found[1] or found[2] or found[3]
        if state_id not in (ctx.get("state") or {}):
            return missing_state_error(context, state_id)
    return resolution_error(context)

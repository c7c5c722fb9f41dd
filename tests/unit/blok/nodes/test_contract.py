"""A node is a typed function; its types are its schema."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

import msgspec
import pytest

from blok.nodes import Context, GlobalError, InputError, Node, NodeBase, NodeRegistry, NodeResponse, node
from blok.runner import Engine, Outcome, Settings
from blok.workflow import normalise


class Point(msgspec.Struct):
    x: int
    y: int = 0


@dataclass
class Sum:
    total: int


class Options(TypedDict):
    level: Literal["low", "high"]
    note: NotRequired[str]


async def call(target: Node, inputs: dict[str, Any], generation: int = 2) -> Outcome:
    engine = Engine(NodeRegistry({target.name: target}), settings=Settings(environment="test"))
    if generation == 1:
        steps = [{"name": "a", "node": target.name, "type": "module"}]
        document = {"name": "case", "steps": steps, "nodes": {"a": {"inputs": inputs}}}
    else:
        document = {"name": "case", "steps": [{"id": "a", "use": target.name, "inputs": inputs}]}
    plan = engine.compile(normalise(document, generation=generation))  # type: ignore[arg-type]
    return await engine.run(plan, {"body": {}, "headers": {}})


class TestFunctions:
    async def test_structs_in_and_dataclasses_out(self) -> None:
        @node
        def add(inputs: Point) -> Sum:
            return Sum(inputs.x + inputs.y)

        assert (await call(add, {"x": 2})).data == {"total": 2}
        assert add.input.schema["required"] == ["x"]
        assert add.output.schema["properties"]["total"] == {"type": "integer"}

    async def test_async_functions_with_the_context(self) -> None:
        @node(name="@acme/who")
        async def who(ctx: Context, _inputs: dict[str, Any]) -> str:
            return ctx.workflow_name

        assert (await call(who, {})).data == "case"

    async def test_a_function_may_take_nothing(self) -> None:
        @node
        def one() -> int:
            return 1

        assert (await call(one, {})).data == 1

    async def test_a_failing_input_names_every_problem(self) -> None:
        @node
        def pick(inputs: Options) -> str:
            return inputs["level"]

        outcome = await call(pick, {"level": "mid", "note": 3})
        assert isinstance(outcome.error, InputError)
        assert outcome.error.json["validation_errors"] == [
            {
                "path": ["level"],
                "message": "Invalid enum value. Expected 'low' | 'high', received 'mid'",
                "code": "invalid_enum_value",
            },
            {"path": ["note"], "message": "Expected string, received number", "code": "invalid_type"},
        ]

    async def test_a_failing_output_is_reported_too(self) -> None:
        @node
        def wrong(_inputs: dict[str, Any]) -> Options:
            return {"level": "mid"}  # type: ignore[typeddict-item]

        outcome = await call(wrong, {})
        assert outcome.error.code == 400  # type: ignore[union-attr]

    async def test_any_other_error_is_a_500_with_its_message(self) -> None:
        @node
        def broken(_inputs: dict[str, Any]) -> None:
            raise ConnectionError("no route")

        error = (await call(broken, {})).error
        assert isinstance(error, GlobalError)
        assert (error.code, error.message, error.name) == (500, "no route", "broken")

    async def test_a_blocking_function_runs_beside_the_event_loop(self) -> None:
        import threading

        @node(blocking=True)
        def where(_inputs: dict[str, Any]) -> bool:
            return threading.current_thread() is threading.main_thread()

        assert (await call(where, {})).data is False

    async def test_a_flow_node_answers_with_steps(self) -> None:
        @node(flow=True)
        def choose(_inputs: dict[str, Any]) -> list[dict[str, Any]]:
            return [{"id": "chosen", "use": "mapper", "inputs": {"model": {"v": "js/1 + 1"}}}]

        assert (await call(choose, {})).data == {"v": 2}

    async def test_a_flow_node_must_answer_with_a_list(self) -> None:
        @node(flow=True)
        def choose(_inputs: dict[str, Any]) -> dict[str, Any]:
            return {}

        error = (await call(choose, {})).error
        assert 'Flow node "choose" must return an array of steps, got object.' in str(error)


class TestClasses:
    async def test_the_class_form_checks_its_json_schema(self) -> None:
        class Greet(NodeBase):
            name = "greet"
            input_schema = {"type": "object", "properties": {"who": {"type": "string"}}, "required": ["who"]}  # noqa: RUF012

            async def handle(self, ctx: Context, inputs: Any) -> NodeResponse:
                return NodeResponse().set_success(f"Hi {inputs['who']}")

        assert (await call(Greet().as_node(), {"who": "Ada"}, generation=1)).data == "Hi Ada"
        assert (
            str((await call(Greet().as_node(), {}, generation=1)).error) == 'instance requires property "who"'
        )

    async def test_an_error_set_on_the_response_fails_the_step(self) -> None:
        class Refuse(NodeBase):
            def handle(self, ctx: Context, inputs: Any) -> NodeResponse:
                return NodeResponse().set_error(GlobalError("no", code=403))

        assert (await call(Refuse().as_node(), {})).error.code == 403  # type: ignore[union-attr]


class TestRegistry:
    @pytest.mark.parametrize(
        "name", ["@blokjs/api-call", "@nanoservice-ts/api-call", "@blokjs/api-call@1.0.0"]
    )
    def test_both_package_names_mean_the_same_node(self, name: str) -> None:
        found = NodeRegistry().find(name)
        assert found is not None
        assert found.name == "@blokjs/api-call"

    def test_nodes_of_a_folder_are_found_and_broken_ones_skipped(self, tmp_path: Path) -> None:
        (tmp_path / "one.py").write_text(
            "from blok.nodes import node\n@node\ndef one_up(inputs: dict) -> int:\n    return 1\n"
        )
        (tmp_path / "two").mkdir()
        (tmp_path / "two" / "node.py").write_text(
            "from blok.nodes import NodeBase\nclass Two(NodeBase):\n    name = 'two'\n"
            "    def handle(self, ctx, inputs):\n        return 2\n"
        )
        (tmp_path / "bad.py").write_text("import nothing_of_this_name\n")
        (tmp_path / "_hidden.py").write_text("raise SystemExit\n")
        registry = NodeRegistry()
        registry.discover(tmp_path)
        assert registry.find("one-up") is not None
        assert registry.find("two") is not None
        assert [Path(file).name for file in registry.failures] == ["bad.py"]

    def test_every_built_in_node_is_described_and_shown_by_example(self) -> None:
        for item in NodeRegistry():
            assert item.description, item.name
            assert item.examples, item.name
            assert item.input.schema.get("type") == "object", item.name

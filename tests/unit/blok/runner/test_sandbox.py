"""A stranger's workflow can only do what the policy grants."""

from typing import Any

from blok.runner import SandboxPolicy, execute

SAMPLE = {
    "name": "User Registration",
    "version": "1.0.0",
    "trigger": {"http": {"method": "POST", "path": "/", "accept": "application/json"}},
    "steps": [{"name": "register-user", "node": "user-auth", "type": "module"}],
    "nodes": {
        "register-user": {
            "inputs": {
                "operation": "register",
                "email": "${ctx.request.body.email}",
                "password": "${ctx.request.body.password}",
                "username": "${ctx.request.body.username}",
            }
        }
    },
}
CALL = {
    "name": "call out",
    "steps": [{"id": "c", "use": "@blokjs/api-call", "inputs": {"url": "https://api.example.com/x"}}],
}


def workflow(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"name": "case", "version": "1.0.0", "steps": list(steps)}


def test_the_registration_sample_runs_with_a_node_of_the_host() -> None:
    heard: list[str] = []
    body = {"email": "ada@example.com", "password": "secret", "username": "ada"}
    result = execute(
        SAMPLE,
        {"method": "POST", "body": body},
        host_nodes={"user-auth": lambda inputs: {"id": 7, **inputs}},
        on_step=lambda record: heard.append(record["step"]),
    )
    assert result.status == "completed"
    assert result.response is not None
    assert result.response["body"] == {"id": 7, "operation": "register", **body}
    assert heard == ["register-user"]
    assert result.trace[0]["inputs"]["email"] == "ada@example.com"


def test_no_host_can_be_called_unless_it_is_granted() -> None:
    result = execute(CALL)
    assert result.status == "failed"
    assert "not among the hosts" in result.response["body"]["error"]  # type: ignore[index]


def test_a_recorded_answer_stands_in_for_a_call() -> None:
    fixture = {"method": "GET", "url": "https://api.example.com/x", "status": 200, "body": {"a": 1}}
    result = execute(CALL, policy=SandboxPolicy(fixtures=(fixture,)))
    assert result.response["body"] == {"a": 1}  # type: ignore[index]


def test_an_endless_loop_is_stopped() -> None:
    loop = {
        "while": "true",
        "maxIterations": 10**9,
        "do": [{"id": "a", "use": "mapper", "inputs": {"model": {}}}],
    }
    by_steps = execute(workflow({"id": "l", "loop": loop}), policy=SandboxPolicy(max_steps=100))
    assert (by_steps.status, by_steps.error["name"]) == ("failed", "StepLimit")  # type: ignore[index]
    by_time = execute(workflow({"id": "w", "wait": {"for": "1h"}}), policy=SandboxPolicy(wall_seconds=0.1))
    assert by_time.status == "timed_out"


def test_the_environment_is_empty() -> None:
    result = execute(workflow({"id": "a", "use": "@blokjs/expr", "inputs": {"expression": "ctx.env"}}))
    assert result.response["body"] == {}  # type: ignore[index]


def test_only_allowed_nodes_exist() -> None:
    result = execute(CALL, policy=SandboxPolicy(allowed_nodes=("mapper",)))
    assert (result.status, result.error["message"]) == ("invalid", "Node @blokjs/api-call not found")  # type: ignore[index]


def test_an_answer_that_is_too_large_is_refused() -> None:
    big = workflow({"id": "a", "use": "@blokjs/expr", "inputs": {"expression": "'x'.repeat(5000)"}})
    result = execute(big, policy=SandboxPolicy(max_output_bytes=1000))
    assert result.error["name"] == "OutputLimit"  # type: ignore[index]


def test_a_text_that_is_no_workflow_is_invalid_with_its_line() -> None:
    result = execute('{\n"name": }')
    assert (result.status, result.error["line"]) == ("invalid", 2)  # type: ignore[index]


def test_a_workflow_cannot_call_its_host_through_itself() -> None:
    child = {
        "name": "child",
        "trigger": {"http": {"path": "/x"}},
        "steps": [{"id": "a", "use": "mapper", "inputs": {}}],
    }
    parent = workflow({"id": "s", "subworkflow": "child", "dispatch": "http-self"})
    result = execute(parent, workflows={"child": child})
    assert "not available here" in result.response["body"]["error"]  # type: ignore[index]

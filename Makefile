# Everything runs in .venv, made from the pinned and hashed requirements.
# Another Python or place: make PYTHON=python3.13 VENV=/tmp/venv run
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run install init doctor smoke tools test quick check bench format pages pictures words lock clean

run: install
	@$(BIN)/python -m bot run

install: $(VENV)/.installed

init doctor: install
	@$(BIN)/python -m bot $@

# A first start, an answer, a signature and a stop, with nothing but what `make run` installs.
smoke: install
	@$(BIN)/python -m tests.operator.smoke

# What tests need from npm: the Solidity compiler and an Ethereum node, and axe, which looks at pages.
tools:
	npm --prefix contracts ci --no-audit --no-fund
	npm --prefix tests/web ci --no-audit --no-fund

# Tests often wait for processes, browsers and servers: auto is two workers for each processor. Modules are compiled
# once for all workers and processes, also where PYTHONDONTWRITEBYTECODE is set.
WORKERS ?= auto
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test: $(VENV)/.installed-dev
	$(PYTEST)

# The rules of the areas and the language of chat, on SQLite only: within a minute.
quick: $(VENV)/.installed-dev
	$(PYTEST) -k "not postgresql" tests/areas tests/chat tests/test_imports.py tests/test_membership.py

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy --follow-imports=silent tests/bench
	$(BIN)/python -m pytest tests/test_imports.py

bench: $(VENV)/.installed-bench
	@$(BIN)/python -m tests.bench $(ONLY)

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The parts of docs/ that follow from the code: commands, areas, files of an export. A test compares them.
pages: $(VENV)/.installed-dev
	$(BIN)/python -m tests.docs.made

# The catalogues of bot/locales: adds new words, drops old ones, compiles. A test compares them.
words: $(VENV)/.installed-dev
	$(BIN)/python -m tests.docs.catalogue

# The README's pictures, out of the playground with its demo union, by chromium.
pictures: $(VENV)/.installed-dev
	$(BIN)/python -m tests.docs.pictures

# Needs uv (pip install uv); writes the lock files from pyproject.toml.
lock:
	uv pip compile -q pyproject.toml --universal --generate-hashes --python-version 3.11 \
		--no-emit-index-url --no-header --no-annotate -o requirements.lock
	uv pip compile -q pyproject.toml --extra dev --universal --generate-hashes --python-version 3.11 \
		--no-emit-index-url --no-header --no-annotate -o requirements-dev.lock
	uv pip compile -q pyproject.toml --extra dev --extra bench --universal --generate-hashes --python-version 3.11 \
		--no-emit-index-url --no-header --no-annotate -o requirements-bench.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Muster needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	@printf '%s\n' '#!/bin/sh' '# The command line of this checkout, from anywhere.' \
		'PYTHONPATH="$(CURDIR)" exec "$(abspath $(BIN))/python" -P -m bot "$$@"' > $(BIN)/muster
	@chmod +x $(BIN)/muster

$(VENV)/.installed: requirements.lock | $(VENV)/bin/python
	$(BIN)/pip install --disable-pip-version-check -q --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock | $(VENV)/bin/python
	$(BIN)/pip install --disable-pip-version-check -q --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-bench: requirements-bench.lock | $(VENV)/bin/python
	$(BIN)/pip install --disable-pip-version-check -q --require-hashes -r requirements-bench.lock
	@touch $@ $(VENV)/.installed-dev $(VENV)/.installed

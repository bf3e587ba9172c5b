# One command each on a fresh machine with Python 3.11 to 3.13 and make: `make run`, `make test`.
.PHONY: help run setup dev test soak bench lint format lock clean

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 && echo $$p && break; done)
IN := .venv/bin

help:
	@echo "make run      set up, start, take the sample calls in"
	@echo "make setup    set up only, so that .venv/bin/exemplar exists"
	@echo "make test     every test        make soak   the long ones"
	@echo "make bench    the benchmarks, into bench/RESULTS.md (PART=name for one)"
	@echo "make lint     ruff, mypy, import-linter"

run: setup
	@exec $(IN)/exemplar up --sample

setup: python
	@$(PYTHON) requirements/install.py runtime

dev: python
	@$(PYTHON) requirements/install.py dev

test: dev
	@$(IN)/python -m pytest -n 3 --dist loadfile --reruns 1

soak: dev
	@$(IN)/python -m pytest -s -m soak --soak --timeout 7200

bench: dev
	@$(IN)/python -m bench $(PART)

lint: dev
	@$(IN)/ruff check .
	@$(IN)/ruff format --check .
	@$(IN)/mypy
	@$(IN)/lint-imports

format: dev
	@$(IN)/ruff check --fix .
	@$(IN)/ruff format .

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q pyproject.toml --group build -o requirements/runtime.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q pyproject.toml --group build --group dev -c requirements/runtime.txt -o requirements/dev.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-deps -q requirements/models.in -o requirements/models.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q requirements/peers.in -o requirements/peers.txt

clean:
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "Exemplar needs Python 3.11, 3.12 or 3.13, and found none. On Debian or Ubuntu: sudo apt-get install -y python3 python3-venv"; exit 1; }

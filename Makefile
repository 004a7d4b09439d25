# Two commands for a new machine: `make run` and `make test`. They need python3 (3.11 or newer)
# with pip and venv, and nothing else; what is missing is installed into .venv.

PY := .venv/bin/python
PORT := 8000
.DEFAULT_GOAL := help
.PHONY: help setup run test check prove bench demo services lock vendor test-next clean

help:
	@echo 'make setup      build .venv from requirements.lock, and nothing else'
	@echo 'make run        the product on http://127.0.0.1:8000, with demo data'
	@echo 'make test       every test this machine can run; says what it left out'
	@echo 'make check      linters, types, import rules, production settings'
	@echo 'make prove      kills workers and brokers and counts what was lost (nothing)'
	@echo 'make bench      measures speed'
	@echo 'make demo       load the demo into an empty database'
	@echo 'make services   as root on Debian: PostgreSQL, Redis, Chromium for the tests'
	@echo 'make test-next  the tests on the newest Django and Python'
	@echo 'make lock       resolve the versions again'
	@echo 'make vendor     fetch the scripts and fonts that pages are served with (needs node)'
	@echo 'make clean      remove what the commands above made, but not var/'

setup: .venv/.runtime

$(PY):
	@sh deploy/venv.sh .venv

.venv/.runtime: requirements.lock | $(PY)
	@sh deploy/install.sh .venv requirements.lock
	@touch $@

# Holds everything of requirements.lock as well.
.venv/.dev: requirements-dev.lock | $(PY)
	@sh deploy/install.sh .venv requirements-dev.lock
	@touch .venv/.runtime $@

run: .venv/.runtime
	@$(PY) manage.py dev --port $(PORT)

demo: .venv/.runtime
	@$(PY) manage.py demo

test: .venv/.dev
	@$(PY) -m tests.everything

prove: .venv/.dev
	@$(PY) -m pytest -q -n 0 -s -m prove tests/prove

bench: .venv/.dev
	@$(PY) -m tests.bench

# Settings as production has them; the names are examples.
PRODUCTION := VOC_PRODUCTION=1 VOC_BASE_URL=https://voc.example.jp VOC_ALLOWED_HOSTS=voc.example.jp \
	VOC_SMTP_HOST=mail.example.jp VOC_NUM_PROXIES=1 \
	VOC_SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))')

check: .venv/.dev
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/djade --target-version 5.2 --check $$(find templates -name '*.html')
	$(PY) manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) -m voc.vendor --check

services:
	@bash deploy/services.sh

UV := .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header

lock: .venv/.dev
	$(UV) --python-version 3.11 pyproject.toml -o requirements.lock
	$(UV) --python-version 3.11 --extra test --extra check -c requirements.lock pyproject.toml -o requirements-dev.lock
	echo 'django>=6' | $(UV) --python-version 3.12 --extra test --override - pyproject.toml -o requirements-next.lock

test-next:
	@sh deploy/venv.sh .venv-next 3.12
	@sh deploy/install.sh .venv-next requirements-next.lock
	@.venv-next/bin/python -m pytest -q -n auto

vendor: .venv/.runtime
	$(PY) -m voc.vendor

clean:
	rm -rf .venv .venv-next .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache static-root

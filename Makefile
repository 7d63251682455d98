# `make run` and `make test` do the whole set-up; they write only into .venv and .data, which git ignores.
PYTHON ?= python3
BIN := .venv/bin
CODE := services shared web deploy tests bench docs

.PHONY: run reset test test-compose test-alerts drills lint check bench docs mails screenshots migration lock sbom vulnerabilities broker chromium promtool env up down
.DEFAULT_GOAL := test

# Python of Debian has no ensurepip: root installs its package here, other users get a message
.venv/installed: requirements/development.txt requirements/install.sh
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; set PYTHON to one."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
		&& apt-get update -q && apt-get install -y -q --no-install-recommends python3-venv; } \
		|| { echo "Python's venv module is needed: install python3-venv."; exit 1; }
	$(PYTHON) -m venv .venv
	sh requirements/install.sh $(BIN)/python requirements/development.txt
	@touch $@

# all services in one process, with demo data, on PORT (default: 8000)
run: .venv/installed
	@exec $(BIN)/python -m deploy.embedded

reset: .venv/installed
	@$(BIN)/python -m deploy.embedded reset

broker:
	@[ -n "$$PARCOURSPRO_TEST_AMQP_URL" ] || [ -e /usr/lib/rabbitmq/bin/rabbitmq-server ] \
		|| command -v rabbitmq-server >/dev/null || { \
		[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -q && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends rabbitmq-server; } \
		|| { echo "The tests need RabbitMQ: install the package rabbitmq-server, or set PARCOURSPRO_TEST_AMQP_URL."; exit 1; }

# without it the tests of the pages are skipped, and the summary says so
chromium:
	@[ -n "$$PARCOURSPRO_TEST_CHROMIUM" ] || command -v chromium >/dev/null || { \
		[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -q && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium; } \
		|| echo "Without the package chromium, or a path in PARCOURSPRO_TEST_CHROMIUM, no test runs in a browser."

# of the package prometheus, whose server is not installed; without it the tests of the alerts are skipped
promtool: .venv/installed
	@command -v promtool >/dev/null || [ -x $(BIN)/promtool ] || { command -v apt-get >/dev/null && cd .venv && \
		{ [ "$$(id -u)" != 0 ] || apt-get update -q; } && apt-get download -q prometheus && \
		dpkg-deb -x prometheus_*.deb prometheus && mv prometheus/usr/bin/promtool bin && \
		rm -r prometheus prometheus_*.deb; } \
		|| echo "Without promtool, of the package prometheus, the alerts are not tested."

# in three processes, each with its own servers: they wait more than they compute; all branches of the domains and of the messaging must be covered
test: .venv/installed broker chromium promtool
	$(BIN)/python -m pytest --numprocesses 3 --dist worksteal --cov --cov-report=
	$(BIN)/coverage report --fail-under=100 --skip-covered

# the system on Docker while its containers are scaled, stopped and killed, about a quarter of an hour: JOURNEYS=1000,
# and side by side with another version: OLD=<commit>; needs the images that docker-compose.yml names
test-compose: .venv/installed
	$(BIN)/python -m tests.compose

# a real fault for each alert of Prometheus on such a system, about an hour: docs/drills.md
test-alerts: .venv/installed
	$(BIN)/python -m tests.compose.alerts

# long tests with the time-outs of production, one after the other: docs/drills.md
drills: .venv/installed broker
	$(BIN)/python -m pytest -s -o python_files='drill_*.py' tests/drills

# what needs no server: a minute
lint: .venv/installed
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports --no-cache

# with the tests that compare code, documents and calls with each other, which are part of `make test` too
check: lint
	$(BIN)/python -m pytest -q tests/architecture tests/web/test_calls.py

bench: .venv/installed broker
	$(BIN)/python -m bench

# generate from the code: the messages' schemas and their two documents, the broker's definitions, what the files of a
# deployment say of each service, the services' objects of Kubernetes, and the tables of settings, of data and of pages
docs: .venv/installed
	$(BIN)/python -m docs.generate

# every kind of mail with example facts, as text, page and picture (with Chromium): .data/mails/index.html
mails: .venv/installed
	$(BIN)/python -m docs.mails

# every page at 1280 and 390 px, light and dark: .data/screenshots/index.html
screenshots: .venv/installed chromium
	$(BIN)/python -m tests.browser.screenshots

# write the migration to the tables that a service declares: make migration SERVICE=enrollment NAME="Group requests"
migration: .venv/installed
	@$(BIN)/python -m docs.migration $(SERVICE) "$(NAME)"

# of what the images install: what each is made of, in CycloneDX's form, in .data/sbom/; and the known vulnerabilities,
# which PyPI must be reachable for: a package that it does not answer for is an error too
.venv/supply-chain/installed: requirements/supply-chain.txt .venv/installed
	$(PYTHON) -m venv .venv/supply-chain
	sh requirements/install.sh .venv/supply-chain/bin/python requirements/supply-chain.txt
	@touch $@

sbom: .venv/supply-chain/installed
	mkdir -p .data/sbom
	for name in web $(SERVICES); do \
		.venv/supply-chain/bin/cyclonedx-py requirements --output-file .data/sbom/$$name.json requirements/$$name.txt || exit; \
	done

vulnerabilities: .venv/supply-chain/installed
	for name in web $(SERVICES); do \
		.venv/supply-chain/bin/pip-audit --strict --disable-pip --require-hashes --requirement requirements/$$name.txt || exit; \
	done

# the distributed system on Docker, for this machine only: with secrets of the repository, and Mailpit
COMPOSE ?= $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)
DEVELOPMENT := --env-file deploy/development.env -f docker-compose.yml -f docker-compose.development.yml

# the file .env for real people, with random secrets; a file that exists is not changed
env:
	@$(PYTHON) -m deploy.environment

# replicas of any process: make up SCALE="enrollment-api=2 enrollment-worker=2"
up:
	REVISION=$$(git rev-parse HEAD 2>/dev/null) $(COMPOSE) $(DEVELOPMENT) up --build --detach $(SCALE:%=--scale %)

down:
	$(COMPOSE) $(DEVELOPMENT) down

# keeps the pinned versions unless an .in file needs another one; to upgrade all: make lock UPGRADE=--upgrade
SERVICES := $(patsubst services/%/wiring.py,%,$(wildcard services/*/wiring.py))
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-header --universal --python-version 3.11

lock: .venv/installed
	$(COMPILE) $(UPGRADE) requirements/development.in $(SERVICES:%=requirements/%.in) -o requirements/development.txt
	for name in uv supply-chain web $(SERVICES); do \
		$(COMPILE) --constraint requirements/development.txt requirements/$$name.in -o requirements/$$name.txt || exit; \
	done

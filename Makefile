# Everything runs from .venv and keeps its data under var/ (DATA_DIR).
PORT ?= 8000
export SANDBOX_PORT ?= 8001
PYTHON ?= python3
JOBS ?= 2
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist loadfile
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml --all-extras

.PHONY: run test test-clock faults mutants bench install install-dev lint lock messages

run: install
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py prepare_demo --port $(PORT) --sandbox-port $(SANDBOX_PORT)
	@$(BIN)/honcho start --procfile console/Procfile --app-root . --port $(PORT)

# On SQLite always; again on PostgreSQL with Redis where TEST_DATABASE_URL and TEST_REDIS_URL are set.
test: install-dev
	TEST_DATABASE_URL= TEST_REDIS_URL= $(PYTEST)
ifdef TEST_DATABASE_URL
	$(PYTEST) -m "not browser and not slow"
else ifdef REQUIRE_SERVICES
	@echo "TEST_DATABASE_URL and TEST_REDIS_URL are not set, and REQUIRE_SERVICES is." >&2; exit 1
else
	@echo "SKIPPED: the run on PostgreSQL and Redis. Set TEST_DATABASE_URL and TEST_REDIS_URL for it."
endif

# Whatever asks for now, in one process at every hour of a day and on odd days.
# The whole suite at one moment: make test TEST_CLOCK=2028-02-29T00:30-03:00
test-clock: install-dev
	TEST_DATABASE_URL= TEST_REDIS_URL= $(BIN)/python -m pytest -p tests.tools.clock.every_hour

# Kills, cuts and storms against whole installations, and what must hold afterwards. Up to 90 minutes.
faults: install-dev
	$(BIN)/python -m tests.tools.faults

# Each guard of the sender is taken out in turn, and the tests beside it must notice.
mutants: install-dev
	$(BIN)/python -m tests.tools.mutants

# What was promised of speed, measured side by side. Up to 40 minutes, and the machine should do nothing else.
bench: install-dev
	$(BIN)/python -m tests.tools.bench

install: .venv/.installed
install-dev: .venv/.installed-dev

.venv/.installed: requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing what the console needs..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/.installed-dev: requirements-dev.lock .venv/.installed
	@echo "Installing what the tests need..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy console outbound manage.py
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python manage.py makemigrations --check --dry-run --verbosity 0
	$(BIN)/python manage.py check --database default --fail-level WARNING

# Needs uv on the PATH; setting up and running the console does not.
lock:
	$(COMPILE) -o requirements.lock
	$(COMPILE) --group dev -o requirements-dev.lock

# Needs gettext; the compiled catalogue is committed, so nobody else does.
messages: install-dev
	$(BIN)/python manage.py makemessages --locale pt_BR --no-location --no-wrap \
		--ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*' --ignore 'console/skin/locale/*'
	$(BIN)/python manage.py compilemessages --locale pt_BR --ignore '.venv/*'
